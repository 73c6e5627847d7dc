import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Arrival, Bridge, BridgeConnection, Message, Take } from '#main/bridges/bridge'
import { bridgeContract } from '#main/bridges/bridge.contract'
import { NeedsPerson } from '#main/link'
import { makeCertificates, type TlsFiles } from '#scripts/brokers/certificates'
import { liveDescribe } from '#scripts/brokers/live'
import { startMosquitto } from '#scripts/brokers/mosquitto'
import type { Server } from '#scripts/brokers/server'
import { createMqttBridge } from './bridge.ts'
import { context, entryFor, outsideClient } from './test-brokers.ts'
import { mqttFixture } from './test-fixture.ts'

const never = new AbortController().signal
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function connected(bridge: Bridge): Promise<BridgeConnection> {
  const connection = await bridge.connect({ signal: never })
  open.push(connection)
  return connection
}

async function outside(port: number, options = {}): Promise<MqttClient> {
  const client = await outsideClient(port, options)
  open.push({ close: () => client.endAsync(true) })
  return client
}

const takeInto =
  (arrivals: Arrival[]): Take =>
  async (arrival) => {
    arrivals.push(arrival)
    return { settle: () => {} }
  }

const tagMessage = (tag: string, value: number): Message => ({
  subject: { kind: 'tag', plc: 'P', tag },
  body: `"plc":"P","tag":"${tag}","value":${value}}`,
})

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error) => error,
  )

