/** A site under test: a simulated controller called `Main PLC`, a gateway process, and outside clients on its brokers. */
import { readFile } from 'node:fs/promises'
import { Redis } from 'ioredis'
import { type Consumer, Kafka, logLevel, type Producer } from 'kafkajs'
import { connectAsync, type MqttClient } from 'mqtt'
import type { JournalLine } from '#main/writeback/journal-lines'
import type { Service } from '#shared/broker'
import { kafkaNames, mqttNames, valkeyNames } from '#shared/names/build'
import { type Ports, rememberHeld } from '../site-file.ts'
import { configFolder, type GatewayProcess, startGatewayProcess } from './gateway-process.ts'
import { until } from './tools.ts'

export interface Site {
  readonly configPath: string
  readonly gateway: GatewayProcess
  /** Starts the process (again), and waits until it takes requests in on every service of `services`. */
  start(args?: readonly string[]): Promise<GatewayProcess>
  journal(): Promise<readonly JournalLine[]>
  /** Writes the configuration anew; counts from the next start. */
  configure(text: string): Promise<void>
  remove(): Promise<void>
}

const services = ['mqtt', 'valkey', 'kafka'] as const

/** A site that held its namespace before. */
export async function createSite(config: string, intakes: readonly Service[] = services): Promise<Site> {
  const folder = await configFolder(config)
  await rememberHeld(folder.path, config)
  let gateway: GatewayProcess | undefined
  const running = () => {
    if (!gateway) throw new Error('the gateway was not started')
    return gateway
  }
  return {
    configPath: folder.path,
    get gateway() {
      return running()
    },
    start: async (args = []) => {
      gateway = startGatewayProcess(folder.path, args)
      for (const service of intakes) {
        await gateway.line((line) => line.includes(`${service} "Central": write requests are taken in`), 40_000)
      }
      await gateway.line((line) => line.includes('Main PLC: online'))
      return gateway
    },
    journal: async () => {
      const text = await readFile(`${folder.path}.journal`, 'utf8')
      return text
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line) as JournalLine)
    },
    configure: folder.write,
    remove: async () => {
      await gateway?.kill()
      await folder.remove()
    },
  }
}

/** An answer as a sender gets it. */
export interface Answer {
  readonly service: Service
  readonly namespace: string
  readonly address: string
  readonly text: string
  readonly plc: string
  readonly tag: string
  readonly value: unknown
  readonly request_id?: string
  readonly success: boolean
  readonly error?: string
  readonly skipped?: boolean
  readonly deduplicated?: boolean
}

/** Outside clients on all three brokers: send requests, collect the answers of some namespaces. */
export interface Clients {
  readonly answers: readonly Answer[]
  readonly mqtt: MqttClient
  readonly redis: Redis
  readonly producer: Producer
  /** Publishes, pushes or produces a request at the address of a namespace. */
  send(service: Service, namespace: string, payload: string, options?: SendOptions): Promise<void>
  /** Resolves with the answer that carries this id. */
  answer(requestId: string, ms?: number): Promise<Answer>
  close(): Promise<void>
}

export interface SendOptions {
  readonly retain?: boolean
  /** PLC in the MQTT topic. */
  readonly plc?: string
  readonly headers?: Record<string, string>
  /** Kafka record time, ms since the epoch. */
  readonly timestamp?: number
}

/** Connects, and listens for answers under these namespaces from now on. */
export async function connectClients(ports: Ports, namespaces: readonly string[]): Promise<Clients> {
  const answers: Answer[] = []
  const take = (service: Service, namespace: string, address: string, text: string) =>
    answers.push({ ...(JSON.parse(text) as Answer), service, namespace, address, text })

  const mqtt = await connectAsync(`mqtt://127.0.0.1:${ports.mosquitto}`)
  mqtt.on('message', (topic, payload) => take('mqtt', topic.split('/')[0] ?? '', topic, payload.toString()))
  await mqtt.subscribeAsync(
    namespaces.map((namespace) => `${namespace}/+/write/response`),
    { qos: 1 },
  )
  const redis = new Redis(ports.redis, '127.0.0.1')
  const subscriber = new Redis(ports.redis, '127.0.0.1')
  subscriber.on('message', (channel: string, text: string) =>
    take('valkey', channel.split(':')[0] ?? '', channel, text),
  )
  await subscriber.subscribe(...namespaces.map((namespace) => valkeyNames.responses(namespace)))

  const kafka = new Kafka({ brokers: [`127.0.0.1:${ports.kafka}`], logLevel: logLevel.NOTHING })
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const consumer = await listenToKafka(kafka, namespaces, (topic, text) => {
    const namespace = namespaces.find((name) => kafkaNames.responses(name) === topic) ?? ''
    take('kafka', namespace, topic, text)
  })

  return {
    answers,
    mqtt,
    redis,
    producer,
    send: async (service, namespace, payload, options = {}) => {
      if (service === 'mqtt') {
        const topic = mqttNames.write(namespace, options.plc ?? 'Main PLC')
        await mqtt.publishAsync(topic, payload, { qos: 1, retain: options.retain ?? false })
      } else if (service === 'valkey') await redis.rpush(valkeyNames.writes(namespace), payload)
      else {
        const { headers, timestamp } = options
        const message = {
          value: payload,
          ...(headers ? { headers } : {}),
          ...(timestamp === undefined ? {} : { timestamp: String(timestamp) }),
        }
        await producer.send({ topic: kafkaNames.writes(namespace), messages: [message], acks: -1 })
      }
    },
    answer: async (requestId, ms = 15_000) => {
      const find = () => answers.find((answer) => answer.request_id === requestId)
      await until(() => find() !== undefined, `answer to ${requestId}`, ms)
      return find() as Answer
    },
    close: async () => {
      await Promise.all([mqtt.endAsync(true), consumer.disconnect(), producer.disconnect()])
      redis.disconnect()
      subscriber.disconnect()
    },
  }
}

/** Creates the topics, and reads the answers from their end on: joined when this resolves. */
async function listenToKafka(
  kafka: Kafka,
  namespaces: readonly string[],
  onMessage: (topic: string, text: string) => void,
): Promise<Consumer> {
  const admin = kafka.admin()
  await admin.connect()
  const topics = namespaces.flatMap((namespace) => [kafkaNames.writes(namespace), kafkaNames.responses(namespace)])
  await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 1 })), waitForLeaders: true })
  await admin.disconnect()
  const consumer = kafka.consumer({ groupId: `listener-${namespaces.join('-')}-${process.pid}-${Date.now()}` })
  await consumer.connect()
  const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()))
  await consumer.subscribe({
    topics: namespaces.map((namespace) => kafkaNames.responses(namespace)),
    fromBeginning: true,
  })
  await consumer.run({
    eachMessage: async ({ topic, message }) => onMessage(topic, message.value?.toString() ?? ''),
  })
  await joined
  return consumer
}
