import { expect, test, vi } from 'vitest'
import type { Hop } from '#main/bridges/requester'
import { type RequesterFixture, requesterContract } from '#main/bridges/requester.contract'
import { silentLog } from '#main/log'
import { liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import { startProxy } from '#scripts/brokers/proxy'
import { createValkeyBridge } from './bridge.ts'
import { createValkeyRequester } from './requester.ts'
import { plain, startSite } from './test-site.ts'

const never = new AbortController().signal

async function fixture(): Promise<RequesterFixture> {
  const server = await startSite({ users: { reader: 'on >secret ~site* &site* +@all -rpush' } })
  const outside = server.client()
  const entry = () => ({ ...plain, address: `127.0.0.1:${server.port}` })
  const context = (namespace: string) => ({ namespace, who: '11111111-aaaa', log: silentLog })
  return {
    entry: 'valkey "Contract"',
    requester: (namespace) => createValkeyRequester(entry(), context(namespace)),
    bridge: (namespace) => createValkeyBridge(entry(), context(namespace)),
    prepare: async () => {
      await outside.set('site-impossible:writes', 'no list')
    },
    address: (base) => `${base}:writes`,
    replyTo: (base) => `${base}:write:responses`,
    impossible: 'site-impossible:writes',
    leftBehind: async (base) => [
      ...(await outside.keys(`${base}:*`)),
      ...String(await outside.client('LIST'))
        .split('\n')
        .filter((line) => line.includes(`name=warlink-${base}-`)),
    ],
    withdraws: true,
    collects: true,
    cut: () => server.kill(),
    restore: () => server.restart(),
    withoutRights: async (namespace) =>
      createValkeyRequester({ ...entry(), username: 'reader' }, { ...context(namespace), password: 'secret' }),
    stop: () => server.stop(),
  }
}

liveDescribe('redis', 'the requester with a real Redis', ({ port }) => {
  requesterContract('Valkey', fixture)

  test('leaves a server that became a replica, with both of its connections', async () => {
    const server = await startSite()
    const proxy = await startProxy({ target: server.port })
    const entry = { ...plain, address: `127.0.0.1:${proxy.port}` }
    const requester = createValkeyRequester(entry, { namespace: 'site', who: '11111111-aaaa', log: silentLog })
    try {
      const request = { address: 'site:writes', payload: '{}', isAnswer: () => false, timeoutMs: 200 }
      const send = async () => {
        const hops: Hop[] = []
        for await (const hop of requester.send(request, never)) hops.push(hop)
        return hops.at(-1)?.kind
      }
      expect(await send()).toBe('unanswered')
      await server.client().call('REPLICAOF', '127.0.0.1', '1')
      expect(await send()).toBe('failed')
      await vi.waitUntil(() => proxy.connections() === 0)
    } finally {
      await requester.close()
      await proxy.stop()
      await server.stop()
    }
  })

  test('takes back its own request and leaves an equal one that waited before', async () => {
    const namespace = uniqueNamespace('site')
    const entry = { ...plain, address: `127.0.0.1:${port}` }
    const requester = createValkeyRequester(entry, { namespace, who: '11111111-aaaa', log: silentLog })
    const request = { address: `${namespace}:writes`, payload: 'same', isAnswer: () => false, timeoutMs: 200 }
    const other = createValkeyRequester(entry, { namespace, who: '22222222-bbbb', log: silentLog })
    const hops: Hop[] = []
    for await (const hop of other.send({ ...request, timeoutMs: 3_000 }, never)) {
      if (hop.kind !== 'taken') continue
      for await (const own of requester.send(request, never)) hops.push(own)
      break
    }
    expect(hops.map(({ kind }) => kind)).toEqual(['sent', 'taken', 'unanswered'])
    expect(hops.at(-1)).toMatchObject({ withdrawn: true })
    await Promise.all([requester.close(), other.close()])
  })
})