liveDescribe('mosquitto', 'the MQTT bridge with a real mosquitto', (shared) => {
  const broker = shared

  bridgeContract('the MQTT bridge', async () => {
    const own = await startMosquitto()
    return mqttFixture({
      port: own.port,
      protocolVersion: 5,
      cut: () => own.kill(),
      restore: () => own.restart(),
      stop: () => own.stop(),
    })
  })

  test('settles 70,000 messages through a window of 100, each once, and never has more under way', async () => {
    const bridge = createMqttBridge(entryFor(broker.port), context('many'))
    const connection = await connected(bridge)
    const count = 70_000
    const times = new Uint8Array(count)
    let sent = 0
    let settled = 0
    let failed = 0
    await new Promise<void>((resolve) => {
      const give = (n: number) => {
        const first = sent
        sent += n
        const messages = Array.from({ length: n }, (_, i) => tagMessage(`T${(first + i) % 500}`, first + i))
        connection.publish(messages, (index, error) => {
          times[first + index] = (times[first + index] ?? 0) + 1
          if (error) failed++
          if (++settled === count) resolve()
          else if (sent < count) give(1)
        })
      }
      give(bridge.limits.window)
    })
    expect(failed).toBe(0)
    expect(times.every((n) => n === 1)).toBe(true)
  })

  test('takes values of many kilobytes and requests larger than a request may be', async () => {
    const bridge = createMqttBridge(entryFor(broker.port), context('large'))
    const connection = await connected(bridge)
    const arrivals: Arrival[] = []
    await connection.listen(takeInto(arrivals), never)
    const client = await outside(broker.port)
    const large = 'x'.repeat(200_000)
    await client.publishAsync('large/P/write', large, { qos: 1 })
    await vi.waitFor(() => expect(arrivals.length).toBe(1))
    expect(arrivals[0]?.payload.length).toBe(200_000)
    // Beyond what we accept at all: the broker keeps it from us, and the connection stands.
    await client.publishAsync('large/P/write', 'x'.repeat(2_000_000), { qos: 1 })
    await client.publishAsync('large/P/write', '{"after":1}', { qos: 1 })
    await vi.waitFor(() => expect(arrivals.length).toBe(2))
    const settled = await publishOne(connection, { ...tagMessage('T', 1), body: `"value":"${large}"}` })
    expect(settled).toBeUndefined()
  })

  test('tells a stored request from a live one, and gets none that was stored before', async () => {
    const client = await outside(broker.port)
    await client.publishAsync('stored/P/write', '{"before":1}', { qos: 1, retain: true })
    const connection = await connected(createMqttBridge(entryFor(broker.port), context('stored')))
    const arrivals: Arrival[] = []
    await connection.listen(takeInto(arrivals), never)
    await client.publishAsync('stored/P/write', '{"retained":1}', { qos: 1, retain: true })
    await client.publishAsync('stored/P/write', '{"live":1}', { qos: 1 })
    await client.publishAsync('stored/P/write', '', { qos: 1, retain: true })
    await vi.waitFor(() => expect(arrivals.length).toBe(3))
    expect(arrivals.map((arrival) => [Buffer.from(arrival.payload).toString(), arrival.retained])).toEqual([
      ['{"retained":1}', true],
      ['{"live":1}', false],
      ['', true],
    ])
    expect(arrivals[0]?.plcInTopic).toBe('P')
  })

  test('a request that waited behind a journal that stood still is of unknown age, the next one after it is not', async () => {
    const connection = await connected(createMqttBridge(entryFor(broker.port), context('stalled')))
    const arrivals: Arrival[] = []
    let goOn = () => {}
    const stalled = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const take: Take = async (arrival) => {
      arrivals.push(arrival)
      if (arrivals.length === 1) await stalled
      return { settle: () => {} }
    }
    await connection.listen(take, never)
    const client = await outside(broker.port)
    await client.publishAsync('stalled/P/write', '1', { qos: 1 })
    await vi.waitFor(() => expect(arrivals.length).toBe(1))
    await client.publishAsync('stalled/P/write', '2', { qos: 1 })
    // Seven seconds are over by one clock: nothing that was asked before is an answer to what is read now.
    const real = Date.now
    const later = vi.spyOn(Date, 'now').mockImplementation(() => real() + 7_000)
    goOn()
    await vi.waitFor(() => expect(arrivals.length).toBe(2))
    expect(arrivals.map(({ leftOver }) => leftOver)).toEqual([false, true])
    await vi.waitFor(
      async () => {
        await client.publishAsync('stalled/P/write', 'again', { qos: 1 })
        expect(arrivals.at(-1)?.leftOver).toBe(false)
      },
      { timeout: 5_000 },
    )
    later.mockRestore()
  })

  test('misses no request while it subscribes again, and gets none that is stored', async () => {
    const client = await outside(broker.port)
    const connection = await connected(createMqttBridge(entryFor(broker.port), context('again')))
    const arrivals: Arrival[] = []
    await connection.listen(takeInto(arrivals), never)
    await client.publishAsync('again/P/write', '{"stored":1}', { qos: 1, retain: true })
    const sending = Array.from({ length: 300 }, (_, n) => client.publishAsync('again/P/write', `${n}`, { qos: 1 }))
    for (let n = 0; n < 20; n++) await connection.subscribeAgain?.()
    await Promise.all(sending)
    await connection.subscribeAgain?.()
    await client.publishAsync('again/P/write', 'last', { qos: 1 })
    await vi.waitFor(() => expect(Buffer.from(arrivals.at(-1)?.payload ?? []).toString()).toBe('last'))
    expect(arrivals.map(({ payload }) => Buffer.from(payload).toString())).toEqual([
      '{"stored":1}',
      ...Array.from({ length: 300 }, (_, n) => `${n}`),
      'last',
    ])
    await client.publishAsync('again/P/write', '', { qos: 1, retain: true })
  })

  test('requests sent while the gateway is away are never delivered', async () => {
    const bridge = createMqttBridge(entryFor(broker.port), context('away'))
    const first = await connected(bridge)
    const arrivals: Arrival[] = []
    await first.listen(takeInto(arrivals), never)
    await first.close()
    const client = await outside(broker.port)
    await client.publishAsync('away/P/write', '{"away":1}', { qos: 1 })
    const second = await connected(bridge)
    await second.listen(takeInto(arrivals), never)
    await client.publishAsync('away/P/write', '{"back":1}', { qos: 1 })
    await vi.waitFor(() =>
      expect(arrivals.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['{"back":1}']),
    )
  })

  test('a request that was not taken over is not delivered again, and no other waits at the broker', async () => {
    const bridge = createMqttBridge(entryFor(broker.port), context('journal'))
    const first = await connected(bridge)
    await first.listen(() => Promise.reject(new Error('disk full')), never)
    const client = await outside(broker.port)
    for (let n = 0; n < 30; n++) client.publish('journal/P/write', `{"n":${n}}`, { qos: 1 })
    expect((await first.lost).message).toContain('disk full')
    const arrivals: Arrival[] = []
    const second = await connected(bridge)
    await second.listen(takeInto(arrivals), never)
    await client.publishAsync('journal/P/write', '{"now":1}', { qos: 1 })
    await vi.waitFor(() =>
      expect(arrivals.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['{"now":1}']),
    )
  })

  test('suspects a twin that takes our place again and again, and asks for a person', async () => {
    const bridge = createMqttBridge(entryFor(broker.port, { client_id: 'twin-gateway' }), context('twin'))
    const evicted = async () => {
      const connection = await connected(bridge)
      await outside(broker.port, { clientId: 'twin-gateway' })
      return connection.lost
    }
    expect((await evicted()).message).toMatch(/^mqtt "Contract": connection closed by the broker/)
    expect(await evicted()).not.toBeInstanceOf(NeedsPerson)
    const third = await evicted()
    expect(third).toBeInstanceOf(NeedsPerson)
    expect(third.message).toMatch(/^mqtt "Contract": .*"twin-gateway" .*own client_id/)
  })

  test('publishes the last will when the connection breaks, and not when it is closed', async () => {
    const lastWill = '{"state":"gone"}'
    const bridge = createMqttBridge(entryFor(broker.port), context('will'))
    const client = await outside(broker.port)
    const seen: string[] = []
    client.on('message', (topic, payload) => seen.push(`${topic} ${payload}`))
    await client.subscribeAsync('will/#', { qos: 1 })
    const closed = await bridge.connect({ signal: never, lastWill })
    closed.publish([tagMessage('T', 1)], () => {})
    await closed.close()
    const taken = await bridge.connect({ signal: never, lastWill })
    await connected(bridge) // The same client id: the broker ends the older one.
    await taken.lost
    await vi.waitFor(() => expect(seen.at(-1)).toBe('will/_gw/11111111-aaaa {"state":"gone"}'))
    expect(seen.filter((text) => text.includes('gone')).length).toBe(1)
  })

  test('a message that a broker would close the connection for is refused here, and the others go on', async () => {
    const connection = await connected(createMqttBridge(entryFor(broker.port), context('poison')))
    for (const tag of ['A+', 'A#', 'A\u0000', 'A\u0007']) {
      expect((await publishOne(connection, tagMessage(tag, 1)))?.message).toMatch(/^mqtt "Contract": not sent: topic/)
    }
    expect(await publishOne(connection, tagMessage('A', 1))).toBeUndefined()
  })

  test('health has a life time of 30 s, a tag has none', async () => {
    const connection = await connected(createMqttBridge(entryFor(broker.port), context('life')))
    await publishOne(connection, { subject: { kind: 'health', plc: 'P' }, body: '"plc":"P"}' })
    await publishOne(connection, tagMessage('T', 1))
    const client = await outside(broker.port)
    const expiry = new Map<string, number | undefined>()
    client.on('message', (topic, _payload, packet) => expiry.set(topic, packet.properties?.messageExpiryInterval))
    await client.subscribeAsync('life/#', { qos: 1 })
    await vi.waitFor(() => expect(expiry.size).toBe(2))
    expect(expiry.get('life/P/health')).toBeGreaterThanOrEqual(28)
    expect(expiry.get('life/P/tags/T')).toBeUndefined()
  })
})

