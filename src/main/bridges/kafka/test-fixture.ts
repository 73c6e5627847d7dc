/** An outside client of a Kafka broker, and the fixture of the contract test. Not part of the application. */
import kafkajs, { type Admin, type Kafka, type KafkaConfig as KafkaOptions, type Producer } from 'kafkajs'
import { vi } from 'vitest'
import type { Arrival, BridgeConnection, BridgeContext, Message, Subject, Taken } from '#main/bridges/bridge'
import type { BridgeFixture, Seen } from '#main/bridges/bridge.contract'
import { silentLog } from '#main/log'
import { startKafka } from '#scripts/brokers/kafka'
import type { KafkaConfig } from '#shared/config'
import { createKafkaBridge } from './bridge.ts'

/** An entry of the configuration for a broker on this machine. */
export function entryFor(port: number, more: Partial<KafkaConfig> = {}): KafkaConfig {
  return {
    name: 'Contract',
    enabled: true,
    enable_writeback: true,
    claim: 'on',
    allow_unproven: true,
    use_tls: false,
    brokers: [`127.0.0.1:${port}`],
    required_acks: -1,
    auto_create_topics: true,
    publish_changes: true,
    compression: 'none',
    ...more,
  }
}

export const contextFor = (namespace: string, more: Partial<BridgeContext> = {}): BridgeContext => ({
  namespace,
  who: '11111111-aaaa',
  log: silentLog,
  ...more,
})

/** Publishes and waits; gives the error of each message, '' where it was confirmed. */
export function published(connection: BridgeConnection, messages: readonly Message[]): Promise<string[]> {
  return new Promise((resolve) => {
    const errors: string[] = []
    let open = messages.length
    connection.publish(messages, (index, error) => {
      errors[index] = error?.message ?? ''
      if (--open === 0) resolve(errors)
    })
  })
}

/** A `take` that notes payloads and outcomes. */
export function taking(seen: string[], outcomes: string[] = []) {
  return (arrival: Arrival): Promise<Taken> => {
    const text = Buffer.from(arrival.payload).toString()
    seen.push(text)
    return Promise.resolve({ settle: (how) => outcomes.push(`${how} ${text}`) })
  }
}

export interface SeenRecord {
  readonly topic: string
  readonly partition: number
  readonly key: string
  /** null: the key was cleared. */
  readonly value: string | null
  readonly headers: Readonly<Record<string, string>>
}

/** Acts on a broker as somebody else's program would. */
export interface Outsider {
  readonly kafka: Kafka
  readonly admin: Admin
  readonly producer: Producer
  create(topics: readonly string[], partitions?: number): Promise<void>
  send(topic: string, value: string | null, headers?: Record<string, string>): Promise<void>
  /** Everything in these topics from their beginning on. */
  watch(topics: readonly string[]): Promise<{ readonly seen: readonly SeenRecord[]; stop(): Promise<void> }>
  /** What stands in a topic now. */
  read(topic: string): Promise<readonly SeenRecord[]>
  close(): Promise<void>
}

let groups = 0

export async function outsider(port: number, more: Partial<KafkaOptions> = {}): Promise<Outsider> {
  const kafka = new kafkajs.Kafka({
    brokers: [`127.0.0.1:${port}`],
    clientId: 'outsider',
    logLevel: kafkajs.logLevel.NOTHING,
    ...more,
  })
  const admin = kafka.admin()
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await Promise.all([admin.connect(), producer.connect()])

  async function watch(topics: readonly string[]) {
    const seen: SeenRecord[] = []
    const consumer = kafka.consumer({ groupId: `outsider-${process.pid}-${++groups}`, maxWaitTimeInMs: 50 })
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ topic, partition, message }) => {
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)])
        const value = message.value?.toString() ?? null
        seen.push({ topic, partition, key: String(message.key ?? ''), value, headers: Object.fromEntries(headers) })
      },
    })
    return { seen, stop: () => consumer.disconnect() }
  }

  return {
    kafka,
    admin,
    producer,
    create: async (topics, numPartitions = 1) => {
      const wanted = topics.map((topic) => ({ topic, numPartitions, replicationFactor: 1 }))
      await admin.createTopics({ topics: wanted, waitForLeaders: false })
      // kafkajs' own wait fails where the broker does not know of them at once.
      await vi.waitFor(() => admin.fetchTopicMetadata({ topics: [...topics] }), { timeout: 20_000, interval: 50 })
    },
    send: async (topic, value, headers = {}) => {
      await producer.send({ topic, messages: [{ key: 'outsider', value, headers }] })
    },
    watch,
    read: async (topic) => {
      const ends = await admin.fetchTopicOffsets(topic)
      const expected = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)
      const watching = await watch([topic])
      for (let tries = 0; watching.seen.length < expected; tries++) {
        if (tries > 2_000) throw new Error(`${topic}: ${watching.seen.length} of ${expected} records came`)
        await new Promise((done) => setTimeout(done, 5))
      }
      await watching.stop()
      return watching.seen
    },
    close: async () => {
      await Promise.all([admin.disconnect(), producer.disconnect()])
    },
  }
}

/** The contract's fixture, on a Kafka of its own: it is killed and started again. */
export async function kafkaFixture(): Promise<BridgeFixture> {
  const server = await startKafka()
  let other = await outsider(server.port)
  const topicsOf = (base: string) => [base, `${base}.health`, `${base}-writes`, `${base}-write-responses`]

  function addressOf(base: string, subject: Subject): string {
    switch (subject.kind) {
      case 'tag':
        return `${base} ${subject.plc}.${subject.tag}`
      case 'health':
        return `${base}.health ${subject.plc}`
      case 'response':
        return `${base}-write-responses ${subject.plc}.${subject.tag}`
      default:
        throw new Error(`no address for ${subject.kind}`)
    }
  }

  return {
    service: 'kafka',
    bridge: (namespace, selector) =>
      createKafkaBridge(entryFor(server.port, selector === undefined ? {} : { selector }), contextFor(namespace)),
    prepare: (base) => other.create(topicsOf(base)),
    addressOf,
    watch: async (base) => {
      const watching = await other.watch(topicsOf(base))
      const asSeen = (): Seen[] =>
        watching.seen.map(({ topic, key, value }) => ({ address: `${topic} ${key}`, payload: value ?? '' }))
      return { seen: asSeen, stop: watching.stop }
    },
    stored: async (base, subject) => {
      const [topic = '', ...key] = addressOf(base, subject).split(' ')
      const records = await other.read(topic)
      return records.findLast((record) => record.key === key.join(' '))?.value ?? undefined
    },
    send: (base, _plc, payload) => other.send(`${base}-writes`, payload),
    requestAddress: (base) => ({ address: `${base}-writes`, replyTo: `${base}-write-responses` }),
    cut: async () => {
      await other.close()
      await server.kill()
    },
    restore: async () => {
      await server.restart()
      other = await outsider(server.port)
    },
    whileClosed: 'kept',
    whenTakeFails: 'lost',
    stop: async () => {
      await other.close()
      await server.stop()
    },
  }
}
