/** A server that forgets everything while its connections stand gets every value again. */
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { liveDescribe } from '#scripts/brokers/live'
import { startRedis } from '#scripts/brokers/redis'
import { valkeyNames } from '#shared/names/build'
import { startAccessSite } from './test-access-site.ts'
import { until } from './test-gateway.ts'

liveDescribe('redis', 'a server that is emptied', () => {
  it('has all values again soon, without a new connection', async () => {
    const server = await startRedis()
    const outside = new Redis(server.port, '127.0.0.1')
    const entries = `valkey:\n  - {name: Central, address: "127.0.0.1:${server.port}"}\n`
    const site = await startAccessSite({ namespace: 'flushed', entries, serial: 0x0f1a })
    const [entry] = site.gateway.brokers
    const names = ['Test_DINT', 'Test_SINT', 'Machine_Status.Clear_Fault'].map((tag) =>
      valkeyNames.tag('flushed', 'Main PLC', tag),
    )
    const there = async () => (await outside.mget(names)).filter((value) => value !== null).length
    const allThere = async () => {
      let found = 0
      const look = setInterval(() => {
        void there().then((count) => {
          found = count
        })
      }, 50)
      await until(() => found === names.length, 'all values are there', 20_000).finally(() => clearInterval(look))
    }
    try {
      await allThere()
      await until(() => site.gateway.claim.now().gateway.kind === 'held', 'the claim is held', 40_000)
      const state = entry?.state.getState()
      const since = state?.kind === 'connected' ? state.since : 0
      await outside.flushall()
      await allThere()
      expect(entry?.state.getState()).toMatchObject({ kind: 'connected', since })
    } finally {
      outside.disconnect()
      await site.stop()
      await server.stop()
    }
  }, 90_000)
})
