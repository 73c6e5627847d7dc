import type { Admin, Consumer, ConsumerConfig, Kafka, KafkaConfig as KafkaOptions, SASLOptions } from 'kafkajs'
import type { BridgeContext } from '#main/bridges/bridge'
import { type HostPort, joinAddress, splitAddress } from '#shared/address'
import type { KafkaConfig } from '#shared/config'
import { askAnyBroker } from './any-broker.ts'
import { createSender, type Sender } from './sender.ts'
import { createSockets } from './sockets.ts'
import { tlsOptions } from './tls.ts'

/** Longest wait for a TCP connection with TLS, ms. */
const connectMs = 3_000
/** Longest wait for an answer, ms. A broker that is silent for longer is lost. */
export const requestMs = 5_000
/** After this session time the cluster gives our partition away, ms (isolation.md §3). */
const sessionMs = 10_000
const heartbeatMs = 3_000
/** Longest time others get to join the group again when its members change, ms. */
const rebalanceMs = 10_000
/**
 * Longest time a broker holds a fetch back while there is nothing. A record that comes ends it at once, so this is not
 * latency: it is how long leaving takes, and how often we look at the clock for the heartbeat.
 */
const fetchWaitMs = 250

/** The kafkajs clients of one connection, all under the gateway's client id. */
export interface Client {
  readonly admin: Admin
  readonly sender: Sender
  /** A consumer; each opening of intake needs a fresh one. It is forgotten when it has disconnected. */
  consumer(groupId: string): Consumer
  /** kafkajs' numbers for compression. */
  readonly gzip: number
  readonly none: number
  /** Error of the last attempt at each address, as in `Sockets`. */
  readonly failures: ReadonlyMap<string, Error>
  /** Called when a connected socket broke. */
  onBroken: () => void
  /** Called when a request had no answer in time. */
  onSilence: () => void
  /** Leaves in good order, at most `ms`; then breaks what is left. Never rejects. */
  close(ms: number): Promise<void>
  /** Breaks everything at once. */
  destroy(): void
}

/** Makes the clients; nothing connects yet. Rejects where a TLS file can't be read. */
export async function createClient(entry: KafkaConfig, context: BridgeContext, clientId: string): Promise<Client> {
  const ssl = await tlsOptions(entry)
  const { Kafka, logLevel, CompressionTypes } = (await import('kafkajs')).default
  await askAnyBroker()
  const { log } = context
  const { seeds, hosts } = seedsOf(entry.brokers)
  const sockets = createSockets(hosts, () => client.onBroken())
  const sasl = saslOf(entry, context.password)
  const options: KafkaOptions = {
    brokers: seeds,
    clientId,
    connectionTimeout: connectMs,
    requestTimeout: requestMs,
    authenticationTimeout: requestMs,
    // Enough to try each broker; waiting for better times is the link's business.
    retry: {
      initialRetryTime: 100,
      multiplier: 2,
      maxRetryTime: 1_000,
      retries: Math.max(2, seeds.length),
      restartOnFailure: async () => false,
    },
    socketFactory: sockets.create,
    logLevel: logLevel.INFO,
    logCreator:
      () =>
      ({ namespace, label, log: { message, error } }) =>
        log.debug(() => `kafkajs ${label} ${namespace}: ${message}${error ? ` (${String(error)})` : ''}`),
    ...(ssl && { ssl }),
    ...(sasl && { sasl }),
  }
  const kafka: Kafka = new Kafka(options)
  const admin = kafka.admin()
  const sender = createSender(kafka, () => client.onSilence())
  const consumers = new Set<Consumer>()
  const client: Client = {
    admin,
    sender,
    gzip: CompressionTypes.GZIP,
    none: CompressionTypes.None,
    failures: sockets.failures,
    onBroken: () => {},
    onSilence: () => {},
    consumer: (groupId) => {
      const consumer = kafka.consumer(consumerOptions(groupId))
      consumer.on(consumer.events.REQUEST_TIMEOUT, () => client.onSilence())
      consumers.add(consumer)
      consumer.on(consumer.events.DISCONNECT, () => consumers.delete(consumer))
      return consumer
    },
    close: async (ms) => {
      const leaving = [...consumers, sender, admin].map((one) => one.disconnect().catch(() => {}))
      await atMost(Promise.all(leaving), ms)
      sockets.destroy()
    },
    destroy: () => sockets.destroy(),
  }
  admin.on(admin.events.REQUEST_TIMEOUT, () => client.onSilence())
  return client
}

function consumerOptions(groupId: string): ConsumerConfig {
  return {
    groupId,
    allowAutoTopicCreation: false,
    sessionTimeout: sessionMs,
    heartbeatInterval: heartbeatMs,
    rebalanceTimeout: rebalanceMs,
    minBytes: 1,
    maxWaitTimeInMs: fetchWaitMs,
    // Long enough for a coordinator that is just loading (100 ms … 1 s, in all about 4 s).
    retry: { retries: 7, restartOnFailure: async () => false },
  }
}

/** kafkajs cuts an address at its first colon, so an IPv6 host goes under a name that the sockets turn back. */
function seedsOf(brokers: readonly string[]) {
  const hosts = new Map<string, string>()
  const seeds = brokers.map((text, i) => {
    const address: HostPort = splitAddress(text, 9092) ?? { host: text, port: 9092 }
    if (!address.host.includes(':')) return joinAddress(address)
    hosts.set(`seed-${i}.invalid`, address.host)
    return `seed-${i}.invalid:${address.port}`
  })
  return { seeds, hosts }
}

/** A user without a mechanism logs in with PLAIN, as other clients do. */
function saslOf(entry: KafkaConfig, password: string | undefined): SASLOptions | undefined {
  if (entry.username === undefined) return undefined
  const login = { username: entry.username, password: password ?? '' }
  switch (entry.sasl_mechanism ?? 'PLAIN') {
    case 'PLAIN':
      return { mechanism: 'plain', ...login }
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', ...login }
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', ...login }
  }
}

/** Resolves with the work, or after `ms`. */
async function atMost(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
