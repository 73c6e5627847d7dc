import type { BridgeContext } from '#main/bridges/bridge'
import { type InspectorFixture, inspectorContract } from '#main/bridges/inspector.contract'
import { silentLog } from '#main/log'
import { createMemoryBridge } from './bridge.ts'
import { createMemoryBroker } from './broker.ts'
import { createMemoryInspector } from './inspector.ts'

inspectorContract('the memory broker', async (): Promise<InspectorFixture> => {
  const broker = createMemoryBroker()
  const config = { name: 'Contract' }
  const context = (namespace: string): BridgeContext => ({ namespace, who: '11111111-aaaa', log: silentLog })
  const refusing = createMemoryBroker()
  refusing.refuse()
  return {
    service: 'mqtt',
    entry: 'mqtt "Contract"',
    inspector: (namespace) => createMemoryInspector(config, context(namespace), broker),
    bridge: (namespace) => createMemoryBridge(config, context(namespace), broker),
    publish: async (base, payload) => {
      broker.send(`${base}/P/tags/T`, payload)
      return `${base}/P/tags/T`
    },
    plant: async (base) => {
      const planted = [
        { kind: 'retained', name: `${base}/P/tags/T`, content: '{"value":1}' },
        { kind: 'retained', name: `${base}/P/write`, content: '{"plc":"P"}' },
      ]
      for (const { name, content } of planted) broker.send(name, content, { retain: true })
      await new Promise((resolve) => setImmediate(resolve))
      return planted
    },
    leftBehind: async (base) => [...broker.retained.keys()].filter((topic) => topic.startsWith(`${base}/`)),
    tellsMembers: false,
    tellsTime: false,
    wrongLogin: (namespace) => createMemoryInspector(config, context(namespace), refusing),
    unreachable: (namespace) => createMemoryInspector(config, context(namespace), refusing),
    withoutRights: async (namespace) => {
      broker.forbid(/^warlink-/, 'receive', `${namespace}/#`)
      return createMemoryInspector(config, context(namespace), broker)
    },
    cut: async () => {
      broker.refuse()
      broker.cut()
    },
    restore: async () => broker.accept(),
    stop: async () => {},
  }
})
