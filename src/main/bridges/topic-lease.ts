/**
 * The lease on a broker that keeps messages on topics and sends them to every subscriber (MQTT, and the memory broker):
 * records go out retained, and count as told when the broker has brought them back to us. In come our records and what
 * arrives on the subscribed topics; out go publications and `Heard`. The broker's folder subscribes and publishes.
 */
import { mqttNames } from '#shared/names/build'
import { plcOfHealth, plcOfResponseTopic, whoOfPresenceTopic } from '#shared/names/parse'
import {
  type Claimed,
  type HolderRecords,
  type Lease,
  type LeaseOptions,
  type Look,
  leaseStepMs,
  type Presence,
  presenceLifeMs,
  type Seen,
  type Silent,
  type Told,
  type Unproven,
} from './lease.ts'
import { foreignText, recordFacts } from './message.ts'
import type { SentMemory } from './sent.ts'

export interface TopicLeaseOptions extends LeaseOptions {
  readonly base: string
  readonly who: string
  /** Of the bridge: knows also what the connection before this one sent. */
  readonly sent: SentMemory
  /** Publishes retained, QoS 1; an empty record removes. `settled` once: confirmed, or refused with this error. */
  send(what: 'presence' | 'owner', record: string, settled: (error?: Error) => void): void
  /** The incoming stream stands still for now: what does not come back says nothing about rights. */
  busy(): boolean
  /** In words: `why` it is not proven (without a final stop), with the rules to add. */
  unproven(why: string): Unproven
  silent(why: string): Silent
}

export interface TopicLease {
  readonly lease: Lease
  /** Anything that arrived on this connection. `stored`: the broker had kept it. */
  receive(topic: string, payload: Uint8Array, stored: boolean): void
  /** A subscription was refused, with this reason: to the claim's own topics, or to what strangers say. */
  refused(what: 'claim' | 'strangers', why: string): void
  /** The connection is gone, or the lease is over. */
  end(): void
}

/** Most others whose presence is kept; more gateways of one base are a flood. */
const mostPresent = 200
/** Longest wait for the removal of our record when we leave, in ms. */
const leaveMs = 1_000

interface Telling {
  readonly topic: string
  readonly record: string
  confirmed: boolean
  heard: boolean
}

