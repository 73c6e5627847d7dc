import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { BridgeConnection } from '#main/bridges/bridge'
import type { Heard } from '#main/bridges/lease'
import { type LeaseFixture, leaseContract } from '#main/bridges/lease.contract'
import { liveDescribe } from '#scripts/brokers/live'
import { reloadMosquitto, startMosquitto } from '#scripts/brokers/mosquitto'
import { startProxy, type TcpProxy } from '#scripts/brokers/proxy'
import type { Server } from '#scripts/brokers/server'
import { createMqttBridge } from './bridge.ts'
import { context, entryFor, outsideClient } from './test-brokers.ts'

const never = new AbortController().signal
const passwords = { gateway: 'secret', blind: 'secret' }
const acl = ['user gateway', 'topic readwrite #', 'user blind', 'topic readwrite +/+/tags/#', 'topic read +/+/write']

async function fixture(): Promise<LeaseFixture> {
  const server = await startMosquitto({ passwords, acl })
  const as = (username: string, namespace: string, who: string) =>
    createMqttBridge(entryFor(server.port, { username }), { ...context(namespace, who), password: 'secret' })
  return {
    bridge: (namespace, who) => as('gateway', namespace, who),
    arbiter: 'none',
    speak: async (base, what, plc, payload) => {
      const client = await outsideClient(server.port, { username: 'gateway', password: 'secret' })
      const topic = what === 'health' ? `${base}/${plc}/health` : `${base}/${plc}/write/response`
      await client.publishAsync(topic, payload, { qos: 1, retain: what === 'health' })
      await client.endAsync(true)
    },
    freeze: async () => server.pause(),
    thaw: async () => server.resume(),
    cut: () => server.kill(),
    restore: () => server.restart(),
    withoutRights: async (namespace) => ({
      bridge: as('blind', namespace, '33333333-cccc'),
      grant: async (rules) => {
        appendFileSync(join(server.dir, 'acl'), `${rules.join('\n')}\n`)
        await reloadMosquitto(server)
      },
    }),
    stop: () => server.stop(),
  }
}

liveDescribe('mosquitto', 'the lease with a real mosquitto', () => {
  leaseContract('MQTT 5', fixture)

  test('a broker that takes our record and delivers nothing is found by what it does not deliver', async () => {
    const deaf = ['user deaf', 'topic write #']
    const server = await startMosquitto({ passwords: { deaf: 'secret' }, acl: deaf })
    const bridge = createMqttBridge(entryFor(server.port, { username: 'deaf' }), {
      ...context('deaf'),
      password: 'secret',
    })
    const connection = await bridge.connect({ signal: never })
    const lease = await connection.openLease({ plcs: ['P'], hear: () => {} }, never)
    expect(await lease.announce('{"n":1}', never)).toEqual({
      kind: 'unproven',
      text: `mqtt "Contract": the broker does not deliver deaf/_gw/11111111-aaaa (127.0.0.1:${server.port}). Add these lines to the broker's access rules: user deaf; topic readwrite deaf/_gw/#; topic readwrite deaf/+/health; topic readwrite deaf/+/write/response.`,
      rules: [
        'user deaf',
        'topic readwrite deaf/_gw/#',
        'topic readwrite deaf/+/health',
        'topic readwrite deaf/+/write/response',
      ],
    })
    await connection.close()
    await server.stop()
  })

  describe('through a network that breaks', () => {
    let server: Server
    let proxy: TcpProxy
    const open: BridgeConnection[] = []
    beforeAll(async () => {
      server = await startMosquitto()
      proxy = await startProxy({ target: server.port })
    })
    afterEach(async () => {
      proxy.restore()
      await Promise.all(open.splice(0).map((connection) => connection.close()))
    })
    afterAll(async () => {
      await proxy.stop()
      await server.stop()
    })

    async function gateway(port: number, namespace: string, who: string) {
      const connection = await createMqttBridge(entryFor(port), context(namespace, who)).connect({
        signal: never,
        lastWill: '{"state":"gone"}',
      })
      open.push(connection)
      const heard: Heard[] = []
      return {
        connection,
        heard,
        lease: await connection.openLease({ plcs: ['P'], hear: (one) => heard.push(one) }, never),
      }
    }

    test('the broker says for a gateway that is cut off that it is gone, within 20 s of silence', async () => {
      const watcher = await gateway(server.port, 'cut', '22222222-bbbb')
      const lost = await gateway(proxy.port, 'cut', '11111111-aaaa')
      await lost.lease.announce('{"state":"held"}', never)
      proxy.stall()
      const from = performance.now()
      const last = () => watcher.heard.at(-1)
      await vi.waitUntil(() => last()?.kind === 'presence' && heardRecord(last()) === '{"state":"gone"}', {
        timeout: 25_000,
      })
      expect(performance.now() - from).toBeLessThan(20_000)
      expect(last()).toMatchObject({ who: '11111111-aaaa', stored: false })
    }, 30_000)

    test('a record that comes late is silence, and no question of rights', async () => {
      const slow = await gateway(proxy.port, 'slow', '11111111-aaaa')
      expect(await slow.lease.announce('{"n":1}', never)).toEqual({ kind: 'told' })
      proxy.stall()
      expect(await slow.lease.announce('{"n":2}', never)).toMatchObject({ kind: 'silent' })
      proxy.restore()
      proxy.delay(50)
      expect(await slow.lease.announce('{"n":3}', never)).toEqual({ kind: 'told' })
    })

    test('what the broker kept is told as stored: another’s presence, owner and health', async () => {
      const first = await gateway(server.port, 'kept', '11111111-aaaa')
      await first.lease.claim({ presence: '{"state":"held"}', owner: '{"owner":1}' }, never)
      await new Promise<void>((resolve) =>
        first.connection.publish([{ subject: { kind: 'health', plc: 'P' }, body: '"plc":"P"}' }], () => resolve()),
      )
      const second = await gateway(server.port, 'kept', '22222222-bbbb')
      await second.lease.announce('{"n":1}', never)
      expect(second.heard.map(({ kind }) => kind).sort()).toEqual(['health', 'owner', 'presence'])
      for (const one of second.heard) expect(one).toMatchObject({ stored: true })
    })
  })
})

const heardRecord = (heard: Heard | undefined) => (heard?.kind === 'presence' ? heard.record : undefined)
