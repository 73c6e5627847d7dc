/**
 * Requests whose commit left and was not answered: the connection broke between. Each commit bears the name of who made
 * it, so the group's position tells, when it can be read again, whether it went past the request and through whom.
 * Outlives the connection.
 */
import type { Taken } from '#main/bridges/bridge'
import type { Position } from './positions.ts'

export interface Unsure {
  /** `after`: the offset that was committed. */
  add(partition: number, after: bigint, taken: Taken): void
  /** The group's positions are known: what we committed is ours, everything else is for whoever reads it next. */
  settle(positions: ReadonlyMap<number, Position>): void
  /** The group gave us the next record of this partition without a look at its position: it may be the same again. */
  again(partition: number): void
}

export interface UnsureOptions {
  /** What our commits bear. */
  readonly who: string
  /** The position went past a request, and not only through us: nobody can say whether it was answered. */
  onDoubt(partition: number, offset: bigint): void
}

export function createUnsure({ who, onDoubt }: UnsureOptions): Unsure {
  const waiting = new Map<number, { readonly after: bigint; readonly taken: Taken }>()

  function end(partition: number, how: Parameters<Taken['settle']>[0]) {
    const { taken } = waiting.get(partition) ?? {}
    waiting.delete(partition)
    taken?.settle(how)
  }

  return {
    add: (partition, after, taken) => {
      end(partition, 'not-ours')
      waiting.set(partition, { after, taken })
    },
    settle: (positions) => {
      for (const [partition, { after }] of [...waiting]) {
        const { offset = 0n, committed = false, by = '' } = positions.get(partition) ?? {}
        const ours = committed && offset === after && by === who
        if (!ours && offset >= after) onDoubt(partition, after - 1n)
        end(partition, ours ? 'acknowledged' : 'not-ours')
      }
    },
    again: (partition) => end(partition, 'not-ours'),
  }
}
