/** Messages seen lately, with their payloads: bounded by number and by bytes, the oldest go first. */
import type { MonitorDetail, MonitorMessage } from '#shared/monitor'

export interface SeenPayload {
  readonly message: MonitorMessage
  /** At most `longestKept` bytes of it. */
  readonly payload: Uint8Array
}

export interface Ring {
  add(seen: SeenPayload): void
  /** Oldest first. */
  all(): Iterable<MonitorMessage>
  /** Undefined where it is no longer kept. */
  detail(seq: number): MonitorDetail | undefined
  clear(): void
}

/** Longest payload that is kept, in bytes. */
export const longestKept = 64 * 1024
const mostMessages = 2_000
const mostBytes = 32 * 1024 * 1024

export function createRing(limits = { messages: mostMessages, bytes: mostBytes }): Ring {
  const kept = new Map<number, SeenPayload>()
  let bytes = 0

  function dropOldest() {
    for (const [seq, { payload }] of kept) {
      if (kept.size <= limits.messages && bytes <= limits.bytes) return
      kept.delete(seq)
      bytes -= payload.byteLength
    }
  }

  return {
    add: (seen) => {
      kept.set(seen.message.seq, seen)
      bytes += seen.payload.byteLength
      dropOldest()
    },
    all: function* () {
      for (const { message } of kept.values()) yield message
    },
    detail: (seq) => {
      const found = kept.get(seq)
      if (!found) return undefined
      const { message, payload } = found
      let before: SeenPayload | undefined
      for (const [other, seen] of kept) {
        if (other >= seq) break
        if (seen.message.address === message.address && seen.message.key === message.key) before = seen
      }
      const { text, whole } = textOf(payload)
      return {
        message,
        text,
        complete: whole && payload.byteLength === message.size,
        ...(before ? { before: textOf(before.payload).text } : {}),
      }
    },
    clear: () => {
      kept.clear()
      bytes = 0
    },
  }
}

/** As text; what is not UTF-8 is replaced, and `whole` says so. */
export function textOf(payload: Uint8Array): { readonly text: string; readonly whole: boolean } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(payload), whole: true }
  } catch {
    return { text: new TextDecoder('utf-8').decode(payload), whole: false }
  }
}
