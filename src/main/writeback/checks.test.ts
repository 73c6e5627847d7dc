import { describe, expect, it } from 'vitest'
import type { Arrival } from '#main/bridges/bridge'
import type { Service } from '#shared/broker'
import type { PlcConfig, TagConfig } from '#shared/config'
import { checkNames } from '#shared/write'
import { type CheckInput, checks, runChecks, valueDigest } from './checks.ts'
import { readRequest } from './request.ts'

const now = Date.UTC(2026, 0, 31, 12)

const tag = (name: string, more: Partial<TagConfig> = {}): TagConfig => ({
  name,
  enabled: true,
  writable: true,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: false,
  no_kafka: false,
  ...more,
})

const plc = (name: string, tags: readonly TagConfig[]): PlcConfig => ({
  name,
  driver: 'logix',
  address: '127.0.0.1',
  slot: 0,
  enabled: true,
  poll_rate: 1000,
  timeout: 3000,
  health_check_enabled: true,
  pin: [],
  tags,
})

const plcs = [
  plc('Main PLC', [
    tag('Machine_Status.Clear_Fault'),
    tag('Speed', { alias: 'Line Speed' }),
    tag('Level', { writable: false }),
    tag('Recipe'),
  ]),
  plc('Other', [tag('X')]),
]

interface Case {
  readonly service?: Service
  readonly payload?: object | string
  readonly arrival?: Partial<Arrival>
  readonly input?: Partial<CheckInput>
}

/** The guide's request through an entry without a selector, changed as the case says. */
function run({ service = 'mqtt', payload = {}, arrival: moreArrival = {}, input: more = {} }: Case) {
  const head = { mqtt: { topic: 'factory-a' }, valkey: { factory: 'factory-a' }, kafka: {} }[service]
  const text =
    typeof payload === 'string'
      ? payload
      : JSON.stringify({ ...head, plc: 'Main PLC', tag: 'Machine_Status.Clear_Fault', value: true, ...payload })
  const arrival: Arrival = {
    entry: { service, name: 'Central' },
    address: 'a',
    replyTo: 'r',
    payload: Buffer.from(text),
    at: now,
    retained: false,
    leftOver: false,
    ...(service === 'mqtt' ? { plcInTopic: 'Main PLC' } : {}),
    ...moreArrival,
  }
  const result = runChecks({
    arrival,
    request: readRequest(arrival),
    entry: { namespace: 'factory-a', base: 'factory-a' },
    now,
    maxAgeMs: 2_000,
    plcs,
    typeOf: (_plc, { name }) => ({ kind: 'atomic', name: name === 'Speed' ? 'SINT' : 'BOOL' }),
    queueHasRoom: () => true,
    ...more,
  })
  return 'refusal' in result ? result.refusal : result.target
}

const error = (given: Case) => {
  const result = run(given)
  return 'error' in result ? result.error : `accepted ${result.tag.name}`
}

const at = (ms: number) => new Date(now + ms).toISOString()

