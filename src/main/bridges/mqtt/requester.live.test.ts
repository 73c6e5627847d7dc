import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Hop } from '#main/bridges/requester'
import { type RequesterFixture, requesterContract } from '#main/bridges/requester.contract'
import { silentLog } from '#main/log'
import { liveDescribe } from '#scripts/brokers/live'
import { startMosquitto } from '#scripts/brokers/mosquitto'
import { startProxy, type TcpProxy } from '#scripts/brokers/proxy'
import type { Server } from '#scripts/brokers/server'
import { createMqttBridge } from './bridge.ts'
import { createMqttRequester } from './requester.ts'
import { context, entryFor, outsideClient } from './test-brokers.ts'

const never = new AbortController().signal
const login = { username: 'gateway', password: 'secret' }

/** What stands retained under a base, by topic. */
async function retained(port: number, base: string, options = {}): Promise<readonly string[]> {
  const client = await outsideClient(port, options)
  const found: string[] = []
  client.on('message', (topic, _payload, { retain }) => {
    if (retain) found.push(topic)
  })
  let done = false
  client.on('message', (topic) => {
    if (topic === 'test/end') done = true
  })
  await client.subscribeAsync([`${base}/#`, 'test/end'], { qos: 1 })
  await client.publishAsync('test/end', 'end', { qos: 1 })
  await vi.waitUntil(() => done, { timeout: 5_000 })
  await client.endAsync(true)
  return found
}

async function fixture(): Promise<RequesterFixture> {
  const acl = ['user gateway', 'topic readwrite #', 'user reader', 'topic read #']
  const server = await startMosquitto({ passwords: { gateway: 'secret', reader: 'secret' }, acl })
  const as = (username: string, namespace: string) =>
    [entryFor(server.port, { username }), { ...context(namespace), password: 'secret' }] as const
  return {
    entry: 'mqtt "Contract"',
    requester: (namespace) => createMqttRequester(...as('gateway', namespace)),
    bridge: (namespace) => createMqttBridge(...as('gateway', namespace)),
    address: (base, plc) => `${base}/${plc}/write`,
    replyTo: (base, plc) => `${base}/${plc}/write/response`,
    impossible: 'site/+/write',
    leftBehind: (base) => retained(server.port, base, login),
    withdraws: false,
    collects: false,
    cut: () => server.kill(),
    restore: () => server.restart(),
    withoutRights: async (namespace) => createMqttRequester(...as('reader', namespace)),
    stop: () => server.stop(),
  }
}

liveDescribe('mosquitto', 'the requester with a real mosquitto', () => {
  requesterContract('MQTT', fixture)

  describe('retained requests', () => {
    let server: Server
    let proxy: TcpProxy
    beforeAll(async () => {
      server = await startMosquitto()
      proxy = await startProxy({ target: server.port })
    })
    afterAll(async () => {
      await proxy.stop()
      await server.stop()
    })

    const request = {
      address: 'site/P/write',
      payload: '{"retained":1}',
      retain: true,
      isAnswer: () => false,
      timeoutMs: 300,
    }

    test('stand at the broker while the request is under way, and not after', async () => {
      const requester = createMqttRequester(entryFor(server.port), context('site'))
      for await (const hop of requester.send(request, never))
        if (hop.kind === 'taken') expect(await retained(server.port, 'site')).toEqual(['site/P/write'])
      expect(await retained(server.port, 'site')).toEqual([])
      await requester.close()
    })

    test('are cleared by close where the connection was lost, and told where that is impossible', async () => {
      const warnings: string[] = []
      const log = { ...silentLog, warn: (text: string) => void warnings.push(text) }
      for (const reachable of [true, false]) {
        const requester = createMqttRequester(entryFor(proxy.port), { ...context('site'), log })
        const hops: Hop[] = []
        for await (const hop of requester.send(request, never)) {
          hops.push(hop)
          if (hop.kind === 'taken') proxy.cut()
        }
        expect(hops.at(-1)?.kind).toBe('failed')
        expect(await retained(server.port, 'site')).toEqual(['site/P/write'])
        if (reachable) proxy.restore()
        await requester.close()
        expect(await retained(server.port, 'site')).toEqual(reachable ? [] : ['site/P/write'])
      }
      expect(warnings).toEqual([
        `mqtt "Contract": a retained test request may still stand on site/P/write. Remove it: mosquitto_pub -t 'site/P/write' -r -n`,
      ])
      proxy.restore()
    })

    test('the broker tells that nobody subscribes to the topic, and the client has a name of its own', async () => {
      const requester = createMqttRequester(entryFor(server.port), context('site'))
      const hops: Hop[] = []
      // Not below the topic of the request: mosquitto takes a subscription there for one to it.
      const silent = { ...request, retain: false, replyTo: 'site/answers' }
      for await (const hop of requester.send(silent, never)) hops.push(hop)
      expect(hops.find(({ kind }) => kind === 'taken')).toMatchObject({ noSubscriber: true })
      expect(server.log()).toMatch(/as warlink-site-11111111-aaaa-[0-9a-f]{4} /)
      await requester.close()
    })
  })
})
