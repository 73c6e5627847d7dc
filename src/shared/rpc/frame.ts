/**
 * What travels on a wire, and its text. A frame is JSON; what JSON can't say is an object with one key that begins with
 * `$`: `{"$big":"…"}` for a 64-bit integer, `{"$num":"NaN"}` for NaN, Infinity, -Infinity and -0. An object that looks
 * like one of these by itself gets one more `$`, which the reader takes off.
 */
import { type ErrorCode, errorCodes } from './error.ts'

/**
 * Caller to gateway: `call`, `subscribe`, `cancel` (ends either), `taken` (the last `event` was used, more may come).
 * Gateway to caller: `reply` or `error` end a call or a subscription; `event` carries what came since the last one.
 * Ids are the caller's, unique on their wire.
 */
export type Frame =
  | { readonly kind: 'call' | 'subscribe'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly kind: 'cancel' | 'taken'; readonly id: number }
  | { readonly kind: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly code: ErrorCode; readonly message: string }
  /** `dropped`: items that came since the last event and were too many to keep. */
  | { readonly kind: 'event'; readonly id: number; readonly items: readonly unknown[]; readonly dropped: number }

/** One end of a connection that carries frames in order. Who may be at the other end is settled before it exists. */
export interface Wire {
  /**
   * Never blocks. After the end of the wire it does nothing. Throws only where the frame can't be written (a value
   * that refers to itself); then nothing is sent.
   */
  send(frame: Frame): void
  /** Who gets the frames; one listener. Those that came before wait for it. */
  onFrame(listener: (frame: Frame) => void): void
  /**
   * Called once, at the end, whoever ended it; soon where it has ended already. One listener. An end by the other side
   * may stay unseen until there is an `onFrame`: frames sent before it come first.
   */
  onClose(listener: (why: Error) => void): void
  close(): void
}

/** Longest name of a call; more is not a frame. */
const longestName = 100

/** Compact JSON of a frame. Throws `TypeError` where a value refers to itself. */
export function frameToText(frame: Frame): string {
  return JSON.stringify(frame, toTagged)
}

/** The frame of a text; undefined where it is none. Never throws. */
export function textToFrame(text: string): Frame | undefined {
  try {
    return frameFrom(text.includes('"$') ? JSON.parse(text, fromTagged) : JSON.parse(text))
  } catch {
    return undefined
  }
}

/** What came from the other end, if it has the shape of a frame. */
export function frameFrom(value: unknown): Frame | undefined {
  if (!isGroup(value) || !Number.isSafeInteger(value.id)) return undefined
  const id = Number(value.id)
  switch (value.kind) {
    case 'call':
    case 'subscribe': {
      const { kind, name, input } = value
      return typeof name === 'string' && name.length <= longestName ? { kind, id, name, input } : undefined
    }
    case 'cancel':
    case 'taken':
      return { kind: value.kind, id }
    case 'reply':
      return { kind: 'reply', id, value: value.value }
    case 'error': {
      const code = errorCodes.find((known) => known === value.code) ?? 'failed'
      return { kind: 'error', id, code, message: String(value.message) }
    }
    case 'event': {
      const { items, dropped } = value
      if (!Array.isArray(items)) return undefined
      return { kind: 'event', id, items, dropped: typeof dropped === 'number' ? dropped : 0 }
    }
    default:
      return undefined
  }
}

function toTagged(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { $big: String(value) }
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return { $num: '-0' }
    return Number.isFinite(value) ? value : { $num: String(value) }
  }
  const only = onlyTag(value)
  return only === undefined ? value : { [`$${only}`]: (value as Record<string, unknown>)[only] }
}

function fromTagged(_key: string, value: unknown): unknown {
  const only = onlyTag(value)
  if (only === undefined) return value
  const content = (value as Record<string, unknown>)[only]
  if (only.startsWith('$$')) return { [only.slice(1)]: content }
  if (typeof content !== 'string') return value
  if (only === '$big') return /^-?\d{1,40}$/.test(content) ? BigInt(content) : value
  return only === '$num' && ['NaN', 'Infinity', '-Infinity', '-0'].includes(content) ? Number(content) : value
}

/** The key of an object that has one only, beginning with `$`. */
function onlyTag(value: unknown): string | undefined {
  if (!isGroup(value)) return undefined
  let only: string | undefined
  for (const key in value) {
    if (only !== undefined || !key.startsWith('$')) return undefined
    only = key
  }
  return only
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
