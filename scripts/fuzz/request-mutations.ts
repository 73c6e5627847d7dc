/** Mutated write requests, the same for the same seed, and what must hold for whatever comes of judging them. */
import type { Arrival } from '#main/bridges/bridge'
import { type CheckInput, runChecks } from '#main/writeback/checks'
import { readRequest, valueText } from '#main/writeback/request'
import { type Service, services } from '#shared/broker'
import type { PlcConfig, TagConfig } from '#shared/config'
import type { DataType } from '#shared/plc'
import { random } from './config-mutations.ts'

const now = Date.UTC(2026, 0, 31, 12)
const tag = (name: string, more: Partial<TagConfig> = {}): TagConfig => ({
  ...{ name, enabled: true, writable: true, ignore_changes: [], no_mqtt: false, no_valkey: false, no_kafka: false },
  ...more,
})
const types: Readonly<Record<string, DataType>> = {
  Small: { kind: 'atomic', name: 'SINT' },
  Wide: { kind: 'atomic', name: 'LINT' },
  Real: { kind: 'atomic', name: 'REAL' },
  Flag: { kind: 'atomic', name: 'BOOL' },
  Text: { kind: 'string', name: 'STRING', capacity: 82 },
  List: { kind: 'array', of: { kind: 'atomic', name: 'INT' }, dims: [3] },
}
const plc: PlcConfig = {
  ...{ name: 'Main PLC', driver: 'logix', address: 'h', slot: 0, enabled: true, poll_rate: 1_000, timeout: 3_000 },
  health_check_enabled: true,
  pin: [],
  tags: [...Object.keys(types).map((name) => tag(name)), tag('Locked', { writable: false })],
}
const heads = { mqtt: '"topic":"factory-a",', valkey: '"factory":"factory-a",', kafka: '' } as const
const values = [
  ...['0', '1', '-1', '127', '128', '-129', '7.0', '7.5', '1e2', '1e400', '-0', '9223372036854775807', '0.1', 'true'],
  ...[
    'false',
    'null',
    '""',
    '"abc"',
    '"12"',
    '[1,2,3]',
    '[1,2]',
    '[[1]]',
    '{}',
    '{"a":1}',
    '{"__proto__":1}',
    '"\\u0000"',
  ],
]
const fields = [
  ...['"topic":"factory-b"', '"factory":"factory-ab"', '"namespace":"factory-b"', '"topic":7', '"factory":null'],
  ...['"plc":"#"', '"plc":"Main PLC/tags/x"', '"tag":"Small"', '"tag":"Small.0"', '"type":"DINT"', '"writable":true'],
  ...['"success":true', '"request_id":"r"', '"request_id":5', '"timestamp":"2026-01-31T12:00:00Z"', '"value":9'],
  ...['"timestamp":"2026-01-31T11:59:00Z"', '"timestamp":"never"', '"constructor":1', '"__proto__":{"plc":"x"}'],
]
const pieces = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '\\',
  '\\u',
  '\0',
  ' ',
  '\n',
  'é',
  '😀',
  '1',
  '-',
  'e',
  '.',
  'true',
  'null',
]

export interface RequestsSeen {
  readonly accepted: number
  readonly refused: number
}

/** Judges `count` requests. Throws at the first one that breaks a promise, with the request in the text. */
export function fuzzRequests(count: number, seed: number): RequestsSeen {
  const next = random(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T
  let accepted = 0
  for (let i = 0; i < count; i++) {
    const service = pick(services)
    const bytes = mutated(service, next, pick)
    try {
      if (judge(service, bytes)) accepted++
    } catch (error) {
      throw new Error(`request ${i} of seed ${seed} (${service}): ${JSON.stringify(bytes.toString('latin1'))}`, {
        cause: error,
      })
    }
  }
  return { accepted, refused: count - accepted }
}

function mutated(service: Service, next: () => number, pick: <T>(list: readonly T[]) => T): Buffer {
  const names = [...Object.keys(types), 'Locked', 'small', 'Nobody', '#', '']
  let text = `{${heads[service]}"plc":"Main PLC","tag":"${pick(names)}","value":${pick(values)}}`
  for (let changes = Math.floor(next() * 4); changes > 0; changes--) {
    const place = Math.floor(next() * (text.length + 1))
    const kind = next()
    if (kind < 0.35) text = text.replace(/\}$/, `,${pick(fields)}}`)
    else if (kind < 0.5) text = `{${pick(fields)},${text.slice(1)}`
    else if (kind < 0.75) text = text.slice(0, place) + pick(pieces) + text.slice(place)
    else text = text.slice(0, place) + text.slice(place + 1 + Math.floor(next() * 4))
  }
  const bytes = Buffer.from(text)
  if (next() < 0.1 && bytes.length > 0) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256)
  return bytes
}

/** True where it would be written. */
function judge(service: Service, bytes: Buffer): boolean {
  const arrival: Arrival = {
    entry: { service, name: 'Central' },
    address: 'factory-a/Main PLC/write',
    replyTo: '',
    payload: bytes,
    at: now,
    retained: false,
    leftOver: false,
    ...(service === 'mqtt' ? { plcInTopic: 'Main PLC' } : {}),
  }
  const request = readRequest(arrival)
  // Whatever it was, its answer can be made.
  JSON.parse(valueText(request))
  const input: CheckInput = {
    ...{ arrival, request, now, maxAgeMs: 2_000, plcs: [plc] },
    entry: { namespace: 'factory-a', base: 'factory-a' },
    typeOf: (_plc, { name }) => types[name],
    queueHasRoom: () => true,
  }
  const verdict = runChecks(input)
  if ('refusal' in verdict) {
    if (verdict.refusal.error === '' || verdict.refusal.hint === '') throw new Error('refused without a word')
    return false
  }
  const { target } = verdict
  // What is accepted is JSON that any other reader takes for the same: our namespace, this PLC, this writable tag.
  const plain = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
  const own = plain[{ mqtt: 'topic', valkey: 'factory', kafka: 'namespace' }[service]]
  if (own !== 'factory-a' && !(service === 'kafka' && own === undefined))
    throw new Error('another namespace is written')
  if (plain.plc !== plc.name || plain.tag !== target.tag.name) throw new Error('another tag is written')
  if (!target.tag.writable) throw new Error('a read-only tag is written')
  if (target.tag.name === 'Small' && !(Number(target.value) >= -128 && Number(target.value) <= 127))
    throw new Error(`out of range: ${String(target.value)}`)
  if (target.value === undefined) throw new Error('nothing to write')
  return true
}
