/**
 * How a left-over leaves the list it was put aside in: after the journal has it, before it may be executed. Whose LREM
 * removes it owns it. Where the answer to the LREM is lost with the connection, the list tells at the next one whether it
 * was removed, and not through whom: such a request is answered, and not executed. Outlives the connection.
 */
import type { Redis } from 'ioredis'
import type { Taken } from '#main/bridges/bridge'
import { asError } from '#main/link'

/** The oldest entry of a list that was put aside. */
export interface LeftOver {
  readonly key: string
  readonly payload: Buffer
  /** Entries of the list, this one included: nobody adds to it. */
  readonly length: number
}

export interface LettingGo {
  /** Keys of the lists that this process put aside and has not handed over to the end, oldest first. */
  readonly aside: string[]
  /** Undefined where the list is empty. Rejects with the server's error. */
  oldest(redis: Redis, key: string): Promise<LeftOver | undefined>
  /**
   * Removes it and settles it, now or with the next connection: with `how` where it was removed here. Rejects with the
   * server's error.
   */
  letGo(redis: Redis, leftOver: LeftOver, taken: Taken, how: 'acknowledged' | 'given-up'): Promise<void>
  /** Settles what an earlier connection left. Rejects with the server's error. */
  finish(redis: Redis): Promise<void>
}

export function createLettingGo(): LettingGo {
  const unsure: { readonly leftOver: LeftOver; readonly taken: Taken }[] = []

  return {
    aside: [],
    oldest: async (redis, key) => {
      const [payload, length] = await Promise.all([redis.lindexBuffer(key, 0), redis.llen(key)])
      return payload === null ? undefined : { key, payload, length }
    },
    letGo: async (redis, leftOver, taken, how) => {
      try {
        const removed = await redis.lrem(leftOver.key, 1, leftOver.payload)
        taken.settle(removed === 1 ? how : 'not-ours')
      } catch (error) {
        // The server's own answer: it did nothing.
        if (asError(error).name === 'ReplyError') taken.settle('not-ours')
        else unsure.push({ leftOver, taken })
        throw error
      }
    },
    finish: async (redis) => {
      for (let first = unsure[0]; first; first = unsure[0]) {
        const { leftOver, taken } = first
        const length = await redis.llen(leftOver.key)
        unsure.shift()
        taken.settle(length < leftOver.length ? 'given-up' : 'not-ours')
      }
    },
  }
}
