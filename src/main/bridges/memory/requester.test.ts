import { expect, test } from 'vitest'
import type { BridgeContext } from '#main/bridges/bridge'
import { type RequesterFixture, requesterContract } from '#main/bridges/requester.contract'
import { silentLog } from '#main/log'
import { createMemoryBridge } from './bridge.ts'
import { createMemoryBroker } from './broker.ts'
import { createMemoryRequester } from './requester.ts'

const context = (namespace: string): BridgeContext => ({ namespace, who: '11111111-aaaa', log: silentLog })

requesterContract('the memory broker', async (): Promise<RequesterFixture> => {
  const broker = createMemoryBroker()
  return {
    entry: 'mqtt "Contract"',
    requester: (namespace) => createMemoryRequester({ name: 'Contract' }, context(namespace), broker),
    bridge: (namespace) => createMemoryBridge({ name: 'Contract' }, context(namespace), broker),
    address: (base, plc) => `${base}/${plc}/write`,
    replyTo: (base, plc) => `${base}/${plc}/write/response`,
    impossible: 'site/+/write',
    leftBehind: async (base) => [...broker.retained.keys()].filter((topic) => topic.startsWith(`${base}/`)),
    withdraws: false,
    collects: false,
    cut: async () => {
      broker.refuse()
      broker.cut()
    },
    restore: async () => broker.accept(),
    // This broker drops without a word; one that can't be reached is the nearest it has.
    withoutRights: async (namespace) => {
      const refusing = createMemoryBroker()
      refusing.refuse('not authorized')
      return createMemoryRequester({ name: 'Contract' }, context(namespace), refusing)
    },
    stop: async () => {},
  }
})

test('a retained request is cleared when its way ends', async () => {
  const broker = createMemoryBroker()
  const requester = createMemoryRequester({ name: 'M' }, context('site'), broker)
  const request = { address: 'site/P/write', payload: '{}', retain: true, isAnswer: () => false, timeoutMs: 50 }
  for await (const hop of requester.send(request, new AbortController().signal))
    if (hop.kind === 'taken') expect(broker.retained.get('site/P/write')).toBe('{}')
  await new Promise((resolve) => setImmediate(resolve))
  expect(broker.retained.size).toBe(0)
  await requester.close()
  expect(broker.connections()).toBe(0)
})
