/**
 * The lease at a Valkey or Redis server: a key that only one can hold, with 15 s of life, and presence on a channel. In
 * come records; what others say on the base's channels goes out as `Heard`. The connection for commands is the gateway's,
 * the subscriptions have one of their own (a subscribed connection takes no commands).
 */
import type { Redis } from 'ioredis'
import {
  type Claimed,
  type HolderRecords,
  type Lease,
  type LeaseOptions,
  type Look,
  type Lost,
  leaseStepMs,
  type Presence,
  presenceLifeMs,
  type Silent,
  type Told,
  type Unproven,
} from '#main/bridges/lease'
import { leaseStep, type StepFailure } from '#main/bridges/lease-step'
import { foreignText, plcOfPayload, recordFacts } from '#main/bridges/message'
import type { SentMemory } from '#main/bridges/sent'
import { entryText } from '#shared/broker'
import { valkeyNames } from '#shared/names/build'
import { plcOfHealth } from '#shared/names/parse'
import { isNotPermitted, isUnknownCommand, type Place } from './errors.ts'

/**
 * KEYS: holder, presence, owner. ARGV: who, life in ms, presence record, owner record, channel, `claim` or `renew`.
 * Returns the holder afterwards; '' where a renewal found none. A claim of which the others can't be told is undone.
 */
const holdScript = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
if not holder and ARGV[6] == 'renew' then return '' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[2])
redis.call('SET', KEYS[3], ARGV[4])
local told = redis.pcall('PUBLISH', ARGV[5], ARGV[3])
if type(told) == 'table' and told.err then
  redis.call('DEL', KEYS[1])
  return told
end
return ARGV[1]`

/** KEYS: holder, presence. ARGV: who, channel, record that says gone. */
const releaseScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
redis.call('DEL', KEYS[2])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`

/** Most others whose presence is kept; more gateways of one base are a flood. */
const mostPresent = 200
const releaseMs = 1_000

export interface ValkeyLeaseOptions extends LeaseOptions {
  readonly redis: Redis
  /** For subscriptions alone. */
  readonly subscriber: Redis
  readonly place: Place
  readonly who: string
  readonly sent: SentMemory
  words(error: unknown): Error
  /** Aborts when the connection is gone or the lease is over. */
  readonly over: AbortSignal
}