describe('checks of a write request', () => {
  it('are those of the contract, in its order', () => {
    expect(checks.map((check) => check.name)).toEqual(checkNames)
  })

  it.each(['mqtt', 'valkey', 'kafka'] as const)('let the request of the guide pass on %s', (service) => {
    expect(run({ service })).toMatchObject({ tag: { name: 'Machine_Status.Clear_Fault' }, value: true })
  })

  it('refuse what is no request', () => {
    expect(error({ payload: 'hello' })).toMatch(/^invalid request: not JSON/)
  })

  it('refuse a retained request', () => {
    expect(error({ arrival: { retained: true } })).toBe('retained write request ignored')
  })

  it.each([
    ['mqtt', { topic: 'factory-b' }, 'namespace mismatch: expected factory-a, got factory-b'],
    ['mqtt', { topic: undefined }, 'namespace mismatch: expected factory-a, got none'],
    ['mqtt', { topic: '' }, 'namespace mismatch: expected factory-a, got '],
    ['mqtt', { topic: 'Factory-A' }, 'namespace mismatch: expected factory-a, got Factory-A'],
    ['mqtt', { topic: undefined, factory: 'factory-a' }, 'namespace mismatch: expected factory-a, got none'],
    ['valkey', { factory: 'factory-b' }, 'namespace mismatch: expected factory-a, got factory-b'],
    ['valkey', { factory: undefined }, 'namespace mismatch: expected factory-a, got none'],
    ['kafka', { namespace: 'factory-b' }, 'namespace mismatch: expected factory-a, got factory-b'],
  ] as const)('refuse on %s a request that names another instance, or none: %o', (service, payload, text) => {
    expect(error({ service, payload })).toBe(text)
  })

  it('take a Kafka record without a namespace, but not one whose header names another', () => {
    expect(error({ service: 'kafka' })).toMatch(/^accepted/)
    expect(error({ service: 'kafka', arrival: { namespaceHeader: 'factory-b' } })).toBe(
      'namespace mismatch: expected factory-a, got factory-b',
    )
  })

  it('take the namespace or the base of the entry, and expect the base', () => {
    const input = { entry: { namespace: 'factory-a', base: 'factory-a/line1' } }
    expect(error({ input })).toMatch(/^accepted/)
    expect(error({ input, payload: { topic: 'factory-a/line1' } })).toMatch(/^accepted/)
    expect(error({ input, payload: { topic: 'factory-a/line2' } })).toBe(
      'namespace mismatch: expected factory-a/line1, got factory-a/line2',
    )
  })

  it('refuse a payload for another PLC than the topic', () => {
    expect(error({ payload: { plc: 'Other', tag: 'X' } })).toBe('plc mismatch: topic says Main PLC, payload says Other')
  })

  it('refuse what is too old or from the future, with its age', () => {
    expect(run({ payload: { timestamp: at(-5_200) } })).toMatchObject({
      error: 'request expired (age: 5.2s, max: 2s)',
      skipped: true,
    })
    expect(error({ payload: { timestamp: at(7_000) } })).toBe(
      "invalid request: timestamp 7s in the future, check the sender's clock",
    )
    expect(error({ payload: { timestamp: at(-2_000) } })).toMatch(/^accepted/)
    expect(error({ service: 'kafka', arrival: { recordTime: now - 60_000 } })).toBe(
      'request expired (age: 60s, max: 2s)',
    )
    expect(error({ service: 'kafka', arrival: { recordTime: now - 60_000 }, payload: { timestamp: at(0) } })).toMatch(
      /^accepted/,
    )
  })

  it('refuse what waited in a list, unless its time stamp is fresh', () => {
    const arrival = { leftOver: true }
    expect(run({ service: 'valkey', arrival })).toMatchObject({
      error: 'request expired (age: unknown, max: 2s)',
      skipped: true,
    })
    expect(error({ service: 'valkey', arrival, payload: { timestamp: at(-500) } })).toMatch(/^accepted/)
  })

  it('refuse a request id that carried another value, whatever its notation', () => {
    const seenValue = valueDigest({ value: true })
    expect(error({ payload: { request_id: 'r', value: false }, input: { seenValue } })).toBe(
      'request_id reused with another value',
    )
    expect(error({ payload: { request_id: 'r' }, input: { seenValue } })).toMatch(/^accepted/)
  })

  it('refuse unknown PLCs, also those that the entry does not serve', () => {
    expect(error({ service: 'valkey', payload: { plc: 'main plc' } })).toBe('unknown plc: main plc')
    expect(
      error({ service: 'valkey', input: { entry: { namespace: 'factory-a', base: 'factory-a', plcs: ['Other'] } } }),
    ).toBe('unknown plc: Main PLC')
  })

  it('take a tag by its exact name or alias only', () => {
    expect(error({ payload: { tag: 'Line Speed', value: 5 } })).toBe('accepted Speed')
    expect(error({ payload: { tag: 'Speed', value: 5 } })).toBe('accepted Speed')
    for (const name of ['speed', 'Machine_Status', 'Recipe.Amount', 'X', '']) {
      expect(error({ payload: { tag: name } })).toBe(`unknown tag: Main PLC/${name}`)
    }
  })

  it('refuse tags that are not writable, and values that do not fit', () => {
    expect(error({ payload: { tag: 'Level' } })).toBe('tag is not writable')
    expect(error({ payload: { tag: 'Speed', value: 300 } })).toBe('value 300 out of range for SINT (-128 to 127)')
  })

  it('leave the value to the write while the type is not known', () => {
    expect(run({ payload: { tag: 'Speed', value: 300 }, input: { typeOf: () => undefined } })).toMatchObject({
      tag: { name: 'Speed' },
    })
  })

  it('refuse when the queue is full', () => {
    expect(error({ input: { queueHasRoom: () => false } })).toBe('write queue full, try again later')
  })

  it('let the first failure decide', () => {
    expect(error({ arrival: { retained: true }, payload: { topic: 'factory-b', plc: 'Nobody' } })).toBe(
      'retained write request ignored',
    )
    expect(error({ payload: { topic: 'factory-b', tag: 'Level', timestamp: at(-9_000) } })).toMatch(
      /^namespace mismatch/,
    )
  })

  it('cut what others sent before it goes into an answer', () => {
    expect(error({ service: 'valkey', payload: { plc: 'x'.repeat(5_000) } }).length).toBeLessThan(250)
  })
})
