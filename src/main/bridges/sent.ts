/**
 * What an entry sent lately, so that it knows its own messages when a broker brings them back. In go addresses and
 * payloads, kept are 48 bits of each; out comes whether a message is one of them. Lives as long as the bridge: a message
 * may come back on the connection after the one it left by.
 */
import { createHash } from 'node:crypto'

export interface SentMemory {
  /** Whether values are noted too: there are many, so only while somebody asks for them. */
  values: boolean
  note(address: string, payload: string | Uint8Array): void
  has(address: string, payload: string | Uint8Array): boolean
}

/** Ages are kept in steps of this, and dropped after `generations` of them: what was sent in the last 60 s is known. */
const stepMs = 10_000
const generations = 7
/** Most messages in a step; with more, the oldest step goes early: 2,000 in a second for a minute. */
const mostInStep = 20_000

/**
 * A step ends at the first message after its time, and one at a time: while this process stood still (suspended, frozen)
 * nothing is forgotten, because what was sent before is only then read back.
 */
export function createSentMemory(now: () => number = () => performance.now()): SentMemory {
  let steps: Set<number>[] = [new Set()]
  let since = now()

  return {
    values: false,
    note: (address, payload) => {
      let newest = steps[0]
      if (!newest || now() - since >= stepMs || newest.size >= mostInStep) {
        newest = new Set()
        steps = [newest, ...steps.slice(0, generations - 1)]
        since = now()
      }
      newest.add(mark(address, payload))
    },
    has: (address, payload) => {
      const wanted = mark(address, payload)
      return steps.some((step) => step.has(wanted))
    },
  }
}

function mark(address: string, payload: string | Uint8Array): number {
  return createHash('sha1').update(address).update('\0').update(payload).digest().readUIntBE(0, 6)
}
