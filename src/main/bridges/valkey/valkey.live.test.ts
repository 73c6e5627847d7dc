import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Arrival, Bridge, BridgeConnection, Message, Take } from '#main/bridges/bridge'
import { type BridgeFixture, bridgeContract } from '#main/bridges/bridge.contract'
import { NeedsPerson } from '#main/link'
import { silentLog } from '#main/log'
import { makeCertificates, type TlsFiles } from '#scripts/brokers/certificates'
import { startProxy } from '#scripts/brokers/proxy'
import { find, freePort, type Server } from '#scripts/brokers/server'
import type { ValkeyConfig } from '#shared/config'
import { createValkeyBridge } from './bridge.ts'
import { plain, type Site, startSite } from './test-site.ts'

const executable = find('redis-server') !== undefined
if (!executable)
  console.log('valkey.live.test: skipped, redis-server is not installed. Debian: apt-get install redis-server')

function bridgeTo(server: Site, entry: Partial<ValkeyConfig> = {}, password?: string, namespace = 'site'): Bridge {
  return createValkeyBridge(
    { ...plain, address: `127.0.0.1:${server.port}`, ...entry },
    { namespace, who: '1234abcd-56ef', log: silentLog, ...(password !== undefined && { password }) },
  )
}

const never = new AbortController().signal
const open: BridgeConnection[] = []

async function connected(bridge: Bridge): Promise<BridgeConnection> {
  const connection = await bridge.connect({ signal: never })
  open.push(connection)
  return connection
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()))
})

const tag = (name: string, value: unknown, refresh?: true): Message => ({
  subject: { kind: 'tag', plc: 'P', tag: name },
  body: `"plc":"P","tag":"${name}","value":${JSON.stringify(value)}}`,
  ...(refresh && { refresh }),
})

/** Publishes all at once; resolves with each message's error or undefined when all are settled. */
function publish(connection: BridgeConnection, messages: readonly Message[]): Promise<(Error | undefined)[]> {
  const errors: (Error | undefined)[] = []
  let left = messages.length
  return new Promise((resolve) => {
    connection.publish(messages, (i, error) => {
      errors[i] = error
      if (--left === 0) resolve(errors)
    })
  })
}

const failing = (bridge: Bridge) =>
  bridge.connect({ signal: never }).then(
    (connection) => {
      open.push(connection)
      throw new Error('it connected')
    },
    (error: Error) => error,
  )

const text = (arrival: Arrival) => Buffer.from(arrival.payload).toString()

/** A `take` that keeps what it was given. */
function keeping(): { take: Take; taken: Arrival[]; settled: string[] } {
  const taken: Arrival[] = []
  const settled: string[] = []
  return {
    taken,
    settled,
    take: async (arrival) => {
      taken.push(arrival)
      return { settle: (how) => settled.push(`${how} ${text(arrival)}`) }
    },
  }
}

const until = (condition: () => boolean, timeout = 15_000) => vi.waitUntil(condition, { timeout, interval: 5 })

async function contractFixture(): Promise<BridgeFixture> {
  const server = await startSite()
  const outside = server.client()
  return {
    service: 'valkey',
    whileClosed: 'left-over',
    whenTakeFails: 'goes-on',
    bridge: (namespace, selector) => bridgeTo(server, selector ? { selector } : {}, undefined, namespace),
    addressOf: (base, subject) => {
      switch (subject.kind) {
        case 'tag':
          return `${base}:${subject.plc}:changes`
        case 'health':
          return `${base}:${subject.plc}:health`
        case 'response':
          return `${base}:write:responses`
        default:
          throw new Error(`${subject.kind} is not announced`)
      }
    },
    watch: async (base) => {
      const watcher = server.client()
      const seen: { address: string; payload: string }[] = []
      watcher.on('pmessage', (_pattern, address: string, payload: string) => {
        if (!address.endsWith(':_all:changes')) seen.push({ address, payload })
      })
      await watcher.psubscribe(`${base}:*`)
      return { seen: () => seen, stop: async () => watcher.disconnect() }
    },
    stored: async (base, subject) => {
      const key =
        subject.kind === 'tag' ? `${base}:${subject.plc}:tags:${subject.tag}` : `${base}:${subject.plc}:health`
      return (await outside.get(key)) ?? undefined
    },
    send: async (base, _plc, payload) => {
      await outside.rpush(`${base}:writes`, payload)
    },
    requestAddress: (base) => ({ address: `${base}:writes`, replyTo: `${base}:write:responses` }),
    cut: () => server.kill(),
    restore: async () => {
      await server.restart()
      await until(() => outside.status === 'ready')
    },
    stop: () => server.stop(),
  }
}

