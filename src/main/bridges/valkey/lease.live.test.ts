import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { BridgeConnection } from '#main/bridges/bridge'
import type { Heard } from '#main/bridges/lease'
import { type LeaseFixture, leaseContract } from '#main/bridges/lease.contract'
import { silentLog } from '#main/log'
import { liveDescribe } from '#scripts/brokers/live'
import { startProxy, type TcpProxy } from '#scripts/brokers/proxy'
import type { ValkeyConfig } from '#shared/config'
import { createValkeyBridge } from './bridge.ts'
import { plain, type Site, startSite } from './test-site.ts'

const never = new AbortController().signal

function bridgeTo(port: number, namespace: string, who: string, more: Partial<ValkeyConfig> = {}, password?: string) {
  const context = { namespace, who, log: silentLog, ...(password !== undefined && { password }) }
  return createValkeyBridge({ ...plain, address: `127.0.0.1:${port}`, ...more }, context)
}

async function fixture(): Promise<LeaseFixture> {
  const users = {
    gateway: 'on >secret ~site* &site* +@all',
    blind: 'on >secret ~site*:tags:* resetchannels +@all -eval -mget',
  }
  const server = await startSite({ users })
  const outside = server.client()
  return {
    bridge: (namespace, who) => bridgeTo(server.port, namespace, who, { username: 'gateway' }, 'secret'),
    arbiter: 'key',
    speak: async (base, what, plc, payload) => {
      await outside.publish(what === 'health' ? `${base}:${plc}:health` : `${base}:write:responses`, payload)
    },
    freeze: async () => server.pause(),
    thaw: async () => server.resume(),
    cut: () => server.kill(),
    restore: () => server.restart(),
    withoutRights: async (namespace) => ({
      bridge: bridgeTo(server.port, namespace, '33333333-cccc', { username: 'blind' }, 'secret'),
      grant: async (rules) => {
        for (const rule of rules) {
          const [command = '', ...args] = rule.split(' ')
          await outside.call(command, ...args)
        }
      },
    }),
    stop: () => server.stop(),
  }
}

