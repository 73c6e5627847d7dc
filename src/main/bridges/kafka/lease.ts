/**
 * The lease on a Kafka cluster, which has no place for records: membership in the group of the gateways is the claim. In
 * come no records; out goes who is in the group, and what others say on the topics of health and answers.
 */
import { randomBytes } from 'node:crypto'
import type { Admin } from 'kafkajs'
import {
  type Claimed,
  firstLookMs,
  type Holder,
  type Lease,
  type LeaseOptions,
  type Look,
  type Lost,
  leaseStepMs,
  type Seen,
  type Silent,
  type Told,
  type Unproven,
} from '#main/bridges/lease'
import { leaseStep, type StepFailure } from '#main/bridges/lease-step'
import { foreignText, plcOfPayload } from '#main/bridges/message'
import type { SentMemory } from '#main/bridges/sent'
import { entryText } from '#shared/broker'
import { kafkaNames } from '#shared/names/build'
import { whoOfClientId } from '#shared/names/parse'
import type { Client } from './client.ts'
import { isNotPermitted, type Place } from './errors.ts'
import { type OpenWatch, openWatch, type WatchedRecord } from './watch.ts'

export interface KafkaLeaseOptions extends LeaseOptions {
  readonly client: Client
  readonly place: Place
  readonly who: string
  readonly sent: SentMemory
  /** Topics of this entry that are there. */
  readonly topics: readonly string[]
  words(error: unknown, about?: string): Error
  /** Intake is open: we must be in the group. */
  listening(): boolean
  /** What watches strangers ended by itself, and not for want of rights. */
  onLost(error: Error): void
  /** Aborts when the connection is gone or the lease is over. */
  readonly over: AbortSignal
}

/** Pause between two questions to a group whose coordinator can't be found, ms. */
const pauseMs = 300

/** Starts to watch, and makes the lease. Rights that are missing are in it; rejects where the connection is gone. */
export async function openKafkaLease(options: KafkaLeaseOptions): Promise<Lease> {
  const { client, place, who, words, over } = options
  let hearing: Seen = { kind: 'ok' }
  let released = false
  /** A cluster that has just started can't find a coordinator, which looks like a missing right. */
  let patience = true

  function step<T>(signal: AbortSignal, work: (holders: readonly Holder[]) => T): Promise<T | Unproven | Silent> {
    if (released) return Promise.resolve(silent('the claim was let go'))
    const ms = patience ? firstLookMs : leaseStepMs
    const until = Date.now() + ms - 2 * pauseMs
    const ask = async () => {
      for (;;) {
        try {
          const holders = await membersOf(client.admin, place, who)
          patience = false
          return work(holders)
        } catch (error) {
          if (!isNotPermitted(error) || !patience || Date.now() > until) throw error
        }
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
    return leaseStep({ signal, over, ms }, ask, (failure) => failed(failure, ms))
  }

  function failed(failure: StepFailure, ms: number): Unproven | Silent {
    switch (failure.kind) {
      case 'late':
        return silent(`no answer within ${ms / 1000} s`)
      case 'given-up':
        return silent('the step was given up')
      case 'over':
        return silent(failure.error.message)
      case 'refused':
        patience = false
        return isNotPermitted(failure.error)
          ? unproven(place, words(failure.error, place.group).message)
          : silent(words(failure.error, place.group).message)
    }
  }

  function silent(why: string): Silent {
    const entry = `${entryText(place.entry)}: `
    const text = why.startsWith(entry) ? why : `${entry}${why}. Is the cluster overloaded or stopped?`
    return { kind: 'silent', text }
  }

  function hold(holders: readonly Holder[]): Claimed | Lost {
    const others = holders.filter(({ self }) => !self)
    if (others.length > 0) return { kind: 'taken', holders: others }
    if (holders.length > 0 || !options.listening()) return { kind: 'held' }
    const text = `${entryText(place.entry)}: group "${place.group}" does not count us as a member any more. It is joined anew.`
    return { kind: 'lost', text }
  }

  function receive({ topic, message }: WatchedRecord) {
    const { key, value } = message
    if (over.aborted || released || value === null || options.sent.has(topic, value)) return
    const payload = foreignText(value)
    const kind = topic === kafkaNames.health(place.base) ? 'health' : 'response'
    const plc = kind === 'health' && key ? key.toString() : plcOfPayload(payload)
    const common = { address: topic, payload, stored: false, at: Date.now() }
    options.hear({ kind, ...(plc !== undefined && { plc }), ...common })
  }

  function cannotHear(error: Error) {
    hearing = unproven(place, words(error, `${kafkaNames.health(place.base)}`).message)
  }

  const watching = await watch(options, receive, (error) => {
    if (isNotPermitted(error)) cannotHear(error)
    else if (!over.aborted) options.onLost(error)
  }).catch((error: Error) => {
    if (over.aborted || !isNotPermitted(error)) throw error
    cannotHear(error)
    return undefined
  })
  if (over.aborted) void watching?.close()
  else over.addEventListener('abort', () => void watching?.close(), { once: true })

  return {
    get hearing() {
      return hearing
    },
    announce: (_, signal) => step<Told>(signal, () => ({ kind: 'told' })),
    look: (signal) => step<Look>(signal, (holders) => ({ kind: 'seen', holders, present: [] })),
    claim: async (_, signal) => {
      const claimed = await step(signal, hold)
      return claimed.kind === 'lost' ? silent(claimed.text) : claimed
    },
    renew: (_, signal) => step<Claimed | Lost>(signal, hold),
    release: async () => {
      if (released) return
      released = true
      await watching?.close()
    },
  }
}

/** Every member of the gateways' group. */
async function membersOf(admin: Admin, { base, group }: Place, who: string): Promise<Holder[]> {
  const { groups } = await admin.describeGroups([group])
  const members = groups.find(({ groupId }) => groupId === group)?.members ?? []
  return members.map(({ clientId, clientHost }) => {
    const known = whoOfClientId(base, clientId)
    const gateway = known && known.tail === undefined ? known.who : undefined
    const name = `${clientId} (${clientHost.replace(/^\//, '')})`
    return { ...(gateway !== undefined && { who: gateway }), name, self: gateway === who }
  })
}

async function watch(
  { client, place, who, topics }: KafkaLeaseOptions,
  onRecord: (record: WatchedRecord) => void,
  onLost: (error: Error) => void,
): Promise<OpenWatch | undefined> {
  const wanted = [kafkaNames.health(place.base), kafkaNames.responses(place.base)]
  const there = wanted.filter((topic) => topics.includes(topic))
  if (there.length === 0) return undefined
  const group = kafkaNames.watchGroup(place.base, who, randomBytes(2).toString('hex'))
  const consumer = client.consumer(group)
  return await openWatch({ consumer, admin: client.admin, group, topics: there, onRecord, onLost })
}

/** In words, with the commands that give every right the claim needs. */
function unproven(place: Place, why: string): Unproven {
  const { base, group, brokers, user } = place
  const add = `kafka-acls --bootstrap-server ${brokers[0]} --add --allow-principal ${`User:${user ?? 'ANONYMOUS'}`}`
  const rules = [
    `${add} --operation Read --group ${group}`,
    `${add} --operation Read --operation Delete --group ${base}-watch- --resource-pattern-type prefixed`,
    `${add} --operation Read --operation Describe --topic ${kafkaNames.health(base)} --topic ${kafkaNames.responses(base)}`,
  ]
  const what = why.replace(/ (On the cluster|If it stays so): .*$/s, '')
  return { kind: 'unproven', text: `${what} For the claim, on the cluster: ${rules.join(' && ')}`, rules }
}
