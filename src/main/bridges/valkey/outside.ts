/**
 * A client that is not the gateway: for requester and inspector. It has the entry's address and login, and a connection
 * name of its own.
 */
import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { BridgeContext } from '#main/bridges/bridge'
import type { Losable } from '#main/link'
import type { ValkeyConfig } from '#shared/config'
import { base as baseOf, clientId } from '#shared/names/build'
import { checkServer, noAnswer, openClient } from './client.ts'
import { inWords, isReplica, type Place, problem } from './errors.ts'
import { keepPinging } from './ping.ts'

export interface Outside extends Losable {
  readonly redis: Redis
  readonly place: Place
  /** Undefined while the connection stands. */
  ended(): Error | undefined
  words(error: unknown): Error
}

export function placeOf(entry: ValkeyConfig, context: BridgeContext): Place {
  return {
    entry: { service: 'valkey', name: entry.name },
    address: entry.address,
    base: baseOf('valkey', context.namespace, entry.selector),
    user: entry.username ?? 'default',
    database: entry.database,
    tls: entry.use_tls,
  }
}

/** Connects. Rejects in words. */
export async function openOutside(entry: ValkeyConfig, context: BridgeContext, signal: AbortSignal): Promise<Outside> {
  const place = placeOf(entry, context)
  const client = await openClient(
    {
      entry,
      place,
      ...(context.password !== undefined && { password: context.password }),
      name: clientId(place.base, context.who, randomBytes(2).toString('hex')),
      prepare: (redis) => checkServer(redis, place),
    },
    signal,
  )
  let ended: Error | undefined
  let tellLost: (error: Error) => void = () => {}
  const lost = new Promise<Error>((resolve) => {
    tellLost = resolve
  })
  const end = (error: Error) => {
    if (ended) return
    ended = error
    stopPinging()
    tellLost(error)
  }
  const fail = (error: Error) => {
    end(error)
    client.destroy()
  }
  const stopPinging = keepPinging(client, (error) => fail(error ? inWords(place, error) : noAnswer(place)))
  client.ended.then(end, end)
  return {
    redis: client.redis,
    place,
    lost,
    ended: () => ended,
    words: (error) => {
      const told = ended ?? inWords(place, error)
      // As in the gateway's connection: only a new one can lead to the primary.
      if (isReplica(error)) fail(told)
      return told
    },
    close: async () => {
      const alive = !ended
      end(problem(place, { what: 'the connection was closed', hint: 'Nothing is to be done.' }))
      if (alive) await client.quit()
      else client.destroy()
    },
  }
}
