import type { LeaseOptions } from '#main/bridges/lease'
import type { SentMemory } from '#main/bridges/sent'
import { createTopicLease, type TopicLease } from '#main/bridges/topic-lease'
import { type EntryId, entryText } from '#shared/broker'
import { mqttNames } from '#shared/names/build'
import type { MemorySession } from './broker.ts'

export interface MemoryLeaseOptions extends LeaseOptions {
  readonly entry: EntryId
  readonly base: string
  readonly who: string
  readonly sent: SentMemory
  readonly session: MemorySession
  /** A request is being taken over. */
  busy(): boolean
  /** Why the connection ended; undefined while it stands. */
  ended(): Error | undefined
}

/** The lease on this session. Nothing is subscribed yet. */
export function createMemoryLease(options: MemoryLeaseOptions): TopicLease {
  const { entry, base, who, session } = options
  return createTopicLease({
    ...options,
    send: (what, record, settled) => {
      const ended = options.ended()
      if (ended) return settled(ended)
      const address = what === 'owner' ? mqttNames.owner(base) : mqttNames.presence(base, who)
      session.publish({ address, payload: record, retained: true }, (refused) =>
        settled(refused === undefined ? undefined : new Error(refused)),
      )
    },
    unproven: (why) => {
      const rules = [`topic readwrite ${base}/_gw/#`]
      return { kind: 'unproven', text: `${entryText(entry)}: ${why}. Add: ${rules[0]}.`, rules }
    },
    silent: (why) => ({ kind: 'silent', text: `${entryText(entry)}: ${why}. Does the broker hang?` }),
  })
}

export async function subscribeLease({ session, base }: MemoryLeaseOptions): Promise<void> {
  const strangers = { stored: true, noLocal: true }
  await Promise.all([
    session.subscribe(mqttNames.healthFilter(base), strangers),
    session.subscribe(mqttNames.responseFilter(base), strangers),
    session.subscribe(mqttNames.claimFilter(base), { stored: true }),
  ])
}

export function unsubscribeLease({ session, base }: MemoryLeaseOptions): void {
  for (const filter of [mqttNames.healthFilter(base), mqttNames.responseFilter(base), mqttNames.claimFilter(base)])
    session.unsubscribe(filter)
}