liveDescribe('mosquitto', 'the MQTT bridge when mosquitto hangs', () => {
  let broker: Server
  beforeAll(async () => {
    broker = await startMosquitto()
  })
  afterAll(() => broker?.stop())

  test('a frozen broker is noticed within 15 s, what was open is settled, and closing stays quick', async () => {
    const bridge = createMqttBridge(entryFor(broker.port), context('frozen'))
    const idle = await connected(createMqttBridge(entryFor(broker.port), context('idle')))
    const connection = await connected(bridge)
    await publishOne(connection, tagMessage('T', 0))
    broker.pause()
    try {
      const from = performance.now()
      const settled: (Error | undefined)[] = []
      connection.publish([tagMessage('T', 1), tagMessage('T', 2)], (_index, error) => settled.push(error))
      expect((await connection.lost).message).toMatch(/confirmed nothing for 8 s/)
      expect(performance.now() - from).toBeLessThan(10_500)
      expect(settled.map((error) => error instanceof Error)).toEqual([true, true])
      const connecting = failure(bridge.connect({ signal: never }))
      const why = await idle.lost
      expect(why.message).toMatch(/^mqtt "Contract": no answer/)
      expect(performance.now() - from).toBeLessThan(16_500)
      const closing = performance.now()
      await Promise.all([connection.close(), idle.close()])
      expect(performance.now() - closing).toBeLessThan(2_000)
      expect((await connecting)?.message).toMatch(/no answer from 127\.0\.0\.1:\d+ within 10 s/)
    } finally {
      broker.resume()
    }
    const fresh = await connected(bridge)
    expect(await publishOne(fresh, tagMessage('T', 3))).toBeUndefined()
  })

  test('stops connecting at once when told to', async () => {
    broker.pause()
    try {
      const stop = new AbortController()
      const from = performance.now()
      const connecting = failure(
        createMqttBridge(entryFor(broker.port), context('stop')).connect({ signal: stop.signal }),
      )
      setTimeout(() => stop.abort(new Error('stopped')), 100)
      expect((await connecting)?.message).toBe('stopped')
      expect(performance.now() - from).toBeLessThan(1_000)
    } finally {
      broker.resume()
    }
  })
})