liveDescribe('redis', 'the lease with a real Redis', () => {
  leaseContract('Valkey', fixture)

  describe('on a server of its own', () => {
    let server: Site
    let proxy: TcpProxy
    const open: BridgeConnection[] = []
    beforeAll(async () => {
      server = await startSite()
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

    async function gateway(who: string, port = server.port) {
      const connection = await bridgeTo(port, 'site', who).connect({ signal: never })
      open.push(connection)
      const heard: Heard[] = []
      return {
        who,
        connection,
        heard,
        lease: await connection.openLease({ plcs: ['P'], hear: (one) => heard.push(one) }, never),
      }
    }
    const records = (who: string) => ({
      presence: JSON.stringify({ instance: who.slice(0, 8), boot: who.slice(9), state: 'held' }),
      owner: '{"owner":1}',
    })

    test('keys have their names and 15 s of life, the owner has no end', async () => {
      const ours = await gateway('11111111-aaaa')
      expect(await ours.lease.claim(records('11111111-aaaa'), never)).toEqual({ kind: 'held' })
      const outside = server.client()
      expect(await outside.get('site:_gw:holder')).toBe('11111111-aaaa')
      expect(await outside.get('site:_gw:presence:11111111-aaaa')).toBe(records('11111111-aaaa').presence)
      expect(await outside.get('site:_gw:owner')).toBe('{"owner":1}')
      for (const key of ['site:_gw:holder', 'site:_gw:presence:11111111-aaaa']) {
        expect(await outside.pttl(key)).toBeGreaterThan(14_000)
        expect(await outside.pttl(key)).toBeLessThanOrEqual(15_000)
      }
      expect(await outside.pttl('site:_gw:owner')).toBe(-1)
      await ours.lease.release('{"instance":"11111111","boot":"aaaa","state":"gone"}')
      expect(await outside.keys('site:_gw:*')).toEqual(['site:_gw:owner'])
    })

    test('a renewal after the server lost its data is lost, and takes no claim by itself', async () => {
      const ours = await gateway('11111111-aaaa')
      await ours.lease.claim(records('11111111-aaaa'), never)
      const outside = server.client()
      await outside.flushall()
      expect(await ours.lease.renew(records('11111111-aaaa'), never)).toMatchObject({ kind: 'lost' })
      expect(await outside.get('site:_gw:holder')).toBeNull()
      await outside.set('site:_gw:holder', '22222222-bbbb')
      expect(await ours.lease.renew(records('11111111-aaaa'), never)).toMatchObject({
        kind: 'taken',
        holders: [{ who: '22222222-bbbb', self: false }],
      })
      expect(await outside.keys('site:_gw:*')).toEqual(['site:_gw:holder'])
    })

    test('of two claims at the same moment exactly one is held', async () => {
      await server.client().flushall()
      const [one, two] = [await gateway('11111111-aaaa'), await gateway('22222222-bbbb')]
      for (let round = 0; round < 50; round++) {
        const claims = await Promise.all([one, two].map(({ lease, who }) => lease.claim(records(who), never)))
        expect(claims.map(({ kind }) => kind).sort()).toEqual(['held', 'taken'])
        for (const { lease } of [one, two]) expect((await lease.look(never)).kind).toBe('seen')
        await server.client().del('site:_gw:holder')
      }
    })

    test('a claim that arrives late is found to be ours when it is asked for again', async () => {
      await server.client().flushall()
      const ours = await gateway('11111111-aaaa', proxy.port)
      proxy.delay(3_200)
      expect(await ours.lease.claim(records('11111111-aaaa'), never)).toMatchObject({ kind: 'silent' })
      proxy.delay(0)
      await vi.waitFor(async () => expect(await server.client().get('site:_gw:holder')).toBe('11111111-aaaa'))
      expect(await ours.lease.claim(records('11111111-aaaa'), never)).toEqual({ kind: 'held' })
    })

    test('databases do not part presence, and a PLC of another base is not heard', async () => {
      await server.client().flushall()
      const ours = await gateway('11111111-aaaa')
      const other = await bridgeTo(server.port, 'site', '22222222-bbbb', { database: 3 }).connect({ signal: never })
      open.push(other)
      const lease = await other.openLease({ plcs: ['P'], hear: () => {} }, never)
      await lease.announce(records('22222222-bbbb').presence, never)
      await vi.waitFor(() => expect(ours.heard).toMatchObject([{ kind: 'presence', who: '22222222-bbbb' }]))
      const outside = server.client()
      await outside.publish('site:line1:P:health', '{"plc":"P"}')
      await outside.publish('site:_gw:presence', 'no JSON')
      await outside.publish('site:P:health', '{"plc":"P"}')
      await vi.waitFor(() => expect(ours.heard.length).toBe(2))
      expect(ours.heard[1]).toMatchObject({ kind: 'health', plc: 'P', address: 'site:P:health' })
    })

    test('is lost with the connection of its subscriptions', async () => {
      const ours = await gateway('11111111-aaaa')
      const list = String(await server.client().client('LIST'))
      const id = /id=(\d+) [^\n]*name=warlink-site-11111111-aaaa-[^\n]*cmd=p?subscribe/.exec(list)?.[1]
      await server.client().call('CLIENT', 'KILL', 'ID', id ?? '')
      expect((await ours.connection.lost).message).toContain('valkey "Contract": ')
    })

    test('hears health of other PLCs where the user has the pattern, and of ours where the user has the base', async () => {
      const outside = server.client()
      for (const [user, channels] of [
        ['base', ['&site:*']],
        ['pattern', ['&site:*', '&site:*:health']],
      ] as const) {
        await outside.call('ACL', 'SETUSER', user, 'on', '>secret', '~site:*', ...channels, '+@all')
        const connection = await bridgeTo(server.port, 'site', '11111111-aaaa', { username: user }, 'secret').connect({
          signal: never,
        })
        const heard: Heard[] = []
        const lease = await connection.openLease({ plcs: ['P'], hear: (one) => heard.push(one) }, never)
        expect(lease.hearing).toEqual({ kind: 'ok' })
        await outside.publish('site:Other:health', '{"plc":"Other"}')
        await outside.publish('site:P:health', '{"plc":"P"}')
        const expected = user === 'base' ? ['P'] : ['Other', 'P']
        await vi.waitFor(() => expect(heard.map((one) => ('plc' in one ? one.plc : ''))).toEqual(expected))
        await connection.close()
      }
    })

    test('what may not be subscribed to is told, and the claim works without', async () => {
      const outside = server.client()
      await outside.call(
        'ACL',
        'SETUSER',
        'deaf',
        'on',
        '>secret',
        '~site:*',
        '&site:*',
        '+@all',
        '-psubscribe',
        '-subscribe',
      )
      const connection = await bridgeTo(server.port, 'site', '11111111-aaaa', { username: 'deaf' }, 'secret').connect({
        signal: never,
      })
      open.push(connection)
      const lease = await connection.openLease({ plcs: ['P'], hear: () => {} }, never)
      expect(lease.hearing).toMatchObject({ kind: 'unproven' })
      if (lease.hearing.kind === 'unproven') expect(lease.hearing.rules[0]).toContain('+subscribe')
      await outside.flushall()
      expect(await lease.claim(records('11111111-aaaa'), never)).toEqual({ kind: 'held' })
    })
  })
})
