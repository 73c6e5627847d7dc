/** What a user may do under a base, found out without doing it. */
import type { Redis } from 'ioredis'
import type { Right } from '#main/bridges/inspector'
import { valkeyNames } from '#shared/names/build'
import { isNotPermitted } from './errors.ts'
import type { Outside } from './outside.ts'

interface Trial {
  readonly action: Right['action']
  readonly what: string
  /** The name it is tried with: one that gateways use, since rules are made for those. */
  name(base: string): string
  run(redis: Redis, name: string): Promise<unknown>
}

const tag = (base: string) => valkeyNames.tag(base, '__probe', '__probe')

/** Queued in a transaction that is thrown away: the server checks the rights and runs nothing. */
const trials: readonly Trial[] = [
  { action: 'send', what: 'store values and health (SET)', name: tag, run: (redis, name) => redis.set(name, '') },
  {
    action: 'send',
    what: 'tell changes and answers (PUBLISH)',
    name: valkeyNames.responses,
    run: (redis, name) => redis.publish(name, ''),
  },
  {
    action: 'send',
    what: 'send requests (RPUSH)',
    name: valkeyNames.writes,
    run: (redis, name) => redis.rpush(name, ''),
  },
  { action: 'receive', what: 'read values (GET)', name: tag, run: (redis, name) => redis.get(name) },
  {
    action: 'receive',
    what: 'take requests (BLPOP)',
    name: valkeyNames.writes,
    run: (redis, name) => redis.blpop(name, 1),
  },
  {
    action: 'both',
    what: 'hold the claim (EVAL)',
    name: valkeyNames.holder,
    run: (redis, name) => redis.eval('return 1', 1, name),
  },
]

/** Rejects in words where the connection is lost. */
export async function rightsUnder(outside: Outside, base: string): Promise<Right[]> {
  const { redis } = outside
  const rights: Right[] = []
  const queueing = await redis.multi({ pipeline: false }).then(
    () => true,
    (error: unknown) => {
      if (isNotPermitted(error)) return false
      throw outside.words(error)
    },
  )
  if (queueing) {
    for (const { action, what, run, name } of trials)
      rights.push(await tried(outside, action, name(base), what, () => run(redis, name(base))))
    await redis.discard().catch(() => {})
  } else {
    const text = 'what may be stored, sent and taken was not tried: the user may not use MULTI'
    rights.push({ action: 'both', name: base, allowed: 'unknown', text })
  }
  const channel = valkeyNames.responses(base)
  rights.push(await tried(outside, 'receive', channel, 'hear answers (SUBSCRIBE)', () => redis.subscribe(channel)))
  return rights
}

async function tried(
  outside: Outside,
  action: Right['action'],
  name: string,
  what: string,
  work: () => Promise<unknown>,
): Promise<Right> {
  try {
    await work()
    return { action, name, allowed: true, text: `may ${what}` }
  } catch (error) {
    if (!isNotPermitted(error)) throw outside.words(error)
    return { action, name, allowed: false, text: outside.words(error).message }
  }
}
