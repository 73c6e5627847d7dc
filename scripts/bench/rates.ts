/** How many messages a second arrive at the brokers, counted there: apart from the rounds that measure the gateway. */
import { Redis } from 'ioredis'
import kafkajs from 'kafkajs'
import { connectAsync } from 'mqtt'
import type { Service } from '#shared/broker'
import { kafkaNames, mqttNames } from '#shared/names/build'
import { type Brokers, present } from './brokers.ts'
import { namespace } from './entries.ts'
import { plcName } from './gateway.ts'
import { sleep } from './measure.ts'

/** Values of tags in a second at each broker, over `ms`. */
export function valueRates(
  brokers: Brokers,
  ms: number,
): Promise<readonly { readonly service: Service; readonly perSecond: number }[]> {
  return Promise.all(
    present(brokers).map(async (service) => {
      const count = await counts[service](brokers[service]?.port ?? 0, ms)
      return { service, perSecond: (count * 1_000) / ms }
    }),
  )
}

/** Messages on the topics of a filter within `ms`, without those the broker had kept. */
export async function mqttCount(port: number, filter: string, ms: number): Promise<number> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`)
  let count = 0
  client.on('message', (_topic, _payload, { retain }) => {
    if (!retain) count++
  })
  await client.subscribeAsync(filter)
  const before = count
  await sleep(ms)
  const counted = count - before
  await client.endAsync(true)
  return counted
}

const counts: { readonly [S in Service]: (port: number, ms: number) => Promise<number> } = {
  mqtt: (port, ms) => mqttCount(port, mqttNames.tag(namespace, plcName, '#'), ms),

  valkey: async (port, ms) => {
    const redis = new Redis(port, '127.0.0.1')
    const sets = async () => Number(/^cmdstat_set:calls=(\d+)/m.exec(await redis.info('commandstats'))?.[1] ?? 0)
    const counted = await difference(sets, ms)
    await redis.quit()
    return counted
  },

  kafka: async (port, ms) => {
    const { Kafka, logLevel } = kafkajs
    const admin = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const records = async () => {
      const offsets = await admin.fetchTopicOffsets(kafkaNames.tags(namespace))
      return offsets.reduce((sum, { offset }) => sum + Number(offset), 0)
    }
    const counted = await difference(records, ms)
    await admin.disconnect()
    return counted
  },
}

async function difference(read: () => Promise<number>, ms: number): Promise<number> {
  const before = await read()
  await sleep(ms)
  return (await read()) - before
}
