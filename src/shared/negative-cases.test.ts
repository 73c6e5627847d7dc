import { describe, expect, test } from 'vitest'
import { explain } from '#main/writeback/explain'
import type { Service } from './broker.ts'
import type { Config, TagConfig } from './config.ts'
import { namespaceProblem } from './names/rules.ts'
import { isExpected, type NegativeInput, negativeCases, otherNamespace } from './negative-cases.ts'
import type { DataType } from './plc.ts'
import { buildRequest } from './write-request.ts'

const tag = (name: string, writable: boolean): TagConfig => ({
  name,
  enabled: true,
  writable,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: false,
  no_kafka: false,
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
  poll_rate: 1_000,
  write_mode: 'armed',
  write_max_age: 2_000,
  write_timeout: 3_000,
  plcs: [
    {
      name: 'Main PLC',
      driver: 'logix',
      address: '192.168.1.100',
      slot: 0,
      enabled: true,
      poll_rate: 1_000,
      timeout: 3_000,
      health_check_enabled: true,
      pin: [],
      tags: [tag('Level_SP', true), tag('Level', false)],
    },
  ],
  mqtt: [{ ...entry, broker: 'localhost', port: 1883 }],
  valkey: [{ ...entry, address: 'localhost:6379', database: 0, publish_changes: true, backlog: 'refuse' }],
  kafka: [
    {
      ...entry,
      brokers: ['localhost:9092'],
      required_acks: -1,
      auto_create_topics: true,
      publish_changes: true,
      compression: 'none',
    },
  ],
}
const now = Date.parse('2026-03-17T14:31:47.000Z')
const real: DataType = { kind: 'atomic', name: 'REAL' }
const input = (service: Service, more: Partial<NegativeInput> = {}): NegativeInput => ({
  service,
  base: 'factory-a',
  plc: 'Main PLC',
  chosen: { tag: tag('Level_SP', true), type: real, valueJson: '65' },
  readOnly: { tag: tag('Level', false), type: real, valueJson: '64.5' },
  now,
  maxAgeMs: 2_000,
  nonce: '7be21f',
  ...more,
})

describe('each negative case', () => {
  test.each(['mqtt', 'valkey', 'kafka'] as const)('is refused by the pipeline for its own reason on %s', (service) => {
    const cases = negativeCases(input(service))
    const possible = cases.flatMap((one) => (one.possible ? [one] : []))
    expect(possible.map(({ id }) => id)).toEqual(
      ['wrong-namespace', 'not-writable', 'unknown-tag', 'out-of-range', 'retained', 'expired'].filter(
        (id) => id !== 'retained' || service === 'mqtt',
      ),
    )
    for (const one of possible) {
      const { address, payload } = buildRequest(service, 'factory-a', one.parts)
      const steps = explain({ config, service, address, payload, retained: one.retain, now, typeOf: () => real })
      const refused = steps.find(({ verdict }) => verdict === 'refused')
      expect(isExpected(one, refused?.text), `${one.id}: ${refused?.text}`).toBe(true)
    }
  })

  test('names a probe that can not exist, or the value a tag has now', () => {
    for (const one of negativeCases(input('mqtt'))) {
      if (!one.possible) continue
      const { tag: named, valueJson } = one.parts
      const harmless =
        named === '__probe_7be21f' || (named === 'Level' && valueJson === '64.5') || one.id === 'out-of-range'
      expect(harmless, one.id).toBe(true)
    }
  })

  test('says why it can not be made', () => {
    const why = (more: Partial<NegativeInput>) =>
      Object.fromEntries(
        negativeCases(input('kafka', more)).map((one) => [one.id, one.possible ? 'possible' : one.why]),
      )
    const { readOnly: _, chosen: __, ...bare } = input('kafka')
    const without = Object.fromEntries(negativeCases(bare).map((one) => [one.id, one.possible]))
    expect(without).toMatchObject({ 'not-writable': false, 'out-of-range': false, retained: false, expired: true })
    expect(why({ readOnly: { tag: tag('Level', false) } })['not-writable']).toMatch(/no good value/)
    expect(why({ chosen: { tag: tag('Level_SP', true) } })['out-of-range']).toMatch(/type/)
    expect(why({ chosen: { tag: tag('Level', false), type: real } })['out-of-range']).toMatch(/not writable/)
  })

  test('names another namespace that is a valid one', () => {
    for (const base of ['factory-a', 'factory-a/line1', 'factory-a:line1', 'x'.repeat(64)]) {
      expect(namespaceProblem(otherNamespace(base))).toBeUndefined()
    }
  })
})