liveDescribe('mosquitto', 'the MQTT bridge with user name, password and TLS', () => {
  let broker: Server
  let tls: TlsFiles
  let strict: Server
  beforeAll(async () => {
    tls = makeCertificates({ names: ['DNS:localhost'] })
    broker = await startMosquitto({ tls, passwords: { gateway: 's3cret:with:colons' } })
    strict = await startMosquitto({ tls, clientCertificates: true })
  })
  afterAll(() => Promise.all([broker?.stop(), strict?.stop()]))

  const bridgeWith = (more: object, password = 's3cret:with:colons', server = broker) =>
    createMqttBridge(
      entryFor(server.tlsPort ?? 0, { use_tls: true, broker: 'localhost', username: 'gateway', ...more }),
      { ...context('tls'), password },
    )
  const ca = () => ({ ca_file: tls.ca })

  test('connects where certificate, name and password are right', async () => {
    const connection = await connected(bridgeWith(ca()))
    expect(await publishOne(connection, tagMessage('T', 1))).toBeUndefined()
    const byAddress = await connected(bridgeWith({ ...ca(), broker: '127.0.0.1', tls_server_name: 'localhost' }))
    expect(await publishOne(byAddress, tagMessage('T', 2))).toBeUndefined()
  })

  test.each([
    ['a wrong password', () => bridgeWith(ca(), 'wrong'), /not authorized \(as "gateway".*username and password/],
    ['a certificate of nobody we trust', () => bridgeWith({}), /certificate is not trusted .*ca_file/],
    [
      'a certificate for another name',
      () => bridgeWith({ ...ca(), broker: '127.0.0.1' }),
      /another name .*tls_server_name/,
    ],
    [
      'a file that is not there',
      () => bridgeWith({ ca_file: join(tls.dir, 'none.pem') }),
      /ca_file can't be read .*path/,
    ],
    [
      'a file that holds no key',
      () => bridgeWith({ ...ca(), cert_file: tls.clientCert, key_file: tls.clientCert }),
      /can't be used/,
    ],
  ])('tells %s in words and asks for a person', async (_name, bridge, text) => {
    const error = await failure(bridge().connect({ signal: never }))
    expect(error).toBeInstanceOf(NeedsPerson)
    expect(error?.message).toMatch(/^mqtt "Contract": /)
    expect(error?.message).toMatch(text)
    expect(error?.message).not.toContain('s3cret')
  })

  test('shows its own certificate where the broker asks for one, and says so where it has none', async () => {
    const own = { ...ca(), cert_file: tls.clientCert, key_file: tls.clientKey }
    const connection = await connected(bridgeWith(own, '', strict))
    expect(await publishOne(connection, tagMessage('T', 1))).toBeUndefined()
    const error = await failure(bridgeWith(ca(), '', strict).connect({ signal: never }))
    expect(error).toBeInstanceOf(NeedsPerson)
    expect(error?.message).toMatch(/^mqtt "Contract": .*cert_file and key_file/)
  })

  test('says use_tls where a plain connection meets a TLS port', async () => {
    const error = await failure(bridgeWith({ use_tls: false }).connect({ signal: never }))
    expect(error?.message).toMatch(/use_tls: true/)
  })
})

function publishOne(connection: BridgeConnection, message: Message): Promise<Error | undefined> {
  return new Promise((resolve) => connection.publish([message], (_index, error) => resolve(error)))
}
