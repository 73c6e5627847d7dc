/** Outside clients that send write requests, past every proxy. */
import { Redis } from 'ioredis'
import { type ITopicMetadata, Kafka, logLevel } from 'kafkajs'
import { connectAsync } from 'mqtt'
import type { Service } from '#shared/broker'
import { kafkaNames, mqttNames, valkeyNames } from '#shared/names/build'
import { until } from '../line/tools.ts'

export interface Senders {
  /** Before anybody sends on Kafka: its topics are there when this resolves. */
  prepare(base: string, services: readonly Service[]): Promise<void>
  /** Sends a request to the address of a base; resolves when the broker has it. */
  send(service: Service, base: string, payload: string): Promise<void>
  close(): Promise<void>
}

export async function connectSenders(ports: Readonly<Record<Service, number>>): Promise<Senders> {
  const mqtt = await connectAsync(`mqtt://127.0.0.1:${ports.mqtt}`)
  const redis = new Redis(ports.valkey, '127.0.0.1')
  const kafka = new Kafka({ brokers: [`127.0.0.1:${ports.kafka}`], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await Promise.all([admin.connect(), producer.connect()])
  return {
    prepare: async (base, services) => {
      if (!services.includes('kafka')) return
      const topics = [kafkaNames.writes(base), kafkaNames.responses(base)]
      await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 1 })), waitForLeaders: false })
      // While a topic is being made the broker says that it has none: kafkajs' own wait ends with that.
      const there = () => admin.fetchTopicMetadata({ topics }).then(hasLeaders, () => false)
      await until(there, `topics ${topics.join(', ')}`, 30_000, 100)
    },
    send: async (service, base, payload) => {
      switch (service) {
        case 'mqtt':
          await mqtt.publishAsync(mqttNames.write(base, 'Main PLC'), payload, { qos: 1 })
          return
        case 'valkey':
          await redis.rpush(valkeyNames.writes(base), payload)
          return
        case 'kafka':
          await producer.send({ topic: kafkaNames.writes(base), messages: [{ value: payload }], acks: -1 })
      }
    },
    close: async () => {
      await Promise.allSettled([mqtt.endAsync(true), admin.disconnect(), producer.disconnect()])
      redis.disconnect()
    },
  }
}

function hasLeaders({ topics }: { readonly topics: readonly ITopicMetadata[] }): boolean {
  return topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0))
}
