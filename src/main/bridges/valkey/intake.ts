/**
 * The way in: requests wait in the list `{base}:writes`. What lay there when intake opened, or while this process was
 * not attending (asleep, journal full), is put aside under a name of its own and handed over as left-over; everything
 * later is popped by BLPOP, one after the other. A request is in exactly one place at any time: in the list, put aside,
 * or taken. What a process put aside that then ended is looked for beside all that, answered, and never executed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { attentionMs, now, since } from '#main/bridges/attention'
import type { Arrival, Take, Taken } from '#main/bridges/bridge'
import { asError } from '#main/link'
import type { Log } from '#main/log'
import type { ValkeyConfig } from '#shared/config'
import { valkeyNames } from '#shared/names/build'
import { isNotPermitted, type Place, problem } from './errors.ts'
import type { LettingGo } from './letting-go.ts'

export interface IntakeOptions {
  /** For everything that does not block. */
  readonly redis: Redis
  /** Blocks in BLPOP; nobody else uses it. */
  readonly blocking: Redis
  readonly entry: ValkeyConfig
  readonly place: Place
  readonly log: Log
  readonly take: Take
  /** Of this entry, over all its connections. */
  readonly lettingGo: LettingGo
  /** Closes intake. */
  readonly signal: AbortSignal
  /** No answer to BLPOP though its time is long over. */
  onFrozen(): void
}

/** BLPOP gives up after this long, s: whole seconds, Redis before 6 takes no others. */
const blockS = 1
/** Time over which an answer to BLPOP means a frozen server, ms. */
const frozenMs = blockS * 1_000 + 5_000
/** Wait after the journal refused a request, ms. */
const journalPauseMs = 1_000

export interface Intake {
  /** Hands requests over until the signal aborts. Rejects with the server's error when a command fails. */
  run(): Promise<void>
}

/** Opens intake: checks the rights and puts aside what lies in the list. Rejects with the server's error, or in words. */
export async function openIntake(options: IntakeOptions): Promise<Intake> {
  const { redis, blocking, entry, place, log, take, lettingGo, signal } = options
  const { base } = place
  const list = valkeyNames.writes(base)
  const refuse = entry.backlog === 'refuse'
  const { aside } = lettingGo

  const arrival = (payload: Uint8Array, leftOver: boolean): Arrival => ({
    entry: place.entry,
    address: list,
    replyTo: valkeyNames.responses(base),
    payload,
    at: Date.now(),
    retained: false,
    leftOver,
  })

  /** RENAMENX is one step: no request is in both lists or in none. */
  async function putAside() {
    for (let time = Date.now(); ; time++) {
      const key = valkeyNames.stale(base, time)
      // Known before it is there: else it could be taken for a list that somebody abandoned.
      aside.push(key)
      const renamed = await redis.renamenx(list, key).catch((error: unknown) => {
        // Where the connection broke it may be there all the same: the next one looks.
        if (asError(error).name === 'ReplyError') aside.pop()
        if (/no such key/i.test(asError(error).message)) return undefined
        throw error
      })
      if (renamed !== 0) return
      aside.pop()
    }
  }

  async function tryTake(request: Arrival): Promise<Taken | undefined> {
    return await take(request).catch((error: unknown) => {
      log.error(`${list}: a write request could not be journalled, intake pauses. Make the journal writable.`, error)
      return undefined
    })
  }

  /**
   * Hands over a list that was put aside. An entry leaves its list after the journal has it and before it may be executed:
   * a crash between the two leaves it to be refused at the next start, never to be executed twice. False: intake closed.
   */
  async function handOverList(key: string, how: 'acknowledged' | 'given-up'): Promise<boolean> {
    while (!signal.aborted) {
      const oldest = await lettingGo.oldest(redis, key)
      if (!oldest) return true
      const taken = await tryTake(arrival(oldest.payload, true))
      if (!taken) await pause()
      else await lettingGo.letGo(redis, oldest, taken, how)
    }
    return false
  }

  async function handOverLeftOvers(): Promise<boolean> {
    for (let key = aside[0]; key !== undefined; key = aside[0]) {
      if (!(await handOverList(key, 'acknowledged'))) return false
      aside.shift()
    }
    return !signal.aborted
  }

  /**
   * Nobody waits for the search, which takes long on a large server: newer requests are executed meanwhile, and so none
   * of what is found may be, however fresh its time stamp. All of it is answered.
   */
  async function handOverAbandoned() {
    for (const key of await abandoned(redis, base, signal)) {
      if (!aside.includes(key) && !(await handOverList(key, 'given-up'))) return
    }
  }

  async function pause() {
    await sleep(journalPauseMs, undefined, { signal }).catch(() => {})
  }

  async function pop(): Promise<Buffer | undefined> {
    const frozen = setTimeout(options.onFrozen, frozenMs)
    try {
      return (await blocking.blpopBuffer(list, blockS))?.[1]
    } finally {
      clearTimeout(frozen)
    }
  }

  /**
   * Back to the head of the list, where it came from: the order stays. That the connection breaks just now is the one
   * case in which a request is lost; it was not executed then.
   */
  async function putBack(payload: Buffer) {
    await redis.lpush(list, payload).catch((error: unknown) => {
      log.error(`${list}: a write request was taken and neither journalled nor put back. It was not executed.`, error)
    })
  }

  /** Pops until intake closes, the journal refuses, or the list went unwatched. */
  async function popWhileAttending() {
    let seen = now()
    while (!signal.aborted) {
      if (refuse && since(seen) > attentionMs) return
      const sent = now()
      const payload = await pop()
      seen = now()
      // The answer came while nobody was there to hear it: the computer slept, or the server was frozen.
      const late = refuse && since(sent) > blockS * 1_000 + attentionMs
      if (payload && !(await handOver(payload, late))) return
      if (late) return
    }
  }

  async function handOver(payload: Buffer, late: boolean): Promise<boolean> {
    const taken = signal.aborted ? undefined : await tryTake(arrival(payload, late))
    taken?.settle('acknowledged')
    if (taken) return true
    await putBack(payload)
    await pause()
    return false
  }

  await checkType(redis, list, place)
  await checkRights(blocking, list)
  await lettingGo.finish(redis)
  if (refuse) await putAside()
  signal.throwIfAborted()

  async function attend() {
    const unblock = await wakeBlocked(redis, blocking)
    signal.addEventListener('abort', unblock, { once: true })
    try {
      while (!signal.aborted) {
        if (!(await handOverLeftOvers())) return
        await popWhileAttending()
        if (refuse && !signal.aborted) await putAside()
      }
    } finally {
      signal.removeEventListener('abort', unblock)
    }
  }

  return {
    run: async () => {
      await Promise.all([attend(), handOverAbandoned()])
    },
  }
}

