/** What is to be removed at a broker: each name at most once, however many there are and however long it is away. */
import type { Subject } from './bridge.ts'
import type { Going } from './going.ts'

export interface Clearing {
  readonly what: Extract<Subject, { kind: 'clear' }>['what']
  /** Asked when it leaves: whether the name is still published no more. */
  wanted(): boolean
  /** The broker has confirmed it. */
  done(): void
}

export interface Clearings {
  size(): number
  /** One of the same name that still waits is replaced. */
  offer(clearing: Clearing): void
  /**
   * Moves what waits into a batch, up to `room` messages; what the broker does not confirm waits again. `unwanted` hears
   * of those that are not to be removed any more.
   */
  take(room: number, going: Going<unknown>[], unwanted: (key: string) => void): void
  /** None waits any more, and none will. */
  close(): void
}

export function createClearings(): Clearings {
  const waiting = new Map<string, Clearing>()
  let closed = false

  const keyOf = ({ what }: Clearing) =>
    `clear ${JSON.stringify([what.kind, what.plc, what.kind === 'tag' ? what.tag : ''])}`

  return {
    size: () => waiting.size,
    offer: (clearing) => {
      if (!closed) waiting.set(keyOf(clearing), clearing)
    },
    take: (room, going, unwanted) => {
      for (const [key, clearing] of waiting) {
        if (going.length >= room) return
        waiting.delete(key)
        if (!clearing.wanted()) {
          unwanted(key)
          continue
        }
        const settle = (error?: Error) => {
          if (error === undefined) clearing.done()
          else if (!closed && !waiting.has(key)) waiting.set(key, clearing)
        }
        going.push({ message: { subject: { kind: 'clear', what: clearing.what }, body: '' }, key, settle })
      }
    },
    close: () => {
      closed = true
      waiting.clear()
    },
  }
}
