/** Looks at a broker until it has the newest value of every tag, and says when that was (`performance.now()`). */
import { Redis } from 'ioredis'
import kafkajs from 'kafkajs'
import { connectAsync } from 'mqtt'
import type { Service } from '#shared/broker'
import { kafkaNames, mqttNames, valkeyNames } from '#shared/names/build'
import { namespace } from './entries.ts'
import { plcName } from './gateway.ts'
import { sleep, until } from './measure.ts'

/** `expected`: value as JSON by tag. */
type Arrived = (port: number, expected: ReadonlyMap<string, string>) => Promise<number>

/** Kafka is quiet when no record came for this long, ms. */
const quietMs = 6_000

export const newestArrived: { readonly [S in Service]: Arrived } = {
  mqtt: async (port, expected) => {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`)
    const open = new Map([...expected].map(([tag, value]) => [mqttNames.tag(namespace, plcName, tag), value]))
    let at = 0
    client.on('message', (topic, payload) => {
      // A later message may still take a value back: then it is open again.
      const tag = topic.slice(topic.lastIndexOf('/') + 1)
      if (payload.includes(`"value":${expected.get(tag)},`)) open.delete(topic)
      else open.set(topic, expected.get(tag) ?? '')
      at = performance.now()
    })
    await client.subscribeAsync(mqttNames.tag(namespace, plcName, '#'), { qos: 0 })
    await until(() => open.size === 0, 'every newest value is at the MQTT broker')
    await client.endAsync(true)
    return at
  },

  valkey: async (port, expected) => {
    const redis = new Redis(port, '127.0.0.1')
    const keys = [...expected.keys()].map((tag) => valkeyNames.tag(namespace, plcName, tag))
    const values = [...expected.values()]
    await until(async () => {
      const found = await redis.mget(keys)
      return found.every((text, i) => text?.includes(`"value":${values[i]},`))
    }, 'every newest value is in Valkey')
    const at = performance.now()
    await redis.quit()
    return at
  },

  // Records stay: when the last one came is when the topic stopped to grow.
  kafka: async (port) => {
    const { Kafka, logLevel } = kafkajs
    const admin = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    let size = -1
    let at = performance.now()
    for (let begun = at; performance.now() - Math.max(at, begun) < quietMs; await sleep(20)) {
      const offsets = await admin.fetchTopicOffsets(kafkaNames.tags(namespace))
      const now = offsets.reduce((sum, { offset }) => sum + Number(offset), 0)
      if (now === size) continue
      size = now
      at = performance.now()
      begun = at
    }
    await admin.disconnect()
    return at
  },
}