/** Subscribes, and makes the lease. Rights that are missing are in it; rejects where the connection is gone. */
export async function openValkeyLease(options: ValkeyLeaseOptions): Promise<Lease> {
  const { redis, place, who, sent, words, over } = options
  const { base } = place
  const keys = {
    holder: valkeyNames.holder(base),
    presence: valkeyNames.presence(base, who),
    owner: valkeyNames.owner(base),
  }
  const channel = valkeyNames.presenceChannel(base)
  const present = new Map<string, Presence>()
  let released = false

  /** Runs one step within its time. Never rejects. */
  function step<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | Unproven | Silent> {
    return leaseStep({ signal, over }, released ? () => Promise.reject(new Error('let go')) : work, failed)
  }

  function failed(failure: StepFailure): Unproven | Silent {
    switch (failure.kind) {
      case 'late':
        return silent(`no answer within ${leaseStepMs / 1000} s`)
      case 'given-up':
        return silent('the step was given up')
      case 'over':
        return silent(failure.error.message)
      case 'refused': {
        const { error } = failure
        if (released) return silent('the claim was let go')
        const refused = isNotPermitted(error) || isUnknownCommand(error)
        return refused ? unproven(place, words(error).message) : silent(words(error).message)
      }
    }
  }

  function silent(why: string): Silent {
    const entry = `${entryText(place.entry)}: `
    const text = why.startsWith(entry) ? why : `${entry}${why} (${place.address}). Is the server overloaded or stopped?`
    return { kind: 'silent', text }
  }

  async function announce(record: string): Promise<Told> {
    sent.note(channel, record)
    const replies = await redis
      .pipeline([
        ['set', keys.presence, record, 'PX', String(presenceLifeMs)],
        ['publish', channel, record],
      ])
      .exec()
    const failed = replies?.find(([error]) => error !== null)?.[0]
    if (failed) throw failed
    return { kind: 'told' }
  }

  async function look(): Promise<Look> {
    const [holder, owner] = await redis.mget(keys.holder, keys.owner)
    const record = holder && holder !== who ? await redis.get(valkeyNames.presence(base, holder)) : null
    const oldest = Date.now() - presenceLifeMs
    for (const [one, { at }] of present) if (at < oldest) present.delete(one)
    return {
      kind: 'seen',
      holders: holder ? [{ ...holderOf(holder), ...(record !== null && { record }) }] : [],
      present: [...present.values()],
      ...(owner !== null && owner !== undefined && { owner }),
    }
  }

  const holderOf = (holder: string) => ({ who: holder, name: holder, self: holder === who })

  async function hold({ presence, owner }: HolderRecords, how: 'claim' | 'renew'): Promise<Claimed | Lost> {
    sent.note(channel, presence)
    const { holder: key } = keys
    const args = [who, String(presenceLifeMs), presence, owner, channel, how]
    const holder = String(await redis.eval(holdScript, 3, key, keys.presence, keys.owner, ...args))
    if (holder === who) return { kind: 'held' }
    if (holder !== '') return { kind: 'taken', holders: [holderOf(holder)] }
    const text = `${entryText(place.entry)}: nobody holds ${key}: our claim ran out, or the server lost its data (${place.address}). It is claimed anew.`
    return { kind: 'lost', text }
  }

  async function release(gone: string) {
    if (released || over.aborted) return
    released = true
    sent.note(channel, gone)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, releaseMs)
    })
    // Without scripts nothing was ever claimed, and there is our presence alone.
    const removed = redis
      .eval(releaseScript, 2, keys.holder, keys.presence, who, channel, gone)
      .catch(() => redis.del(keys.presence))
      .catch(() => {})
    await Promise.race([removed, late])
    clearTimeout(timer)
  }

  function receive(address: string, payload: Buffer) {
    if (over.aborted || released || sent.has(address, payload)) return
    const text = foreignText(payload)
    const at = Date.now()
    if (address === channel) return receivePresence(text, at)
    const common = { address, payload: text, stored: false, at }
    if (address === valkeyNames.responses(base)) {
      const plc = plcOfPayload(text)
      return options.hear({ kind: 'response', ...(plc !== undefined && { plc }), ...common })
    }
    const plc = plcOfHealth('valkey', base, address)
    if (plc !== undefined) options.hear({ kind: 'health', plc, ...common })
  }

  function receivePresence(record: string, at: number) {
    const facts = recordFacts(record)
    if (!facts) return
    present.delete(facts.who)
    if (!facts.gone) present.set(facts.who, { who: facts.who, record, at })
    const oldest = present.keys().next()
    if (present.size > mostPresent && !oldest.done) present.delete(oldest.value)
    options.hear({ kind: 'presence', who: facts.who, record, stored: false, at })
  }

  const hearing = await subscribe(options, receive)
  return {
    hearing,
    announce: (record, signal) => step<Told>(signal, () => announce(record)),
    look: (signal) => step<Look>(signal, look),
    claim: async (records, signal) => {
      const claimed = await step(signal, () => hold(records, 'claim'))
      return claimed.kind === 'lost' ? silent(claimed.text) : claimed
    },
    renew: (records, signal) => step<Claimed | Lost>(signal, () => hold(records, 'renew')),
    release,
  }
}

async function subscribe(
  { subscriber, place, words, plcs }: ValkeyLeaseOptions,
  receive: (address: string, payload: Buffer) => void,
): Promise<Lease['hearing']> {
  const { base } = place
  subscriber.on('messageBuffer', (channel: Buffer, payload: Buffer) => receive(channel.toString(), payload))
  subscriber.on('pmessageBuffer', (_: unknown, channel: Buffer, payload: Buffer) =>
    receive(channel.toString(), payload),
  )
  try {
    await subscriber.subscribe(valkeyNames.presenceChannel(base), valkeyNames.responses(base))
    // A user may subscribe to a pattern only where an ACL rule has the very same: `&base:*` does not do.
    await subscriber.psubscribe(valkeyNames.healthFilter(base)).catch(async (error: unknown) => {
      if (!isNotPermitted(error)) throw error
      if (plcs.length > 0) await subscriber.subscribe(...plcs.map((plc) => valkeyNames.health(base, plc)))
    })
    return { kind: 'ok' }
  } catch (error) {
    if (!isNotPermitted(error)) throw words(error)
    return unproven(place, words(error).message)
  }
}

/** In words, with the one line that gives every right the claim needs. */
function unproven(place: Place, why: string): Unproven {
  const commands = ['get', 'mget', 'set', 'del', 'publish', 'subscribe', 'psubscribe', 'eval']
  const names = `~${place.base}:* &${place.base}:* &${valkeyNames.healthFilter(place.base)}`
  const rule = `ACL SETUSER ${place.user} ${names} ${commands.map((name) => `+${name}`).join(' ')}`
  const what = why.replace(/ On the server: .*$/, '')
  return { kind: 'unproven', text: `${what} For the claim, on the server: ${rule}`, rules: [rule] }
}
