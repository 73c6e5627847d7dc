import type { Service } from '#shared/broker'
import { shortIdentity } from '#shared/names/build'
import { isShortIdentity } from '#shared/names/parse'
import type { HealthStatus } from '#shared/plc'

/** RFC 3339, UTC, with milliseconds. Thousands of messages share a millisecond: the text of the last one is kept. */
export function timestamp(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms
    lastText = new Date(ms).toISOString()
  }
  return lastText
}
let lastMs = Number.NaN
let lastText = ''

/** First field of a message: it names the base, so that a receiver can check it (wire.md §2). Kafka has none. */
const heads: Record<Service, string> = { mqtt: '"topic":', valkey: '"factory":', kafka: '' }

/** What comes before every body of an entry: `{"topic":"factory-a",`. Made once for each entry. */
export function messageHead(service: Service, base: string): string {
  const field = heads[service]
  return field ? `{${field}${JSON.stringify(base)},` : '{'
}

/** The part of a tag message that never changes: made once for each tag. */
export interface TagTemplate {
  /** `"plc":…,"tag":…,"value":` */
  readonly head: string
  /** `,"writable":…,"timestamp":"` */
  readonly tail: string
}

export function tagTemplate(plc: string, tag: string, writable: boolean): TagTemplate {
  return {
    head: `"plc":${JSON.stringify(plc)},"tag":${JSON.stringify(tag)},"value":`,
    tail: `,"writable":${writable},"timestamp":"`,
  }
}

/** Body of a tag message. `valueJson` as `valueToJson` makes it, `type` the PLC's type name, `at` when it was read. */
export function tagBody(template: TagTemplate, valueJson: string, type: string, at: number): string {
  return `${template.head}${valueJson},"type":${JSON.stringify(type)}${template.tail}${timestamp(at)}"}`
}

export interface Health {
  readonly plc: string
  readonly driver: string
  readonly online: boolean
  readonly status: HealthStatus
  /** Left out of the message where ''. */
  readonly error: string
}

export function healthBody(health: Health, at: number): string {
  const error = health.error ? `,"error":${JSON.stringify(health.error)}` : ''
  return (
    `"plc":${JSON.stringify(health.plc)},"driver":${JSON.stringify(health.driver)},"online":${health.online},` +
    `"status":${JSON.stringify(health.status)}${error},"timestamp":"${timestamp(at)}"}`
  )
}

export interface Response {
  /** As in the request; '' where it could not be read. */
  readonly plc: string
  readonly tag: string
  /** The requested value as compact JSON, every digit as it came; `null` where it could not be read. */
  readonly valueJson: string
  readonly requestId?: string
  readonly success: boolean
  /** Left out where ''. */
  readonly error: string
  readonly skipped?: boolean
  readonly deduplicated?: boolean
}

export function responseBody(response: Response, at: number): string {
  let text = `"plc":${JSON.stringify(response.plc)},"tag":${JSON.stringify(response.tag)},"value":${response.valueJson}`
  if (response.requestId !== undefined) text += `,"request_id":${JSON.stringify(response.requestId)}`
  text += `,"success":${response.success}`
  if (response.error) text += `,"error":${JSON.stringify(response.error)}`
  if (response.skipped) text += ',"skipped":true'
  if (response.deduplicated) text += ',"deduplicated":true'
  return `${text},"timestamp":"${timestamp(at)}"}`
}

/** Longest text that is looked at in what others send, in bytes. */
const foreignBytes = 65_536

/** A message of others as text; what is longer than 64 KiB is cut. */
export function foreignText(payload: Uint8Array): string {
  return Buffer.from(payload.buffer, payload.byteOffset, Math.min(payload.byteLength, foreignBytes)).toString()
}

/** Whose presence record it is, and whether it says that this gateway is gone; undefined where it is none. */
export function recordFacts(record: string): { readonly who: string; readonly gone: boolean } | undefined {
  const value = objectOf(record)
  const { instance, boot, state } = { instance: undefined, boot: undefined, state: undefined, ...value }
  if (typeof instance !== 'string' || typeof boot !== 'string') return undefined
  const who = shortIdentity({ instance, boot })
  return isShortIdentity(who) ? { who, gone: state === 'gone' } : undefined
}

/** `plc` of a message's JSON; undefined where it is no such JSON. */
export function plcOfPayload(text: string): string | undefined {
  const value = objectOf(text)
  return value && 'plc' in value && typeof value.plc === 'string' ? value.plc : undefined
}

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