export function createTopicLease(options: TopicLeaseOptions): TopicLease {
  const { base, who, sent, send, unproven, silent } = options
  const topics = { presence: mqttNames.presence(base, who), owner: mqttNames.owner(base) }
  const present = new Map<string, Presence>()
  const open = new Set<Telling>()
  let owner: string | undefined
  let last: Told = { kind: 'told' }
  let blind = false
  let hearing: Seen = { kind: 'ok' }
  let everHeard = false
  let missed = 0
  let ended = false
  let onChange: (() => void) | undefined

  /** Why records did not come back in time. One that was late while others had come is no question of rights yet. */
  function late(tellings: readonly Telling[]): Told {
    const taken = tellings.every(({ confirmed }) => confirmed)
    if (!taken) return silent(`the broker did not confirm ${topics.presence} within ${leaseStepMs / 1000} s`)
    if (options.busy() || (everHeard && ++missed < 2))
      return silent(`our own message on ${topics.presence} did not come back within ${leaseStepMs / 1000} s`)
    return unproven(`the broker does not deliver ${topics.presence}`)
  }

  async function tell(records: readonly (readonly ['presence' | 'owner', string])[], signal: AbortSignal) {
    if (blind) return last
    if (ended || signal.aborted) return silent('the connection is closed')
    const tellings = records.map(([what, record]) => ({ topic: topics[what], record, confirmed: false, heard: false }))
    const told = await new Promise<Told>((resolve) => {
      const timer = setTimeout(() => done(late(tellings)), leaseStepMs)
      const done = (result: Told) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        for (const telling of tellings) open.delete(telling)
        onChange = undefined
        resolve(result)
      }
      const onAbort = () => done(silent('the step was given up'))
      signal.addEventListener('abort', onAbort, { once: true })
      onChange = () => {
        if (ended) done(silent('the connection is gone'))
        else if (tellings.every(({ confirmed, heard }) => confirmed && heard)) done({ kind: 'told' })
      }
      for (const [i, [what, record]] of records.entries()) {
        const telling = tellings[i]
        if (!telling) continue
        open.add(telling)
        sent.note(telling.topic, record)
        send(what, record, (error) => {
          if (error) return done(ended ? silent('the connection is gone') : unproven(stripped(error)))
          telling.confirmed = true
          onChange?.()
        })
      }
    })
    if (told.kind === 'told') missed = 0
    if (told.kind !== 'silent') last = told
    return told
  }

  /** One step at a time: their answers are told apart by it. */
  let queue: Promise<unknown> = Promise.resolve()
  function step<T>(work: () => Promise<T>): Promise<T> {
    const next = queue.then(work)
    queue = next.catch(() => {})
    return next
  }

  async function hold({ presence, owner: record }: HolderRecords, signal: AbortSignal): Promise<Claimed> {
    const records = [['presence', presence] as const, ['owner', record] as const]
    const told = await step(() => tell(records, signal))
    return told.kind === 'told' ? { kind: 'held' } : told
  }

  function look(): Look {
    if (last.kind === 'unproven') return last
    const oldest = Date.now() - presenceLifeMs
    for (const [who, { at }] of present) if (at < oldest) present.delete(who)
    return {
      kind: 'seen',
      holders: [],
      present: [...present.values()],
      ...(owner !== undefined && { owner }),
    }
  }

  /** Our own record came back. */
  function heardBack(topic: string, record: string) {
    for (const telling of open) if (telling.topic === topic && telling.record === record) telling.heard = true
    everHeard = true
    onChange?.()
  }

  function receivePresence(from: string, topic: string, record: string, stored: boolean) {
    if (from === who) {
      if (sent.has(topic, record)) return stored ? undefined : heardBack(topic, record)
      // Kept from an earlier connection of ours, and long forgotten here.
      if (stored) return
    }
    const at = Date.now()
    present.delete(from)
    if (record !== '' && recordFacts(record)?.gone !== true) {
      present.set(from, { who: from, record, at })
      const oldest = present.keys().next()
      if (present.size > mostPresent && !oldest.done) present.delete(oldest.value)
    }
    options.hear({ kind: 'presence', who: from, record, stored, at })
  }

  function receiveOwner(topic: string, record: string, stored: boolean) {
    owner = record === '' ? undefined : record
    if (sent.has(topic, record)) return stored ? undefined : heardBack(topic, record)
    options.hear({ kind: 'owner', record, stored, at: Date.now() })
  }

  function receive(topic: string, payload: Uint8Array, stored: boolean) {
    if (ended) return
    if (topic === topics.owner) return receiveOwner(topic, foreignText(payload), stored)
    const from = whoOfPresenceTopic(base, topic)
    if (from !== undefined) return receivePresence(from, topic, foreignText(payload), stored)
    const health = plcOfHealth('mqtt', base, topic)
    const plc = health ?? plcOfResponseTopic(base, topic)
    if (plc === undefined || payload.length === 0 || sent.has(topic, payload)) return
    const kind = health === undefined ? 'response' : 'health'
    options.hear({ kind, plc, address: topic, payload: foreignText(payload), stored, at: Date.now() })
  }

  function refused(what: 'claim' | 'strangers', why: string) {
    if (what === 'strangers') hearing = unproven(why)
    else {
      blind = true
      last = unproven(why)
    }
  }

  function end() {
    ended = true
    onChange?.()
  }

  async function release() {
    if (ended) return
    sent.note(topics.presence, '')
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, leaveMs)
      send('presence', '', () => {
        clearTimeout(timer)
        resolve()
      })
    })
    end()
  }

  const lease: Lease = {
    get hearing() {
      return hearing
    },
    announce: (record, signal) => step(() => tell([['presence', record]], signal)),
    look: async () => look(),
    claim: hold,
    renew: hold,
    release,
  }
  return { lease, receive, refused, end }
}

/** An error's text without its beginning and end: both are put around it again. */
function stripped(error: Error): string {
  return error.message.replace(/^\w+ "[^"]*": /, '').replace(/\.$/, '')
}
