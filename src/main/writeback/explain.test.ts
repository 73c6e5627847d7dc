import { describe, expect, it } from 'vitest'
import type { Config } from '#shared/config'
import { type ExplainInput, explain } from './explain.ts'

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
    {
      name: 'Main PLC',
      driver: 'logix',
      address: '127.0.0.1',
      slot: 0,
      enabled: true,
      poll_rate: 1000,
      timeout: 3000,
      health_check_enabled: true,
      pin: [],
      tags: [
        {
          name: 'Machine_Status.Clear_Fault',
          enabled: true,
          writable: true,
          ignore_changes: [],
          no_mqtt: false,
          no_valkey: false,
          no_kafka: false,
        },
      ],
    },
  ],
  mqtt: [
    { ...entry, broker: '127.0.0.1', port: 1883, selector: 'line1' },
    { ...entry, name: 'Plain', broker: 'other', port: 1883 },
  ],
  valkey: [
    {
      ...entry,
      address: '127.0.0.1:6379',
      database: 0,
      publish_changes: true,
      backlog: 'refuse',
      enable_writeback: false,
    },
  ],
  kafka: [],
}

const payload = (more: object = {}) =>
  JSON.stringify({
    topic: 'factory-a',
    factory: 'factory-a',
    plc: 'Main PLC',
    tag: 'Machine_Status.Clear_Fault',
    value: true,
    ...more,
  })

const run = (more: Partial<ExplainInput> = {}) =>
  explain({
    config,
    service: 'mqtt',
    address: 'factory-a/Main PLC/write',
    payload: payload(),
    retained: false,
    now: 0,
    ...more,
  })

describe('explain', () => {
  it('ticks every step of a good request, and says what can not be judged without the PLC', () => {
    const steps = run()
    expect(steps.map(({ verdict }) => verdict)).toEqual([
      'pass',
      ...Array.from({ length: 9 }, () => 'pass'),
      'unknown',
      'pass',
      'pass',
    ])
    const known = run({ typeOf: () => ({ kind: 'atomic', name: 'BOOL' }) })
    expect(known.every(({ verdict }) => verdict === 'pass')).toBe(true)
  })

  it('names each step and what it has found', () => {
    const steps = run({ typeOf: () => ({ kind: 'atomic', name: 'BOOL' }) })
    const found = Object.fromEntries(steps.map(({ step, text }) => [step, text]))
    expect(found).toMatchObject({ namespace: 'factory-a', plc: 'Main PLC', value: 'BOOL', age: 'no timestamp' })
    expect(found.gate).toBe('armed')
  })

  it('stops at the first refusal with the text of the answer and its repair', () => {
    const steps = run({ payload: payload({ topic: 'factory-b' }) })
    expect(steps).toHaveLength(4)
    expect(steps.at(-1)).toMatchObject({
      verdict: 'refused',
      text: 'namespace mismatch: expected factory-a, got factory-b',
    })
    expect(steps.at(-1)?.hint).toContain('"factory-a"')
  })

  it('finds the entry by the address, and says where the gateway listens where it does not listen there', () => {
    expect(run({ address: 'factory-a/line1/Main PLC/write' })[0]?.text).toBe('mqtt "Central"')
    expect(run({ address: 'factory-b/Main PLC/write' })[0]).toMatchObject({
      verdict: 'refused',
      text: 'nobody listens on factory-b/Main PLC/write',
      hint: 'mqtt "Central" listens on factory-a/line1/+/write; mqtt "Plain" listens on factory-a/+/write',
    })
    expect(run({ service: 'kafka', address: 'factory-a-writes' })[0]?.hint).toBe('the configuration has no kafka entry')
  })

  it('tells of an entry without write-back, and of a read-only gateway', () => {
    expect(run({ service: 'valkey', address: 'factory-a:writes' })[0]?.text).toBe(
      'valkey "Central" takes no write requests',
    )
    expect(run({ config: { ...config, write_mode: 'read-only' } }).at(-1)?.text).toBe(
      'writes are blocked: this gateway is read-only',
    )
  })

  it('knows a retained message', () => {
    expect(run({ retained: true }).at(-1)?.text).toBe('retained write request ignored')
  })
})
