/** Clients that send write requests and wait for the answers, as somebody else's program does. */
import { Redis } from 'ioredis'
import kafkajs from 'kafkajs'
import { connectAsync } from 'mqtt'
import type { Service } from '#shared/broker'
import { kafkaNames, mqttNames, valkeyNames } from '#shared/names/build'
import { namespace } from './entries.ts'
import { until } from './measure.ts'

export interface Asker {
  /** Sends one request and gives the next answer. Rejects after `ms`. */
  ask(payload: string, ms: number): Promise<string>
  close(): Promise<void>
}

type Open = (port: number, plc: string, tag: string) => Promise<Asker>

export const askers: { readonly [S in Service]: Open } = {
  mqtt: async (port, plc) => {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`)
    // The acknowledgement of one answer and the next request would wait for each other.
    if ('setNoDelay' in client.stream && typeof client.stream.setNoDelay === 'function') client.stream.setNoDelay(true)
    const { hear, ask } = answers()
    client.on('message', (_topic, payload) => hear(payload.toString()))
    const topic = mqttNames.write(namespace, plc)
    await client.subscribeAsync(mqttNames.response(topic), { qos: 1 })
    return {
      ask: (payload, ms) => ask(() => client.publishAsync(topic, payload, { qos: 1 }), ms),
      close: () => client.endAsync(true),
    }
  },

  valkey: async (port) => {
    const redis = new Redis(port, '127.0.0.1')
    const subscriber = redis.duplicate()
    const { hear, ask } = answers()
    subscriber.on('message', (_channel, payload: string) => hear(payload))
    await subscriber.subscribe(valkeyNames.responses(namespace))
    return {
      ask: (payload, ms) => ask(() => redis.rpush(valkeyNames.writes(namespace), payload), ms),
      close: async () => {
        await subscriber.quit()
        await redis.quit()
      },
    }
  },

  kafka: async (port, plc, tag) => {
    const { Kafka, logLevel, Partitioners } = kafkajs
    const kafka = new Kafka({ brokers: [`127.0.0.1:${port}`], clientId: 'asker', logLevel: logLevel.NOTHING })
    const producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    })
    const consumer = kafka.consumer({ groupId: 'asker', maxWaitTimeInMs: 250 })
    const { hear, ask } = answers()
    await producer.connect()
    await consumer.connect()
    await consumer.subscribe({ topic: kafkaNames.responses(namespace), fromBeginning: true })
    let fetching = false
    consumer.on(consumer.events.FETCH, () => {
      fetching = true
    })
    await consumer.run({ eachMessage: async ({ message }) => hear(message.value?.toString() ?? '') })
    await until(() => fetching, 'the consumer of the answers reads')
    const topic = kafkaNames.writes(namespace)
    const key = kafkaNames.key(plc, tag)
    return {
      ask: (value, ms) => ask(() => producer.send({ topic, acks: -1, messages: [{ key, value }] }), ms),
      close: async () => {
        await consumer.disconnect()
        await producer.disconnect()
      },
    }
  },
}

/** Gives the next answer to whoever asked. */
function answers() {
  let waiting: ((text: string) => void) | undefined
  return {
    hear: (text: string) => waiting?.(text),
    ask: (send: () => Promise<unknown>, ms: number) =>
      new Promise<string>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`bench writes: no answer within ${ms} ms`)), ms)
        waiting = (text) => {
          clearTimeout(timer)
          resolve(text)
        }
        send().catch(reject)
      }),
  }
}
