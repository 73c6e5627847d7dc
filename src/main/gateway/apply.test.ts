import { describe, expect, it } from 'vitest'
import { parseConfig } from '#main/config/parse'
import { services } from '#shared/broker'
import type { Config, KafkaConfig, MqttConfig, PlcConfig, ValkeyConfig } from '#shared/config'
import { planChanges, type Step, stepText } from './apply.ts'

const file = `namespace: factory-a
plcs:
  - {name: Main PLC, address: 10.0.0.1, tags: [{name: A, writable: true}, {name: B}]}
  - {name: Press, address: 10.0.0.2, tags: [{name: P}]}
mqtt:
  - {name: Central, broker: 10.0.0.9, password: "\${secret:mqtt/Central}"}
  - {name: Spare, broker: 10.0.0.8, enabled: false}
valkey:
  - {name: Cache, address: 10.0.0.9}
`

function config(text: string): Config {
  const parsed = parseConfig(text, 'test.yaml')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}

/** Steps from the file to the file with one text replaced by another. */
function steps(from: string, to: string): readonly Step[] {
  if (!file.includes(from)) throw new Error(`not in the file: ${from}`)
  return planChanges(config(file), config(file.replace(from, to)))
}
const words = (from: string, to: string) => steps(from, to).map(stepText)