describe.skipIf(!executable)('valkey', { timeout: 40_000 }, () => {
  bridgeContract('valkey', contractFixture)

  describe('on a plain server', () => {
    let server: Site
    let outside: Redis
    beforeAll(async () => {
      server = await startSite()
      outside = server.client()
    })
    afterEach(() => outside.flushall())
    const waitsAtList = () => vi.waitFor(async () => expect(String(await outside.client('LIST'))).toContain('flags=b '))
    afterAll(() => server.stop())

    test('writes key and both channels with the same text', async () => {
      const connection = await connected(bridgeTo(server, { selector: 'line1' }))
      const watcher = server.client()
      const heard: [string, string][] = []
      watcher.on('message', (channel: string, payload: string) => heard.push([channel, payload]))
      await watcher.subscribe('site:line1:P:changes', 'site:line1:_all:changes')
      expect(await publish(connection, [tag('Größe', '°C')])).toEqual([undefined])
      const payload = '{"factory":"site:line1","plc":"P","tag":"Größe","value":"°C"}'
      expect(await outside.get('site:line1:P:tags:Größe')).toBe(payload)
      expect(await outside.pttl('site:line1:P:tags:Größe')).toBe(-1)
      await until(() => heard.length === 2)
      expect(heard).toEqual([
        ['site:line1:P:changes', payload],
        ['site:line1:_all:changes', payload],
      ])
    })

    test('renews the life time of a key without announcing a change', async () => {
      const connection = await connected(bridgeTo(server, { key_ttl: 60_000 }))
      const watcher = server.client()
      const heard: string[] = []
      watcher.on('message', (_channel, payload: string) => heard.push(payload))
      await publish(connection, [tag('T', 1)])
      await outside.pexpire('site:P:tags:T', 5_000)
      await watcher.subscribe('site:P:changes', 'site:_all:changes')
      await publish(connection, [tag('T', 1, true)])
      expect(await outside.pttl('site:P:tags:T')).toBeGreaterThan(50_000)
      await publish(connection, [tag('T', 2)])
      await until(() => heard.length >= 2 && heard.at(-1) === heard.at(-2))
      expect(heard.map((payload) => JSON.parse(payload).value)).toEqual([2, 2])
    })

    test('announces no change where publish_changes is off, and sends no refresh where keys live for ever', async () => {
      const connection = await connected(bridgeTo(server, { publish_changes: false }))
      const watcher = server.client()
      const heard: string[] = []
      watcher.on('pmessage', (_pattern, channel: string) => heard.push(channel))
      await watcher.psubscribe('site:*')
      expect(await publish(connection, [tag('T', 1), tag('U', 1, true)])).toEqual([undefined, undefined])
      await publish(connection, [{ subject: { kind: 'health', plc: 'P' }, body: '"plc":"P"}' }])
      await until(() => heard.length > 0)
      expect(heard).toEqual(['site:P:health'])
      expect(await outside.exists('site:P:tags:T', 'site:P:tags:U')).toBe(1)
      expect(await outside.pttl('site:P:health')).toBeGreaterThan(25_000)
    })

    test('settles ten thousand messages, two batches at a time, and the last value stands', async () => {
      const bridge = bridgeTo(server)
      const connection = await connected(bridge)
      let next = 0
      let confirmed = 0
      await new Promise<void>((resolve, reject) => {
        const fill = () => {
          while (next < 10_000 && next - confirmed + bridge.limits.batch <= bridge.limits.window) {
            const first = next
            next += bridge.limits.batch
            const batch = Array.from({ length: bridge.limits.batch }, (_, i) => tag(`T${i}`, first + i))
            connection.publish(batch, (_, error) => {
              if (error) return reject(error)
              if (++confirmed === 10_000) resolve()
              else if (confirmed % bridge.limits.batch === 0) fill()
            })
          }
        }
        fill()
      })
      expect(await outside.get('site:P:tags:T99')).toContain('"value":9999')
    })

    test('one message the server refuses leaves the others of its batch alone', async () => {
      const connection = await connected(bridgeTo(server))
      await outside.config('SET', 'maxmemory', '1')
      try {
        const [first, cleared, second] = await publish(connection, [
          tag('A', 1),
          { subject: { kind: 'clear', what: { kind: 'tag', plc: 'P', tag: 'A' } }, body: '' },
          tag('B', 1),
        ])
        expect(first?.message).toContain('valkey "Contract": the server\'s memory is full')
        expect(second?.message).toContain('Raise maxmemory')
        expect(cleared).toBeUndefined()
      } finally {
        await outside.config('SET', 'maxmemory', '0')
      }
      expect(await publish(connection, [tag('A', 2)])).toEqual([undefined])
    })

    test('goes on after the server forgot its scripts', async () => {
      const connection = await connected(bridgeTo(server))
      await outside.script('FLUSH')
      expect(await publish(connection, [tag('A', 1)])).toEqual([undefined])
    })

    test('names its connections after base and instance, the waiting one with a tail of its own', async () => {
      const connection = await connected(bridgeTo(server))
      await connection.listen(keeping().take, never)
      const names = String(await outside.client('LIST'))
        .match(/name=warlink\S*/g)
        ?.sort()
      expect(names?.length).toBe(2)
      expect(names?.[0]).toBe('name=warlink-site-1234abcd-56ef')
      expect(names?.[1]).toMatch(/^name=warlink-site-1234abcd-56ef-[0-9a-f]{4}$/)
      await connection.close()
      await vi.waitFor(async () => expect(String(await outside.client('LIST'))).not.toContain('name=warlink'))
    })

    test('takes requests in the order in which they were pushed, bytes untouched', async () => {
      const connection = await connected(bridgeTo(server))
      const { take, taken, settled } = keeping()
      await connection.listen(take, never)
      const requests = Array.from({ length: 200 }, (_, i) => `{"n":${i}}`)
      await outside.rpush('site:writes', ...requests, Buffer.from([0xff, 0x00, 0xfe]))
      await until(() => settled.length === 201)
      expect(taken.slice(0, 200).map(text)).toEqual(requests)
      expect([...(taken[200]?.payload ?? [])]).toEqual([0xff, 0x00, 0xfe])
      expect(settled.every((how) => how.startsWith('acknowledged'))).toBe(true)
    })

    test('marks what waited before intake opened, oldest first, and leaves nothing behind', async () => {
      await outside.rpush('site:_gw:stale:1000', 'crashed 1', 'crashed 2')
      await outside.rpush('site:_gw:stale:900', 'crashed 0')
      await outside.rpush('siteX:_gw:stale:1', 'foreign')
      await outside.rpush('site:writes', 'waited 1', 'waited 2')
      const connection = await connected(bridgeTo(server))
      const { take, taken, settled } = keeping()
      await connection.listen(take, never)
      await outside.rpush('site:writes', 'fresh')
      await until(() => settled.length === 6)
      const came = (word: string) =>
        taken.filter((one) => text(one).startsWith(word)).map((one) => `${text(one)} ${one.leftOver}`)
      expect(came('crashed')).toEqual(['crashed 0 true', 'crashed 1 true', 'crashed 2 true'])
      expect([...came('waited'), ...came('fresh')]).toEqual(['waited 1 true', 'waited 2 true', 'fresh false'])
      expect(settled.filter((how) => how.startsWith('acknowledged'))).toEqual([
        'acknowledged waited 1',
        'acknowledged waited 2',
        'acknowledged fresh',
      ])
      expect(settled.filter((how) => /^given-up crashed \d$/.test(how))).toHaveLength(3)
      await vi.waitFor(async () => expect(await outside.keys('site*')).toEqual(['siteX:_gw:stale:1']))
    })

    test('takes requests while it looks through a large server for lists of a process that crashed', async () => {
      await outside.eval("for i = 1, 100000 do redis.call('SET', 'other:' .. i, '') end", 0)
      await outside.rpush('site:_gw:stale:1000', 'crashed')
      const proxy = await startProxy({ target: server.port })
      try {
        const connection = await connected(bridgeTo(server, { address: `127.0.0.1:${proxy.port}` }))
        const { take, settled } = keeping()
        const scans = async () => Number(/cmdstat_scan:calls=(\d+)/.exec(await outside.info('commandstats'))?.[1] ?? 0)
        await outside.config('RESETSTAT')
        proxy.delay(20)
        const closing = new AbortController()
        await connection.listen(take, closing.signal)
        await outside.rpush('site:writes', 'fresh')
        await until(() => settled.length > 0)
        closing.abort()
        await connection.listen(take, never)
        expect(settled).toEqual(['acknowledged fresh'])
        expect(await scans()).toBeLessThan(100)
        proxy.delay(0)
        await until(() => settled.length === 2)
        expect(settled).toEqual(['acknowledged fresh', 'given-up crashed'])
      } finally {
        await proxy.stop()
      }
    })

    test('backlog: execute takes what waited as a plain queue', async () => {
      await outside.rpush('site:writes', 'waited')
      const connection = await connected(bridgeTo(server, { backlog: 'execute' }))
      const { take, taken, settled } = keeping()
      await connection.listen(take, never)
      await until(() => settled.length === 1)
      expect(taken.map(({ leftOver }) => leftOver)).toEqual([false])
    })

    test('a crash in the middle of left-overs loses none and hands over only those not yet let go', async () => {
      await outside.rpush('site:writes', '1', '2', '3')
      const first = await connected(bridgeTo(server))
      const before: string[] = []
      await first.listen(async (arrival) => {
        before.push(text(arrival))
        if (before.length === 2) return new Promise(() => {})
        return { settle: () => {} }
      }, never)
      await until(() => before.length === 2)
      await outside.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await first.lost
      const second = await connected(bridgeTo(server))
      const { take, taken, settled } = keeping()
      await second.listen(take, never)
      await until(() => settled.length === 2)
      expect(taken.map((arrival) => `${text(arrival)} ${arrival.leftOver}`)).toEqual(['2 true', '3 true'])
    })

    test('a left-over that somebody else removed meanwhile is not ours', async () => {
      await outside.rpush('site:writes', '1')
      const connection = await connected(bridgeTo(server))
      const settled: string[] = []
      await connection.listen(async () => {
        await outside.del(...(await outside.keys('site:_gw:stale:*')))
        return { settle: (how) => settled.push(how) }
      }, never)
      await until(() => settled.length === 1)
      expect(settled).toEqual(['not-ours'])
    })

    test.each([
      ['is answered and not executed where it was removed', true, ['acknowledged 1', 'given-up 2', 'acknowledged 3']],
      ['comes again where it was not', false, ['acknowledged 1', 'not-ours 2', 'acknowledged 2', 'acknowledged 3']],
    ])('a left-over whose removal got no answer %s', async (_, removed, outcomes) => {
      await outside.rpush('site:writes', '1', '2', '3')
      const proxy = await startProxy({ target: server.port })
      try {
        const bridge = bridgeTo(server, { address: `127.0.0.1:${proxy.port}` })
        const first = await connected(bridge)
        const { take, taken: came, settled } = keeping()
        const left = async () => {
          const [key = ''] = await outside.keys('site:_gw:stale:*')
          return outside.llen(key)
        }
        await first.listen(async (arrival) => {
          const taken = await take(arrival)
          if (text(arrival) === '2') {
            // The removal of this one arrives, or does not, and its answer is held.
            if (removed) proxy.delay(400)
            else proxy.stall()
          }
          return taken
        }, never)
        await until(() => came.length === 2)
        if (removed) await vi.waitUntil(async () => (await left()) === 1, { timeout: 5_000, interval: 5 })
        proxy.reset()
        await first.lost
        expect(settled).toEqual(['acknowledged 1'])
        proxy.restore()
        const second = await connected(bridge)
        await second.listen(take, never)
        await until(() => settled.length === outcomes.length)
        expect(settled).toEqual(outcomes)
      } finally {
        await proxy.stop()
      }
    })

    test('puts a request back to its place when the journal refuses it, and calls it a left-over afterwards', async () => {
      const connection = await connected(bridgeTo(server))
      const { take, taken, settled } = keeping()
      let refusals = 0
      let inList: string[] = []
      await connection.listen(async (arrival) => {
        if (refusals++ > 0) return await take(arrival)
        await outside.rpush('site:writes', 'second')
        setTimeout(() => void outside.lrange('site:writes', 0, -1).then((list) => (inList = list)), 300)
        throw new Error('disk full')
      }, never)
      await outside.rpush('site:writes', 'first')
      await until(() => settled.length === 2)
      expect(inList).toEqual(['first', 'second'])
      expect(taken.map((arrival) => `${text(arrival)} ${arrival.leftOver}`)).toEqual(['first true', 'second true'])
      await outside.rpush('site:writes', 'third')
      await until(() => settled.length === 3)
      expect(taken[2]?.leftOver).toBe(false)
    })

    test('loses no request while intake is closed and opened again and again', async () => {
      const connection = await connected(bridgeTo(server))
      const { take, taken, settled } = keeping()
      let pushed = 0
      let pushing = true
      const pusher = (async () => {
        while (pushing) await outside.rpush('site:writes', String(pushed++))
      })()
      for (let i = 0; i < 15; i++) {
        const closing = new AbortController()
        await connection.listen(take, closing.signal)
        const before = settled.length
        await until(() => settled.length > before)
        closing.abort()
      }
      pushing = false
      await pusher
      await connection.listen(take, never)
      await until(() => settled.length >= pushed)
      expect(taken.map(text)).toEqual(Array.from({ length: pushed }, (_, i) => String(i)))
    })

    test('closes at once though it waits at the list', async () => {
      const connection = await connected(bridgeTo(server))
      await connection.listen(keeping().take, never)
      await waitsAtList()
      const from = performance.now()
      await connection.close()
      expect(performance.now() - from).toBeLessThan(400)
      expect((await connection.lost).message).toContain('valkey "Contract": the connection was closed')
    })

    test('is lost when the connection that waits at the list is gone, also while intake is closed', async () => {
      const connection = await connected(bridgeTo(server))
      const closing = new AbortController()
      await connection.listen(keeping().take, closing.signal)
      await waitsAtList()
      closing.abort()
      await vi.waitFor(async () => expect(String(await outside.client('LIST'))).not.toContain('flags=b '))
      const id = /id=(\d+) [^\n]*name=warlink-site-1234abcd-56ef-/.exec(String(await outside.client('LIST')))?.[1]
      await outside.call('CLIENT', 'KILL', 'ID', id ?? '')
      expect(await connection.lost).toBeInstanceOf(Error)
    })

    test('a request popped while this process slept is called a left-over', async () => {
      const connection = await connected(bridgeTo(server))
      const { take, taken, settled } = keeping()
      await connection.listen(take, never)
      await waitsAtList()
      execFileSync('redis-cli', ['-p', String(server.port), 'RPUSH', 'site:writes', 'popped at once'])
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_200)
      await until(() => settled.length === 1)
      expect(taken[0]?.leftOver).toBe(true)
    })

    test('refuses to listen at a key that is no list, and says how to mend it', async () => {
      await outside.set('site:writes', 'x')
      const connection = await connected(bridgeTo(server))
      const refused = await connection.listen(keeping().take, never).catch((error: Error) => error)
      expect(refused).toBeInstanceOf(NeedsPerson)
      expect(String(refused)).toContain('site:writes is a string and not a list')
      expect(String(refused)).toContain('DEL site:writes')
      expect(await outside.get('site:writes')).toBe('x')
    })

    test('is lost, and not silently deaf, when the list becomes something else while it listens', async () => {
      const connection = await connected(bridgeTo(server))
      await connection.listen(keeping().take, never)
      await outside.set('site:writes', 'x')
      expect((await connection.lost).message).toContain('has another type than expected')
    })

    test('uses the database of the entry', async () => {
      const connection = await connected(bridgeTo(server, { database: 3 }))
      await publish(connection, [tag('T', 1)])
      const third = server.client()
      await third.select(3)
      expect(await third.exists('site:P:tags:T')).toBe(1)
      await third.flushdb()
      expect((await failing(bridgeTo(server, { database: 99 }))).message).toContain('has no database 99')
    })

    test('tells a replica from a server one can write to', async () => {
      await outside.call('REPLICAOF', '127.0.0.1', '1')
      try {
        const error = await failing(bridgeTo(server))
        expect(error.message).toContain('read-only replica')
        expect(error).not.toBeInstanceOf(NeedsPerson)
      } finally {
        await outside.call('REPLICAOF', 'NO', 'ONE')
      }
    })

    const health: Message = { subject: { kind: 'health', plc: 'P' }, body: '"plc":"P"}' }
    test.each([
      ['values', (connection: BridgeConnection) => publish(connection, [tag('T', 1)])],
      ['health', (connection: BridgeConnection) => publish(connection, [health])],
      [
        'the presence of a standby',
        async (connection: BridgeConnection) => {
          const lease = await connection.openLease({ plcs: [], hear: () => {} }, never)
          await lease.announce('{}', never)
        },
      ],
    ])('is lost when the server became a replica and refuses %s: the primary is elsewhere now', async (_, send) => {
      const bridge = bridgeTo(server)
      const connection = await connected(bridge)
      await outside.call('REPLICAOF', '127.0.0.1', '1')
      try {
        await send(connection)
        expect((await connection.lost).message).toContain('read-only replica')
        expect((await failing(bridge)).message).toContain('read-only replica')
      } finally {
        await outside.call('REPLICAOF', 'NO', 'ONE')
      }
      expect(await publish(await connected(bridge), [tag('T', 2), health])).toEqual([undefined, undefined])
      expect(await outside.get('site:P:tags:T')).toContain('"value":2')
    })

    test('a wrong address is told in words', async () => {
      const port = await freePort()
      const error = await failing(bridgeTo(server, { address: `127.0.0.1:${port}` }))
      expect(error.message).toBe(
        `valkey "Contract": connection refused (127.0.0.1:${port}). Is the server running, and is the port right?`,
      )
      expect((await failing(bridgeTo(server, { address: 'no-such-host.invalid:6379' }))).message).toMatch(
        /the host name is not known|can not be reached/,
      )
    })
  })

  describe('on a server that fails', () => {
    let server: Site
    beforeAll(async () => {
      server = await startSite()
    })
    afterAll(() => server.stop())

    test('publishes and takes requests again after kill -9 with all data lost', async () => {
      const bridge = bridgeTo(server)
      const connection = await connected(bridge)
      await connection.listen(keeping().take, never)
      await server.kill()
      expect((await connection.lost).message).toMatch(/^valkey "Contract": the (server broke the )?connection/)
      await server.restart({ loseData: true })
      const again = await connected(bridge)
      const { take, settled } = keeping()
      await again.listen(take, never)
      expect(await publish(again, [tag('T', 1)])).toEqual([undefined])
      const outside = server.client()
      await outside.rpush('site:writes', 'x')
      await until(() => settled.length === 1)
      expect(await outside.get('site:P:tags:T')).toContain('"value":1')
    })

    test('notices a frozen server within nine seconds, listening or not, and settles at once what was open', async () => {
      const connection = await connected(bridgeTo(server))
      const listening = await connected(bridgeTo(server))
      await listening.listen(keeping().take, never)
      server.pause()
      try {
        const from = performance.now()
        const settled = publish(connection, [tag('T', 1), tag('U', 1)])
        expect((await listening.lost).message).toContain('does not answer')
        expect((await connection.lost).message).toContain('does not answer')
        const lostAt = performance.now()
        expect(lostAt - from).toBeLessThan(9_000)
        const errors = await settled
        expect(performance.now() - lostAt).toBeLessThan(500)
        expect(errors.every((error) => error?.message.includes('does not answer'))).toBe(true)
        await connection.close()
        const abort = new AbortController()
        const connecting = bridgeTo(server).connect({ signal: abort.signal })
        setTimeout(() => abort.abort(new Error('stopped')), 200)
        await expect(connecting).rejects.toThrow('stopped')
      } finally {
        server.resume()
      }
    })

    test('a request popped while nobody attended is called a left-over', async () => {
      const connection = await connected(bridgeTo(server))
      const { take, taken, settled } = keeping()
      await connection.listen(take, never)
      const outside = server.client()
      await outside.ping()
      server.pause()
      const pushed = outside.rpush('site:writes', 'waited in the socket')
      await new Promise((resolve) => setTimeout(resolve, 3_500))
      server.resume()
      await pushed
      await until(() => settled.length === 1)
      expect(taken[0]?.leftOver).toBe(true)
      await outside.rpush('site:writes', 'fresh')
      await until(() => settled.length === 2)
      expect(taken[1]?.leftOver).toBe(false)
    })
  })

  describe('on a server with users', () => {
    let server: Site
    let admin: Redis
    beforeAll(async () => {
      server = await startSite({ requirepass: 'admin-secret' })
      admin = server.client()
      const user = (name: string, ...rules: string[]) => admin.call('ACL', 'SETUSER', name, 'on', '>secret', ...rules)
      await user('gateway', '~site:*', '&site:*', '+@all', '-@dangerous', '-@scripting')
      await user('noset', '~site:*', '&site:*', '+@all', '-set')
      await user('nochannel', '~site:*', 'resetchannels', '&other:*', '+@all')
      await user('nokey', '~other:*', '&*', '+@all')
      await user('nopop', '~site:*', '&*', '+@all', '-blpop')
    })
    afterAll(() => server.stop())

    test('asks for a person when password or user are wrong or missing, and never shows the password', async () => {
      const missing = await failing(bridgeTo(server))
      expect(missing).toBeInstanceOf(NeedsPerson)
      expect(missing.message).toContain('asks for a password')
      const wrong = await failing(bridgeTo(server, { username: 'gateway' }, 'not-this-one'))
      expect(wrong).toBeInstanceOf(NeedsPerson)
      expect(wrong.message).toContain('wrong user name or password for "gateway"')
      expect(JSON.stringify(wrong, Object.getOwnPropertyNames(wrong))).not.toContain('not-this-one')
      expect(wrong.cause).toBeUndefined()
    })

    test('works with the password alone', async () => {
      const connection = await connected(bridgeTo(server, {}, 'admin-secret'))
      expect(connection.note).toBe('')
      expect(await publish(connection, [tag('T', 1)])).toEqual([undefined])
    })

    test('publishes single commands where scripts, INFO and CLIENT are not permitted, and says so', async () => {
      const connection = await connected(bridgeTo(server, { username: 'gateway', key_ttl: 60_000 }, 'secret'))
      expect(connection.note).toContain('EVAL')
      const watcher = server.client()
      const heard: string[] = []
      watcher.on('pmessage', (_pattern, channel: string) => heard.push(channel))
      await watcher.psubscribe('site:*')
      expect(await publish(connection, [tag('A', 1), tag('B', 1, true), tag('C', 1)])).toEqual([
        undefined,
        undefined,
        undefined,
      ])
      await until(() => heard.length === 4)
      expect(heard).toEqual(['site:P:changes', 'site:_all:changes', 'site:P:changes', 'site:_all:changes'])
      expect(await admin.pttl('site:P:tags:B')).toBeGreaterThan(50_000)
      const { take, settled } = keeping()
      await admin.rpush('site:writes', 'waited')
      await connection.listen(take, never)
      await admin.rpush('site:writes', 'fresh')
      await until(() => settled.length === 2)
    })

    test.each([
      ['noset', 'may not run the commands SET or PUBLISH', 'ACL SETUSER noset +set +publish'],
      ['nochannel', 'may not use a channel below this base', 'ACL SETUSER nochannel &site:*'],
      ['nokey', 'may not use a key below this base', 'ACL SETUSER nokey ~site:*'],
    ])('names the right that user %s lacks', async (username, what, rule) => {
      const connection = await connected(bridgeTo(server, { username }, 'secret'))
      const [error] = await publish(connection, [tag('T', 1)])
      expect(error?.message).toContain(`user "${username}" ${what}`)
      expect(error?.message).toContain(rule)
    })

    test('keys outside of the rights of the user keep no others back', async () => {
      await admin.call('ACL', 'SETUSER', 'half', 'on', '>secret', '~site:P:tags:A', '&*', '+@all')
      const connection = await connected(bridgeTo(server, { username: 'half' }, 'secret'))
      await publish(connection, [tag('A', 1), tag('B', 1)])
      const [own, foreign] = await publish(connection, [tag('A', 2), tag('B', 2)])
      expect(own).toBeUndefined()
      expect(foreign?.message).toContain('may not use a key')
      expect(await admin.get('site:P:tags:A')).toContain('"value":2')
    })

    test('refuses to listen without the right to pop, and pops nothing to find that out', async () => {
      await admin.del('site:writes')
      await admin.rpush('site:writes', 'x')
      const connection = await connected(bridgeTo(server, { username: 'nopop' }, 'secret'))
      const refused = await connection.listen(keeping().take, never).catch((error: Error) => error)
      expect(String(refused)).toContain('may not run the command BLPOP')
      expect(await admin.lrange('site:writes', 0, -1)).toEqual(['x'])
    })
  })

  describe('on a server with TLS', () => {
    let server: Site
    let files: TlsFiles
    beforeAll(async () => {
      files = makeCertificates({ names: ['IP:127.0.0.1', 'DNS:broker.test'] })
      server = await startSite({ tls: files, requirepass: 'secret' })
    })
    afterAll(() => server.stop())
    const overTls = (entry: Partial<ValkeyConfig>, to: Server = server) =>
      bridgeTo(server, { use_tls: true, address: `127.0.0.1:${to.tlsPort}`, ...entry }, 'secret')

    test('shows its certificate to a server that asks for one, and says so when it has none', async () => {
      const strict = await startSite({ tls: files, requirepass: 'secret', clientCertificates: true })
      try {
        const entry = { ca_file: files.ca, cert_file: files.clientCert, key_file: files.clientKey }
        expect(await publish(await connected(overTls(entry, strict)), [tag('T', 1)])).toEqual([undefined])
        const error = await failing(overTls({ ca_file: files.ca }, strict))
        expect(error.message).toContain('Set cert_file and key_file')
      } finally {
        await strict.stop()
      }
    })

    test('connects where the certificate is signed by ca_file', async () => {
      const connection = await connected(overTls({ ca_file: files.ca }))
      expect(await publish(connection, [tag('T', 1)])).toEqual([undefined])
      await connected(overTls({ ca_file: files.ca, tls_server_name: 'broker.test' }))
    })

    test('refuses a certificate that is not trusted or made for another name', async () => {
      const untrusted = await failing(overTls({}))
      expect(untrusted).toBeInstanceOf(NeedsPerson)
      expect(untrusted.message).toContain('certificate is not trusted')
      expect(untrusted.message).toContain('ca_file')
      const misnamed = await failing(overTls({ ca_file: files.ca, tls_server_name: 'other.test' }))
      expect(misnamed).toBeInstanceOf(NeedsPerson)
      expect(misnamed.message).toContain('made for another name')
    })

    test('says which file can not be read, and when one side speaks TLS and the other does not', async () => {
      expect((await failing(overTls({ ca_file: join(files.dir, 'none.crt') }))).message).toContain(
        "ca_file can't be read",
      )
      expect((await failing(overTls({ address: `127.0.0.1:${server.port}` }))).message).toContain('TLS')
      expect((await failing(bridgeTo(server, { address: `127.0.0.1:${server.tlsPort}` }, 'secret'))).message).toContain(
        'TLS',
      )
    })
  })

  test('refuses a server in cluster mode', async () => {
    const server = await startSite({ lines: ['cluster-enabled yes'] })
    try {
      const error = await failing(bridgeTo(server))
      expect(error).toBeInstanceOf(NeedsPerson)
      expect(error.message).toContain('part of a cluster')
    } finally {
      await server.stop()
    }
  })
})
