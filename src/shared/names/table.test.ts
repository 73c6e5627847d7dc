import { describe, expect, it } from 'vitest'
import type { Config, PlcConfig, TagConfig } from '#shared/config'
import { derivedNames, type NameRow } from './table.ts'

const tag = (name: string, keys: Partial<TagConfig> = {}): TagConfig => ({
  name,
  enabled: true,
  writable: false,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: false,
  no_kafka: false,
  ...keys,
})
const plc = (name: string, tags: readonly TagConfig[], keys: Partial<PlcConfig> = {}): PlcConfig => ({
  name,
  driver: 'logix',
  address: 'h',
  slot: 0,
  enabled: true,
  poll_rate: 1000,
  timeout: 3000,
  health_check_enabled: true,
  pin: [],
  tags,
  ...keys,
})
const entry = {
  name: 'Central',
  enabled: true,
  enable_writeback: true,
  claim: 'on',
  allow_unproven: false,
  use_tls: false,
} as const
const config: Config = {
  namespace: 'factory-a',
  poll_rate: 1000,
  write_mode: 'armed',
  write_max_age: 2000,
  write_timeout: 3000,
  plcs: [
    plc('Main PLC', [
      tag('Fault'),
      tag('Program:Main.Level', { alias: 'Level', no_kafka: true }),
      tag('Off', { enabled: false }),
    ]),
    plc('Spare', [tag('Never')], { enabled: false }),
  ],
  mqtt: [{ ...entry, broker: 'h', port: 1883 }],
  valkey: [{ ...entry, address: 'h:6379', database: 0, publish_changes: true, backlog: 'refuse' }],
  kafka: [
    {
      ...entry,
      brokers: ['h:9092'],
      required_acks: -1,
      auto_create_topics: true,
      publish_changes: true,
      compression: 'none',
    },
  ],
}
const names = (rows: readonly NameRow[], service: string) =>
  rows.filter((row) => row.service === service).map(({ name }) => name)

describe('the table of names', () => {
  const rows = derivedNames(config, { instance: '01234567-89ab', boot: 'fedc-ba98' })

  it('has every name of MQTT', () => {
    expect(names(rows, 'mqtt')).toEqual([
      'factory-a',
      'warlink-factory-a-01234567-fedc',
      'factory-a/Main PLC/tags/Fault',
      'factory-a/Main PLC/tags/Level',
      'factory-a/Main PLC/health',
      'factory-a/Spare/health',
      'factory-a/+/write',
      'factory-a/Main PLC/write',
      'factory-a/Main PLC/write/response',
      'factory-a/Spare/write',
      'factory-a/Spare/write/response',
      'factory-a/_gw/01234567-fedc',
      'factory-a/_gw/owner',
    ])
  })

  it('has every name of Valkey', () => {
    expect(names(rows, 'valkey')).toEqual([
      'factory-a',
      'warlink-factory-a-01234567-fedc',
      'factory-a:Main PLC:tags:Fault',
      'factory-a:Main PLC:tags:Level',
      'factory-a:Main PLC:changes',
      'factory-a:Spare:changes',
      'factory-a:_all:changes',
      'factory-a:Main PLC:health',
      'factory-a:Spare:health',
      'factory-a:writes',
      'factory-a:write:responses',
      'factory-a:_gw:stale:‹time›',
      'factory-a:_gw:presence:01234567-fedc',
      'factory-a:_gw:presence',
      'factory-a:_gw:holder',
      'factory-a:_gw:owner',
    ])
  })

  it('has every name of Kafka', () => {
    expect(names(rows, 'kafka')).toEqual([
      'factory-a',
      'warlink-factory-a-01234567-fedc',
      'factory-a',
      'Main PLC.Fault',
      'factory-a.health',
      'factory-a-writes',
      'factory-a-write-responses',
      'factory-a-writers',
      'factory-a-watch-01234567-fedc-‹4 hex›',
    ])
  })

  it('leaves out what an entry does not use', () => {
    const [mqtt, valkey] = [config.mqtt[0], config.valkey[0]]
    if (!mqtt || !valkey) throw new Error('no entries')
    const less = derivedNames({
      ...config,
      mqtt: [{ ...mqtt, enable_writeback: false, claim: 'off', plcs: ['Spare'], client_id: 'gw-factory-a' }],
      valkey: [{ ...valkey, enabled: false }],
      kafka: [],
    })
    expect(less.map(({ name }) => name)).toEqual(['factory-a', 'gw-factory-a', 'factory-a/Spare/health'])
  })

  it('has the same rows under another namespace, with no name of the old one left', () => {
    const after = derivedNames({ ...config, namespace: 'plant-7' }, { instance: '01234567-89ab', boot: 'fedc-ba98' })
    expect(after.map(({ purpose, kind, tag }) => [purpose, kind, tag])).toEqual(
      rows.map(({ purpose, kind, tag }) => [purpose, kind, tag]),
    )
    expect(after.filter(({ name }) => name.includes('factory-a'))).toEqual([])
    expect(after.filter(({ name, kind }) => !name.includes('plant-7') && kind !== 'record key')).toEqual([])
  })
})
