import type { Keep } from './contract.ts'

/** Items of one subscription that wait until the other end is ready for them. Bounded, see `Keep`. */
export interface Kept {
  add(item: unknown): void
  readonly empty: boolean
  /** All that waits, and nothing waits any more. */
  take(): { readonly items: readonly unknown[]; readonly dropped: number }
}

export function createKept(keep: Keep): Kept {
  return keep.kind === 'newest' ? newestByKey(keep.key as (item: unknown) => string) : newest(keep.most)
}

function newestByKey(key: (item: unknown) => string): Kept {
  let waiting = new Map<string, unknown>()
  return {
    add: (item) => {
      const name = key(item)
      // Put at the end anew, so that items leave in the order of their newest change.
      waiting.delete(name)
      waiting.set(name, item)
    },
    get empty() {
      return waiting.size === 0
    },
    take: () => {
      const items = [...waiting.values()]
      waiting = new Map()
      return { items, dropped: 0 }
    },
  }
}

function newest(most: number): Kept {
  let waiting: unknown[] = []
  let dropped = 0
  return {
    add: (item) => {
      waiting.push(item)
      // Cut now and then and not each time: shifting a long array is dear.
      if (waiting.length < 2 * most) return
      dropped += waiting.length - most
      waiting = waiting.slice(-most)
    },
    get empty() {
      return waiting.length === 0
    },
    take: () => {
      const items = waiting.slice(-most)
      const taken = { items, dropped: dropped + waiting.length - items.length }
      waiting = []
      dropped = 0
      return taken
    },
  }
}
