import { expect, test } from 'vitest'
import type { Arrival, BridgeContext, Subject } from '#main/bridges/bridge'
import { type BridgeFixture, bridgeContract, type Seen } from '#main/bridges/bridge.contract'
import { silentLog } from '#main/log'
import { createMemoryBridge } from './bridge.ts'
import { createMemoryBroker, type MemoryBroker, matches } from './broker.ts'

const context = (namespace: string, who = '11111111-aaaa'): BridgeContext => ({ namespace, who, log: silentLog })

bridgeContract('the memory bridge', async () => fixtureOf(createMemoryBroker()))

function fixtureOf(broker: MemoryBroker): BridgeFixture {
  return {
    service: 'mqtt',
    bridge: (namespace, selector) =>
      createMemoryBridge({ name: 'Contract', ...(selector && { selector }) }, context(namespace), broker),
    addressOf: mqttAddress,
    watch: async (base) => {
      const seen: Seen[] = []
      const stop = broker.watch(`${base}/#`, ({ address, payload }) => seen.push({ address, payload }))
      return { seen: () => seen, stop: async () => stop() }
    },
    stored: async (base, subject) => broker.retained.get(mqttAddress(base, subject)),
    send: async (base, plc, payload) => broker.send(`${base}/${plc}/write`, payload),
    requestAddress: (base, plc) => ({ address: `${base}/${plc}/write`, replyTo: `${base}/${plc}/write/response` }),
    cut: async () => {
      broker.refuse()
      broker.cut()
    },
    restore: async () => broker.accept(),
    whileClosed: 'dropped',
    whenTakeFails: 'lost',
    stop: async () => {},
  }
}

function mqttAddress(base: string, subject: Subject): string {
  if (subject.kind === 'tag') return `${base}/${subject.plc}/tags/${subject.tag}`
  if (subject.kind === 'health') return `${base}/${subject.plc}/health`
  if (subject.kind === 'response') return subject.to
  throw new Error(`no address for ${subject.kind}`)
}

const signal = new AbortController().signal

test('a frozen broker confirms and delivers nothing until it thaws, and then all in order', async () => {
  const broker = createMemoryBroker()
  const connection = await createMemoryBridge({ name: 'M' }, context('site'), broker).connect({ signal })
  const arrivals: Arrival[] = []
  await connection.listen(async (arrival) => {
    arrivals.push(arrival)
    return { settle: () => {} }
  }, signal)
  broker.freeze()
  const settled: number[] = []
  const messages = [1, 2, 3].map((n) => ({ subject: { kind: 'tag', plc: 'P', tag: 'T' }, body: `"n":${n}}` }) as const)
  connection.publish(messages, (index) => settled.push(index))
  broker.send('site/P/write', '{}')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([settled, arrivals, broker.retained.size]).toEqual([[], [], 0])
  broker.thaw()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(settled).toEqual([0, 1, 2])
  expect(arrivals.length).toBe(1)
  expect(broker.retained.get('site/P/tags/T')).toBe('{"topic":"site","n":3}')
  await connection.close()
  expect(broker.connections()).toBe(0)
})

test('tells a stored request that is sent to an open intake, and sends none at the opening', async () => {
  const broker = createMemoryBroker()
  const connection = await createMemoryBridge({ name: 'M' }, context('site'), broker).connect({ signal })
  const arrivals: Arrival[] = []
  broker.send('site/P/write', '{"old":1}', { retain: true })
  await new Promise((resolve) => setTimeout(resolve, 20))
  await connection.listen(async (arrival) => {
    arrivals.push(arrival)
    return { settle: () => {} }
  }, signal)
  broker.send('site/P/write', '{"new":1}', { retain: true })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(arrivals.map(({ retained, plcInTopic }) => ({ retained, plcInTopic }))).toEqual([
    { retained: true, plcInTopic: 'P' },
  ])
})

test('publishes the last will when the connection is cut, and not when it is closed', async () => {
  const broker = createMemoryBroker()
  const bridge = createMemoryBridge({ name: 'M' }, context('site'), broker)
  const lastWill = '{"state":"gone"}'
  const closed = await bridge.connect({ signal, lastWill })
  await closed.close()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(broker.retained.size).toBe(0)
  await bridge.connect({ signal, lastWill })
  broker.cut()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(broker.retained.get('site/_gw/11111111-aaaa')).toBe('{"state":"gone"}')
})

test('a twin with the same client id evicts the first', async () => {
  const broker = createMemoryBroker()
  const config = { name: 'M', client_id: 'site-gateway' }
  const first = await createMemoryBridge(config, context('site'), broker).connect({ signal })
  await createMemoryBridge(config, context('site', '22222222-bbbb'), broker).connect({ signal })
  expect((await first.lost).message).toContain('site-gateway')
  expect(broker.connections()).toBe(1)
})

test.each([
  ['a/+/write', 'a/P/write', true],
  ['a/+/write', 'a/b/P/write', false],
  ['a/+/write', 'a/P/write/response', false],
  ['a/#', 'a', true],
  ['a/#', 'a/b/c', true],
  ['a/#', 'ab/c', false],
  ['a/b', 'a', false],
])('filter %s and address %s match: %s', (filter, address, expected) => {
  expect(matches(filter, address)).toBe(expected)
})
