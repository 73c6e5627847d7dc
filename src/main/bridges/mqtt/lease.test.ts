import { type LeaseFixture, leaseContract } from '#main/bridges/lease.contract'
import { startProxy } from '#scripts/brokers/proxy'
import { createMqttBridge } from './bridge.ts'
import { context, entryFor, outsideClient, startOldBroker } from './test-brokers.ts'

leaseContract('MQTT 3.1.1', async (): Promise<LeaseFixture> => {
  let broker = await startOldBroker()
  const { port } = broker
  const proxy = await startProxy({ target: port })
  /** Clients that get nothing of the claim's topics, as a broker of version 3.1.1 does it: without a word. */
  const blind = new Set<string>()
  const watchRights = () => {
    broker.aedes.authorizeForward = (client, packet) =>
      packet.topic.includes('/_gw/') && [...blind].some((who) => client.id.endsWith(who)) ? undefined : packet
  }
  watchRights()
  const bridge = (namespace: string, who: string) => createMqttBridge(entryFor(proxy.port), context(namespace, who))
  return {
    bridge,
    arbiter: 'none',
    speak: async (base, what, plc, payload) => {
      const client = await outsideClient(port, { protocolVersion: 4 })
      const topic = what === 'health' ? `${base}/${plc}/health` : `${base}/${plc}/write/response`
      await client.publishAsync(topic, payload, { qos: 1, retain: what === 'health' })
      await client.endAsync(true)
    },
    freeze: async () => proxy.stall(),
    thaw: async () => proxy.restore(),
    cut: () => broker.stop(),
    restore: async () => {
      broker = await startOldBroker(port)
      watchRights()
    },
    withoutRights: async (namespace) => {
      blind.add('33333333-cccc')
      return {
        bridge: bridge(namespace, '33333333-cccc'),
        grant: async () => {
          blind.clear()
        },
      }
    },
    stop: async () => {
      await proxy.stop()
      await broker.stop()
    },
  }
})
