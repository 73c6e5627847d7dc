/** Tags a second (SET and two PUBLISH each) through our bridge, beside ioredis with each command awaited. */
import { Redis } from 'ioredis'
import { createValkeyBridge } from '#main/bridges/valkey/bridge'
import { silentLog } from '#main/log'
import { valkeyNames } from '#shared/names/build'
import { withBrokers } from './brokers.ts'
import { namespace, valkeyEntry } from './entries.ts'
import { benchTags, compare, startBare, startOurs } from './feed.ts'
import type { Benchmark } from './measure.ts'

export const valkey: Benchmark = ({ rounds, say }) =>
  withBrokers(['valkey'], say, async ({ valkey: broker }) => {
    if (!broker) return []
    const bridge = createValkeyBridge(valkeyEntry(broker.port), { namespace, who: 'bench', log: silentLog })
    return compare({
      name: 'valkey',
      bareName: 'bare ioredis, each command awaited',
      limit: 5,
      rounds,
      say,
      ours: () => startOurs(bridge),
      bare: () => bareValkey(broker.port),
    })
  })

async function bareValkey(port: number) {
  const redis = new Redis(port, '127.0.0.1')
  const tags = benchTags()
  const names = Array.from({ length: tags.count }, (_, i) => {
    const { plc, tag } = tags.subject(i)
    return { key: valkeyNames.tag(namespace, plc, tag), channel: valkeyNames.changes(namespace, plc) }
  })
  const all = valkeyNames.allChanges(namespace)
  let next = 0
  return startBare(
    async () => {
      const index = next++ % tags.count
      const { key, channel } = names[index] as { key: string; channel: string }
      const payload = `{"factory":"${namespace}",${tags.nextBody(index)}`
      await redis.set(key, payload)
      await redis.publish(channel, payload)
      await redis.publish(all, payload)
      return 1
    },
    () => redis.quit(),
  )
}