describe('steps to a new configuration', () => {
  it('has none for the same configuration', () => {
    expect(planChanges(config(file), config(`# a comment\n${file}`))).toEqual([])
  })

  it('keeps the connection where only tags, rate or pins of a PLC are others', () => {
    expect(words('{name: B}', '{name: B, writable: true}, {name: C}')).toEqual([
      'Main PLC: tags 1 added, 1 changed, without reconnecting',
    ])
    expect(words('address: 10.0.0.2', 'address: 10.0.0.2, poll_rate: 2s')).toEqual([
      'Press: settings, without reconnecting',
    ])
    expect(words('tags: [{name: P}]', 'tags: []')).toEqual(['Press: tags 1 removed, without reconnecting'])
  })

  it('connects a PLC anew where it is another controller, and no other part', () => {
    for (const more of ['slot: 3', 'timeout: 5s', 'enabled: false', 'driver: micro800', 'connection_path: "1,2"']) {
      expect(words('address: 10.0.0.2', `address: 10.0.0.2, ${more}`)).toEqual(['Press: connects anew'])
    }
    expect(words('10.0.0.2', '10.0.0.3')).toEqual(['Press: connects anew'])
  })

  it('takes a renamed PLC for one that is gone and one that is new', () => {
    expect(steps('name: Press', 'name: Drill')).toEqual([
      { kind: 'remove-plc', plc: 'Press' },
      { kind: 'add-plc', plc: 'Drill' },
    ])
  })

  it('restarts an entry for any of its keys, and tells removed, switched off and changed apart', () => {
    const entry = { service: 'valkey', name: 'Cache' }
    expect(steps('address: 10.0.0.9', 'address: 10.0.0.7')).toEqual([
      { kind: 'stop-entry', entry, why: 'changed' },
      { kind: 'start-entry', entry },
    ])
    expect(steps('address: 10.0.0.9', 'address: 10.0.0.9, enabled: false')).toEqual([
      { kind: 'stop-entry', entry, why: 'switched-off' },
    ])
    expect(steps('valkey:\n  - {name: Cache, address: 10.0.0.9}\n', '')).toEqual([
      { kind: 'stop-entry', entry, why: 'removed' },
    ])
    expect(steps('enabled: false', 'enabled: true')).toEqual([
      { kind: 'start-entry', entry: { service: 'mqtt', name: 'Spare' } },
    ])
  })

  it('stops all entries before anything else and starts them last where the namespace is another one', () => {
    const found = steps('factory-a', 'factory-b')
    expect(found.map(({ kind }) => kind)).toEqual(['stop-entry', 'stop-entry', 'start-entry', 'start-entry'])
  })

  it('blocks writes first and arms them last', () => {
    const readOnly = file.replace('plcs:', 'write_mode: read-only\nplcs:').replace('10.0.0.2', '10.0.0.3')
    const there = planChanges(config(file), config(readOnly)).map(({ kind }) => kind)
    const back = planChanges(config(readOnly), config(file)).map(({ kind }) => kind)
    expect([there[0], back.at(-1)]).toEqual(['write-mode', 'write-mode'])
  })

  it('restarts an entry whose password changed in the key store', () => {
    const same = config(file)
    expect(planChanges(same, same, [{ service: 'mqtt', name: 'Central' }]).map(stepText)).toEqual([
      'mqtt "Central": takes no more requests and ends',
      'mqtt "Central": connects',
    ])
  })

  it('restarts nothing for limits of age and time', () => {
    expect(words('plcs:', 'write_max_age: 5s\nplcs:')).toEqual(['settings of the whole gateway'])
  })

  /** The compiler asks for a new key here: what holds it while it runs must get it or start anew. */
  const plcKeys: { readonly [key in Exclude<keyof PlcConfig, 'name'>]-?: readonly [PlcConfig[key], Step['kind']] } = {
    driver: ['micro800', 'restart-plc'],
    address: ['10.0.0.3', 'restart-plc'],
    slot: [3, 'restart-plc'],
    connection_path: ['1,2', 'restart-plc'],
    connections: [4, 'restart-plc'],
    enabled: [false, 'restart-plc'],
    timeout: [5_000, 'restart-plc'],
    poll_rate: [2_000, 'retag-plc'],
    health_check_enabled: [false, 'retag-plc'],
    pin: [[{ vendor: 1, product: 2, serial: 3 }], 'retag-plc'],
    tags: [[], 'retag-plc'],
  }
  it.each(Object.entries(plcKeys))('has one for the key %s of a PLC', (key, [value, kind]) => {
    const old = config(file)
    const next = { ...old, plcs: old.plcs.map((plc) => (plc.name === 'Press' ? { ...plc, [key]: value } : plc)) }
    expect(planChanges(old, next)).toEqual([expect.objectContaining({ kind, plc: 'Press' })])
    expect(planChanges(next, old)).toEqual([expect.objectContaining({ kind, plc: 'Press' })])
  })

  type Others<T> = { readonly [key in Exclude<keyof T, 'name' | 'enabled'>]-?: T[key] }
  const common = {
    selector: 'line1',
    plcs: ['Press'],
    enable_writeback: false,
    claim: 'off',
    allow_unproven: true,
    use_tls: true,
    ca_file: 'ca.pem',
    cert_file: 'cert.pem',
    key_file: 'key.pem',
    tls_server_name: 'broker',
    username: 'gw',
    password: 'other',
  } as const
  const mqtt: Others<MqttConfig> = { ...common, broker: '10.0.0.7', port: 1884, client_id: 'factory-a-gw' }
  const valkey: Others<ValkeyConfig> = {
    ...common,
    ...{ enable_writeback: true, address: '10.0.0.7:6379', database: 1, key_ttl: 60_000, publish_changes: false },
    backlog: 'execute',
  }
  const kafka: Others<KafkaConfig> = {
    ...common,
    ...{ enable_writeback: true, allow_unproven: false, brokers: ['10.0.0.7:9092'], sasl_mechanism: 'PLAIN' },
    ...{ required_acks: 1, auto_create_topics: false, consumer_group: 'factory-a-g', publish_changes: false },
    compression: 'gzip',
  }
  const entryKeys = { mqtt, valkey, kafka }
  it.each(services)('restarts an entry of %s for each of its keys', (service) => {
    const old = config(`${file}kafka:\n  - {name: Central, brokers: [10.0.0.9]}\n`)
    for (const [key, value] of Object.entries(entryKeys[service])) {
      const [first, ...rest] = old[service]
      const next = { ...old, [service]: [{ ...first, [key]: value }, ...rest] }
      expect(
        planChanges(old, next).map(({ kind }) => kind),
        key,
      ).toEqual(['stop-entry', 'start-entry'])
    }
  })

  const settings: { readonly [key in Exclude<keyof Config, 'plcs' | 'mqtt' | 'valkey' | 'kafka'>]-?: Config[key] } = {
    namespace: 'factory-b',
    site: 'Hall 3',
    poll_rate: 5_000,
    write_mode: 'read-only',
    write_max_age: 5_000,
    write_timeout: 5_000,
    commissioning: { plc: 'Press', tag: 'P' },
  }
  it.each(Object.entries(settings))('has one for the key %s of the whole gateway', (key, value) => {
    const old = config(file)
    // The rate stands in each PLC that names none.
    if (key === 'poll_rate') expect(words('plcs:', 'poll_rate: 5s\nplcs:')).toHaveLength(2)
    else expect(planChanges(old, { ...old, [key]: value })).not.toEqual([])
  })
})
