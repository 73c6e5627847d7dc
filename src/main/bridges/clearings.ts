/** What is to be removed at a broker: each name at most once, however many there are and however long it is away. */
import type { Message, Subject } from './bridge.ts'

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
  /** Moves what waits into a batch, up to `room` messages; what the broker does not confirm waits again. */
  take(room: number, messages: Message[], settle: ((error?: Error) => void)[]): void
  /** None waits any more, and none will. */
  close(): void
}

export function createClearings(): Clearings {
  const waiting = new Map<string, Clearing>()
  let closed = false

  const keyOf = ({ what }: Clearing) => JSON.stringify([what.kind, what.plc, what.kind === 'tag' ? what.tag : ''])

  return {
    size: () => waiting.size,
    offer: (clearing) => {
      if (!closed) waiting.set(keyOf(clearing), clearing)
    },
    take: (room, messages, settle) => {
      for (const [key, clearing] of waiting) {
        if (messages.length >= room) return
        waiting.delete(key)
        if (!clearing.wanted()) continue
        messages.push({ subject: { kind: 'clear', what: clearing.what }, body: '' })
        settle.push((error) => {
          if (error === undefined) clearing.done()
          else if (!closed && !waiting.has(key)) waiting.set(key, clearing)
        })
      }
    },
    close: () => {
      closed = true
      waiting.clear()
    },
  }
}
