import type { Arrival } from '#main/bridges/bridge'
import { isJsonObject, type Json, jsonToText, parseJson } from '#shared/value'

/** Largest request, in bytes. */
export const maxRequestBytes = 64 * 1024

/**
 * Deepest nesting of a request: no tag comes near it, and whatever walks the value walks it to its end. (Between the
 * depth that the parser survives and the one that every other walk does lie thousands, and they move with the stack.)
 */
const maxDepth = 64

/** What could be read of a request, well formed or not: enough to answer it. */
export interface WriteRequest {
  /** '' where it could not be read; on MQTT the PLC of the topic then. */
  readonly plc: string
  readonly tag: string
  /** `null` where it could not be read. */
  readonly value: Json
  readonly requestId?: string
  /** `topic` (MQTT), `factory` (Valkey) or `namespace` (Kafka): whom the sender meant. Undefined where missing. */
  readonly addressee?: string
  /** ms since the epoch, from the request's `timestamp`. */
  readonly sentAt?: number
  /** Why it is no request, completing `invalid request: …`. */
  readonly flaw?: string
}

const addresseeField = { mqtt: 'topic', valkey: 'factory', kafka: 'namespace' } as const

/** RFC 3339 with a zone; a time without one means another moment at every site. */
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

/** Reads a request's payload. Never throws: what is wrong stands in `flaw`, the first flaw wins. */
export function readRequest(arrival: Pick<Arrival, 'payload' | 'entry' | 'plcInTopic'>): WriteRequest {
  const { payload } = arrival
  const flawed = (flaw: string) => unreadable(arrival, flaw)
  if (payload.byteLength > maxRequestBytes) {
    return flawed(`${payload.byteLength} bytes, at most ${maxRequestBytes} are allowed`)
  }
  if (payload.byteLength === 0) return flawed('the message is empty')
  let json: Json
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload)
    if (depthOf(text) > maxDepth) return flawed('JSON nested too deeply')
    json = parseJson(text)
  } catch (error) {
    return flawed(notJson(error))
  }
  if (!isJsonObject(json)) return flawed('not a JSON object')
  return readFields(json, addresseeField[arrival.entry.service], arrival.plcInTopic ?? '')
}

/** How deep brackets and braces stand in each other, outside of strings; any number where the text is no JSON. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (inString) {
      if (char === '\\') i++
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth)
    else if (char === ']' || char === '}') depth--
  }
  return deepest
}

/** What is left of a request that can't be read at all, for a bug of ours or its own nonsense. */
export function unreadable(arrival: Pick<Arrival, 'plcInTopic'>, flaw: string): WriteRequest {
  return { plc: arrival.plcInTopic ?? '', tag: '', value: null, flaw }
}

function readFields(json: { readonly [key: string]: Json }, addresseeName: string, plcInTopic: string): WriteRequest {
  // Own keys only: a key called `constructor` is a key like any other, and a missing one is missing.
  const field = (name: string): Json | undefined => (Object.hasOwn(json, name) ? json[name] : undefined)
  const text = (name: string): string | undefined => {
    const value = field(name)
    return typeof value === 'string' ? value : undefined
  }
  const request: WriteRequest = {
    plc: text('plc') ?? plcInTopic,
    tag: text('tag') ?? '',
    value: field('value') ?? null,
    ...optional('requestId', text('request_id')),
    ...optional('addressee', text(addresseeName)),
  }
  const flaw = (why: string): WriteRequest => ({ ...request, flaw: why })
  for (const name of ['plc', 'tag']) {
    if (field(name) === undefined) return flaw(`"${name}" is missing`)
    if (text(name) === undefined) return flaw(`"${name}" is not a string`)
  }
  if (field('value') === undefined) return flaw('"value" is missing')
  for (const name of ['type', 'writable', 'success']) {
    if (field(name) !== undefined) return flaw(`it has "${name}": a published message, not a write request`)
  }
  const id = field('request_id')
  if (id !== undefined && typeof id !== 'string') return flaw('"request_id" is not a string')
  if (typeof id === 'string' && id.length > 200) return flaw('"request_id" is longer than 200 characters')
  const addressee = field(addresseeName)
  if (addressee !== undefined && typeof addressee !== 'string') return flaw(`"${addresseeName}" is not a string`)
  return readTimestamp(request, field('timestamp'))
}

function readTimestamp(request: WriteRequest, timestamp: Json | undefined): WriteRequest {
  if (timestamp === undefined) return request
  if (typeof timestamp !== 'string' || !rfc3339.test(timestamp) || Number.isNaN(Date.parse(timestamp))) {
    return { ...request, flaw: '"timestamp" is not RFC 3339 with a time zone, such as 2026-01-31T12:00:00.000Z' }
  }
  return { ...request, sentAt: Date.parse(timestamp) }
}

function optional<K extends string, V>(key: K, value: V | undefined): { [k in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [k in K]: V })
}

function notJson(error: unknown): string {
  if (error instanceof SyntaxError) return `not JSON: ${error.message.slice(0, 120)}`
  return 'not UTF-8 text'
}

/** The value as it is echoed in the answer and kept in the journal: compact, every digit as it came. */
export function valueText(request: WriteRequest): string {
  return jsonToText(request.value)
}