async function checkType(redis: Redis, list: string, place: Place) {
  const type = await redis.type(list)
  if (type === 'list' || type === 'none') return
  const what = `the key ${list} is a ${type} and not a list, so no write request can be taken`
  throw problem(place, { what, hint: `Find out who wrote it, then: DEL ${list}`, person: true })
}

/** Queued in a transaction, BLPOP is checked against the user's rights without being run. */
async function checkRights(blocking: Redis, list: string) {
  const queueing = await blocking.multi({ pipeline: false }).then(
    () => true,
    (error: unknown) => {
      if (isNotPermitted(error)) return false
      throw error
    },
  )
  if (!queueing) return
  try {
    await blocking.blpop(list, blockS)
  } finally {
    await blocking.discard()
  }
}

/**
 * Lists that a process put aside which then ended, oldest first: SCAN walks over all keys of the server, in small steps.
 * None where the user may not SCAN, fewer where the signal aborts.
 */
async function abandoned(redis: Redis, base: string, signal: AbortSignal): Promise<string[]> {
  const keys = new Set<string>()
  let cursor = '0'
  try {
    do {
      const [next, found] = await redis.scan(cursor, 'MATCH', valkeyNames.staleFilter(base), 'COUNT', 1_000)
      for (const key of found) keys.add(key)
      cursor = next
    } while (cursor !== '0' && !signal.aborted)
  } catch (error) {
    if (!isNotPermitted(error)) throw error
  }
  const time = (key: string) => Number(key.slice(key.lastIndexOf(':') + 1))
  return [...keys].filter((key) => Number.isSafeInteger(time(key))).sort((a, b) => time(a) - time(b))
}

/** Ends a waiting BLPOP from outside, without losing what it may have popped; without the right to it, it times out. */
async function wakeBlocked(redis: Redis, blocking: Redis): Promise<() => void> {
  const id = await blocking.client('ID').catch(() => undefined)
  return () => {
    if (id !== undefined) redis.client('UNBLOCK', id).catch(() => {})
  }
}
