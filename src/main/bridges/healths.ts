/** Health that is to go out: of each PLC the newest alone, however often the broker refuses it or is away. */
import type { Message } from './bridge.ts'
import type { Going } from './going.ts'

export interface Healths {
  /** How many wait. */
  size(): number
  /** An older one of the same PLC goes out no more, also where it was refused and rests. */
  offer(plc: string, message: Message): void
  /**
   * Moves what waits into a batch, up to `room` messages; what the broker does not confirm waits again. `unwanted` hears
   * of PLCs of which nothing is to go out any more.
   */
  take(room: number, going: Going<unknown>[], unwanted: (plc: string) => void): void
  /** None waits any more, and none will. */
  close(): void
}

/** `includes`: whether the health of a PLC goes out at all, asked when its turn comes. */
export function createHealths(includes: (plc: string) => boolean): Healths {
  const waiting = new Map<string, Message>()
  /** Not confirmed yet: waits, rests or is under way. An older one that comes back finds here that it is old. */
  const newest = new Map<string, Message>()
  let closed = false

  return {
    size: () => waiting.size,
    offer: (plc, message) => {
      if (closed) return
      waiting.delete(plc)
      waiting.set(plc, message)
      newest.set(plc, message)
    },
    take: (room, going, unwanted) => {
      for (const [plc, message] of waiting) {
        if (going.length >= room) return
        waiting.delete(plc)
        if (!includes(plc)) {
          newest.delete(plc)
          unwanted(plc)
          continue
        }
        const settle = (error?: Error) => {
          if (closed) return
          if (newest.get(plc) === message) {
            if (error === undefined) newest.delete(plc)
            else waiting.set(plc, message)
          } else if (!newest.has(plc)) unwanted(plc)
        }
        going.push({ message, key: plc, settle })
      }
    },
    close: () => {
      closed = true
      waiting.clear()
      newest.clear()
    },
  }
}
