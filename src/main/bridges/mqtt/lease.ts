import type { MqttClient } from 'mqtt'
import type { LeaseOptions, Silent, Unproven } from '#main/bridges/lease'
import type { SentMemory } from '#main/bridges/sent'
import { createTopicLease, type TopicLease } from '#main/bridges/topic-lease'
import { entryText } from '#shared/broker'
import { mqttNames } from '#shared/names/build'
import { ownerPublication, presencePublication } from './address.ts'
import type { Sender } from './sender.ts'
import { type Place, subscribeWords, whereText } from './words.ts'

export interface MqttLeaseOptions extends LeaseOptions {
  readonly client: MqttClient
  readonly place: Place
  readonly base: string
  readonly who: string
  readonly sent: SentMemory
  readonly sender: Sender
  /** A request is being written to the journal. */
  busy(): boolean
}

/** Stored messages come, and show that they were stored (no retain as published). */
const withStored = { qos: 1, rap: false, rh: 0 } as const

/** The lease on this connection. Nothing is subscribed yet: `subscribeLease` does it when messages are given to it. */
export function createMqttLease(options: MqttLeaseOptions): TopicLease {
  const { base, who, place, sender } = options
  return createTopicLease({
    ...options,
    send: (what, record, settled) => {
      const publication = what === 'owner' ? ownerPublication(base, record) : presencePublication(base, who, record)
      sender.send([{ publication, settled }])
    },
    unproven: (why) => unproven(place, base, why),
    silent: (why): Silent => ({
      kind: 'silent',
      text: `${entryText(place.entry)}: ${why} (${whereText(place)}). Does the broker hang, or is the network broken?`,
    }),
  })
}

/**
 * Subscribes to what gateways of this base say. Our own health and answers are kept back by the broker (no-local;
 * version 3.1.1 ignores it, there they are known by what we sent); our own presence has to come back. What the broker
 * refuses is told to the lease.
 */
export async function subscribeLease(lease: TopicLease, { client, place, base }: MqttLeaseOptions): Promise<void> {
  const subscribe = (filter: string, what: 'claim' | 'strangers', nl: boolean) =>
    new Promise<void>((resolve) => {
      client.subscribe(filter, { ...withStored, nl }, (error, _granted, packet) => {
        const granted = packet?.granted[0]
        const code = typeof granted === 'number' ? granted : undefined
        if (error || (code ?? 0) >= 128) lease.refused(what, subscribeWords(place, filter, code, error).message)
        resolve()
      })
    })
  await Promise.all([
    subscribe(mqttNames.healthFilter(base), 'strangers', true),
    subscribe(mqttNames.responseFilter(base), 'strangers', true),
    subscribe(mqttNames.claimFilter(base), 'claim', false),
  ])
}

/**
 * Takes the subscriptions back; what still comes is dropped by the connection. Resolves when the broker has done it, or
 * the connection is gone: a broker may mix up a SUBSCRIBE that follows at once (aedes does).
 */
export function unsubscribeLease({ client, base }: MqttLeaseOptions): Promise<void> {
  const filters = [mqttNames.healthFilter(base), mqttNames.responseFilter(base), mqttNames.claimFilter(base)]
  return new Promise((resolve) => {
    client.unsubscribe(filters, () => resolve())
  })
}

/** In words, with the lines for mosquitto's acl_file. */
function unproven(place: Place, base: string, why: string): Unproven {
  const rules = [
    ...(place.username === undefined ? [] : [`user ${place.username}`]),
    `topic readwrite ${base}/_gw/#`,
    `topic readwrite ${base}/+/health`,
    `topic readwrite ${base}/+/write/response`,
  ]
  const entry = entryText(place.entry)
  const text = why.startsWith(`${entry}: `) ? why : `${entry}: ${why} (${whereText(place)}).`
  return { kind: 'unproven', text: `${text} Add these lines to the broker's access rules: ${rules.join('; ')}.`, rules }
}
