/** QoS 1 messages a second through our bridge, beside mqtt.js that waits for each confirmation. */
import { connectAsync } from 'mqtt'
import { createMqttBridge } from '#main/bridges/mqtt/bridge'
import { silentLog } from '#main/log'
import { mqttNames } from '#shared/names/build'
import { withBrokers } from './brokers.ts'
import { mqttEntry, namespace } from './entries.ts'
import { benchTags, compare, startBare, startOurs } from './feed.ts'
import type { Benchmark } from './measure.ts'

export const mqtt: Benchmark = ({ rounds, say }) =>
  withBrokers(['mqtt'], say, async ({ mqtt: broker }) => {
    if (!broker) return []
    const bridge = createMqttBridge(mqttEntry(broker.port), { namespace, who: 'bench', log: silentLog })
    return compare({
      name: 'mqtt',
      bareName: 'bare mqtt.js, each message awaited',
      limit: 4,
      rounds,
      say,
      ours: () => startOurs(bridge),
      bare: () => bareMqtt(broker.port),
    })
  })

async function bareMqtt(port: number) {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 })
  const tags = benchTags()
  const topics = Array.from({ length: tags.count }, (_, i) => {
    const { plc, tag } = tags.subject(i)
    return mqttNames.tag(namespace, plc, tag)
  })
  let next = 0
  return startBare(
    async () => {
      const index = next++ % tags.count
      const payload = `{"topic":"${namespace}",${tags.nextBody(index)}`
      await client.publishAsync(topics[index] as string, payload, { qos: 1, retain: true })
      return 1
    },
    () => client.endAsync(),
  )
}
