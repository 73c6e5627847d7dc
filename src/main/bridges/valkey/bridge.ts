/**
 * Bridge to a Valkey or Redis server. Out go tag values (key and change channels), health and answers; in come write
 * requests from a list. A connection has one client for commands, and one for waiting at the list while intake is open.
 */
import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Bridge, BridgeConnection, BridgeContext, Take } from '#main/bridges/bridge'
import type { Lease, LeaseOptions } from '#main/bridges/lease'
import { createSentMemory, type SentMemory } from '#main/bridges/sent'
import { asError } from '#main/link'
import type { EntryId } from '#shared/broker'
import type { ValkeyConfig } from '#shared/config'
import { base as baseOf, clientId } from '#shared/names/build'
import { type Client, checkServer, noAnswer, openClient } from './client.ts'
import { inWords, isReplica, type Place, problem } from './errors.ts'
import { openIntake } from './intake.ts'
import { openValkeyLease } from './lease.ts'
import { createLettingGo, type LettingGo } from './letting-go.ts'
import { keepPinging } from './ping.ts'
import { createPublisher, mayRunScripts, tagsPerCall } from './publisher.ts'

/** Longest wait at `close` for a request under way, ms. */
const closeMs = 2_000

/** The bridge of one entry of `valkey[]`. Two batches may be under way: the server works on one while the next travels. */
export function createValkeyBridge(entry: ValkeyConfig, context: BridgeContext): Bridge {
  const id: EntryId = { service: 'valkey', name: entry.name }
  const base = baseOf('valkey', context.namespace, entry.selector)
  const place: Place = {
    entry: id,
    address: entry.address,
    base,
    user: entry.username ?? 'default',
    database: entry.database,
    tls: entry.use_tls,
  }
  const sent = createSentMemory()
  const lettingGo = createLettingGo()
  const login = { entry, place, ...(context.password !== undefined && { password: context.password }) }
  return {
    entry: id,
    base,
    limits: { batch: tagsPerCall, window: 2 * tagsPerCall },
    isOwn: (address, payload) => sent.has(address, payload),
    noteValues: (on) => {
      sent.values = on
    },
    connect: async ({ signal }) => {
      let scripts = false
      const prepare = async (redis: Redis) => {
        await checkServer(redis, place)
        scripts = await mayRunScripts(redis)
      }
      const client = await openClient({ ...login, name: clientId(base, context.who), prepare }, signal)
      const openMore = (signal: AbortSignal) =>
        openClient({ ...login, name: clientId(base, context.who, randomBytes(2).toString('hex')) }, signal)
      return connection({ entry, place, context, client, scripts, sent, lettingGo, openMore })
    },
  }
}

interface Parts {
  readonly entry: ValkeyConfig
  readonly place: Place
  readonly context: BridgeContext
  readonly client: Client
  readonly scripts: boolean
  readonly sent: SentMemory
  readonly lettingGo: LettingGo
  /** One more client with a name of its own: a blocked or subscribed one can do nothing else. */
  openMore(signal: AbortSignal): Promise<Client>
}

function connection({ entry, place, context, client, scripts, sent, lettingGo, openMore }: Parts): BridgeConnection {
  const { log } = context
  const ending = new AbortController()
  let why: Error | undefined
  let tellLost: (why: Error) => void = () => {}
  const lost = new Promise<Error>((resolve) => {
    tellLost = resolve
  })
  let blocking: Client | undefined
  let subscribed: Client | undefined
  let leased = false
  let intake: Promise<void> = Promise.resolve()
  let closing: Promise<void> | undefined

  function end(error: Error) {
    if (why) return
    why = error
    stopPinging()
    ending.abort(error)
    tellLost(error)
  }

  function fail(error: Error) {
    end(error)
    client.destroy()
    blocking?.destroy()
    subscribed?.destroy()
  }

  /** A replica answers each PING, and takes nothing: only a new connection can lead to the primary. */
  function words(error: unknown): Error {
    const told = why ?? inWords(place, error)
    if (isReplica(error)) fail(told)
    return told
  }

  const stopPinging = keepPinging(client, (error) => fail(error ? inWords(place, error) : noAnswer(place)))
  client.ended.then(fail, fail)

  /** A client whose end is the end of the connection, unless it was closed with `over`. */
  async function oneMore(opening: AbortSignal, over: AbortSignal): Promise<Client> {
    const opened = await openMore(opening)
    if (why || over.aborted) {
      opened.destroy()
      throw why ?? asError(over.reason)
    }
    opened.ended.then((error) => over.aborted || fail(error), fail)
    return opened
  }

  async function openLease(options: LeaseOptions, signal: AbortSignal): Promise<Lease> {
    const over = AbortSignal.any([signal, ending.signal])
    over.throwIfAborted()
    if (leased) throw problem(place, { what: 'the lease is open already', hint: 'Close it first.' })
    leased = true
    const close = () => {
      leased = false
      stop()
      subscribed?.destroy()
      subscribed = undefined
    }
    let stop = () => {}
    over.addEventListener('abort', close, { once: true })
    try {
      const client2 = await oneMore(over, over)
      subscribed = client2
      stop = keepPinging(client2, (error) => fail(error ? inWords(place, error) : noAnswer(place)))
      const { redis: subscriber } = client2
      return await openValkeyLease({
        redis: client.redis,
        subscriber,
        place,
        who: context.who,
        sent,
        words,
        over,
        ...options,
      })
    } catch (error) {
      over.removeEventListener('abort', close)
      close()
      throw over.aborted ? asError(over.reason) : words(error)
    }
  }

  async function listen(take: Take, signal: AbortSignal) {
    const stop = new AbortController()
    const relay = () => stop.abort(asError(signal.aborted ? signal.reason : ending.signal.reason))
    for (const source of [signal, ending.signal]) {
      if (source.aborted) relay()
      else source.addEventListener('abort', relay, { once: true })
    }
    const forget = () => {
      for (const source of [signal, ending.signal]) source.removeEventListener('abort', relay)
    }
    try {
      stop.signal.throwIfAborted()
      blocking ??= await oneMore(stop.signal, ending.signal)
      const waiting = blocking
      const opened = await openIntake({
        redis: client.redis,
        blocking: waiting.redis,
        entry,
        place,
        log,
        take,
        lettingGo,
        signal: stop.signal,
        onFrozen: () => fail(noAnswer(place)),
      })
      intake = opened
        .run()
        .catch((error: unknown) => fail(words(error)))
        .finally(forget)
    } catch (error) {
      forget()
      throw stop.signal.aborted ? asError(stop.signal.reason) : words(error)
    }
  }

  async function close() {
    const alive = why === undefined
    end(problem(place, { what: 'the connection was closed by this gateway', hint: 'Nothing is to be done.' }))
    if (alive) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, closeMs)
      })
      await Promise.race([intake, late])
      clearTimeout(timer)
      await Promise.all([client.quit(), blocking?.quit()])
    }
    client.destroy()
    blocking?.destroy()
  }

  let opening: Promise<void> = Promise.resolve()
  return {
    lost,
    note: scripts ? '' : 'scripts (EVAL) are not permitted to this user: values go as single commands, which is slower',
    publish: createPublisher({ redis: client.redis, entry, base: place.base, scripts, sent, words }),
    openLease,
    // One intake at a time: the next one waits until the last has let go of its request.
    listen: (take, signal) => {
      const next = opening.then(() => intake).then(() => listen(take, signal))
      opening = next.catch(() => {})
      return next
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
