/** Records a second, confirmed by all replicas, through our bridge, beside kafkajs in batches with the partition given. */
import kafkajs from 'kafkajs'
import { createKafkaBridge } from '#main/bridges/kafka/bridge'
import { silentLog } from '#main/log'
import { kafkaNames } from '#shared/names/build'
import { withBrokers } from './brokers.ts'
import { kafkaEntry, namespace } from './entries.ts'
import { benchTags, compare, startBare, startOurs } from './feed.ts'
import type { Benchmark } from './measure.ts'

const batch = 500

export const kafka: Benchmark = ({ rounds, say }) =>
  withBrokers(['kafka'], say, async ({ kafka: broker }) => {
    if (!broker) return []
    const bridge = createKafkaBridge(kafkaEntry(broker.port), { namespace, who: 'bench', log: silentLog })
    return compare({
      name: 'kafka',
      bareName: `bare kafkajs, batches of ${batch} awaited, partition given`,
      limit: 0.8,
      rounds,
      say,
      ours: () => startOurs(bridge),
      bare: () => bareKafka(broker.port),
    })
  })

async function bareKafka(port: number) {
  const { Kafka, logLevel, Partitioners } = kafkajs
  const client = new Kafka({ brokers: [`127.0.0.1:${port}`], clientId: 'bare', logLevel: logLevel.NOTHING })
  const topic = 'bare'
  const admin = client.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] })
  await admin.disconnect()
  const producer = client.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  const tags = benchTags()
  const keys = Array.from({ length: tags.count }, (_, i) => {
    const { plc, tag } = tags.subject(i)
    return kafkaNames.key(plc, tag)
  })
  // The same records as ours: the wire has the namespace in a header.
  const headers = { namespace }
  let next = 0
  return startBare(
    async () => {
      const messages = Array.from({ length: batch }, () => {
        const index = next++ % tags.count
        return { key: keys[index] as string, value: `{${tags.nextBody(index)}`, partition: 0, headers }
      })
      await producer.send({ topic, acks: -1, messages })
      return batch
    },
    () => producer.disconnect(),
  )
}
