import { expect, test } from 'vitest'
import type { BridgeContext } from '#main/bridges/bridge'
import type { Heard } from '#main/bridges/lease'
import { type LeaseFixture, leaseContract } from '#main/bridges/lease.contract'
import { silentLog } from '#main/log'
import { createMemoryBridge } from './bridge.ts'
import { createMemoryBroker } from './broker.ts'

const context = (namespace: string, who: string): BridgeContext => ({ namespace, who, log: silentLog })
const never = new AbortController().signal

leaseContract('the memory bridge', async (): Promise<LeaseFixture> => {
  const broker = createMemoryBroker()
  const bridge = (namespace: string, who: string) =>
    createMemoryBridge({ name: 'Contract' }, context(namespace, who), broker)
  return {
    bridge,
    arbiter: 'none',
    speak: async (base, what, plc, payload) =>
      broker.send(`${base}/${plc}/${what === 'health' ? 'health' : 'write/response'}`, payload),
    freeze: async () => broker.freeze(),
    thaw: async () => broker.thaw(),
    cut: async () => {
      broker.refuse()
      broker.cut()
    },
    restore: async () => broker.accept(),
    withoutRights: async (namespace) => {
      const restore = broker.forbid(/33333333-cccc$/, 'receive', `${namespace}/_gw/#`)
      return { bridge: bridge(namespace, '33333333-cccc'), grant: async () => restore() }
    },
    stop: async () => {},
  }
})

test('tells what was stored before as stored, and the last will as a record', async () => {
  const broker = createMemoryBroker()
  broker.send('site/P/health', '{"plc":"P"}', { retain: true })
  const heard: Heard[] = []
  const bridge = createMemoryBridge({ name: 'M' }, context('site', '11111111-aaaa'), broker)
  const twin = await createMemoryBridge({ name: 'M' }, context('site', '22222222-bbbb'), broker).connect({
    signal: never,
    lastWill: '{"state":"gone"}',
  })
  const lease = await (await bridge.connect({ signal: never })).openLease(
    { plcs: ['P'], hear: (one) => heard.push(one) },
    never,
  )
  await lease.announce('{"n":1}', never)
  expect(heard).toMatchObject([{ kind: 'health', plc: 'P', stored: true }])
  broker.cut()
  await twin.lost
  const again: Heard[] = []
  const later = await (await bridge.connect({ signal: never })).openLease(
    { plcs: ['P'], hear: (one) => again.push(one) },
    never,
  )
  await later.announce('{"n":2}', never)
  expect(again).toMatchObject([
    { kind: 'health', stored: true },
    { kind: 'presence', who: '22222222-bbbb', record: '{"state":"gone"}', stored: true },
  ])
})
