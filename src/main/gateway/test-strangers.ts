/** Programs of others on the brokers of `test-access`, with all rights. For tests. */
import { Redis } from 'ioredis'
import { connectAsync } from 'mqtt'
import { outsider } from '#main/bridges/kafka/test-fixture'
import { kafkaNames, mqttNames, valkeyNames } from '#shared/names/build'
import { type AccessBrokers, admin, password } from './test-access.ts'

/** Publishes health of a PLC five times a second on all three brokers, as an older gateway of this base would. */
export async function publishHealth({ ports }: AccessBrokers, base: string, plc: string): Promise<() => Promise<void>> {
  const mqtt = await connectAsync(`mqtt://127.0.0.1:${ports.mqtt}`, { username: admin, password })
  const redis = new Redis(ports.valkey, '127.0.0.1')
  const kafka = await outsider(ports.kafka)
  let count = 0
  let last: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    const health = JSON.stringify({ plc, driver: 'other', online: true, status: 'connected', timestamp: `${++count}` })
    last = Promise.all([
      mqtt.publishAsync(mqttNames.health(base, plc), health),
      redis.publish(valkeyNames.health(base, plc), health),
      kafka.producer.send({ topic: kafkaNames.health(base), messages: [{ key: plc, value: health }] }),
    ])
  }, 200)
  return async () => {
    clearInterval(timer)
    await last
    await Promise.all([mqtt.endAsync(), redis.quit(), kafka.close()])
  }
}

/** Sends 50 requests a second to the list and to the topic, for a PLC that is not there. Returns how to stop, which says how many. */
export async function sendRequests({ ports }: AccessBrokers, base: string): Promise<() => Promise<number>> {
  const redis = new Redis(ports.valkey, '127.0.0.1')
  const kafka = await outsider(ports.kafka)
  const sent: Promise<unknown>[] = []
  const timer = setInterval(() => {
    const value = JSON.stringify({ topic: base, plc: 'Nowhere', tag: 'T', value: 1, request_id: `busy-${sent.length}` })
    sent.push(
      Promise.all([
        redis.rpush(valkeyNames.writes(base), value),
        kafka.producer.send({ topic: kafkaNames.writes(base), messages: [{ value }] }),
      ]),
    )
  }, 20)
  return async () => {
    clearInterval(timer)
    await Promise.all(sent)
    await Promise.all([redis.quit(), kafka.close()])
    return sent.length
  }
}

/** Takes requests from the list as a second gateway would, and answers nothing. */
export function takeRequests({ ports }: AccessBrokers, base: string): () => void {
  const redis = new Redis(ports.valkey, '127.0.0.1')
  let over = false
  const pop = async (): Promise<void> => {
    if (over) return
    // Rejects at the end, when the connection is closed under it.
    await redis.blpop(valkeyNames.writes(base), 0).catch(() => {})
    return await pop()
  }
  void pop()
  return () => {
    over = true
    redis.disconnect()
  }
}
