import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Arrival, BridgeConnection, Message } from '#main/bridges/bridge'
import { bridgeContract } from '#main/bridges/bridge.contract'
import { NeedsPerson } from '#main/link'
import { freePort } from '#scripts/brokers/server'
import { unpublishable } from './address.ts'
import { createMqttBridge } from './bridge.ts'
import { context, entryFor, outsideClient, startOldBroker } from './test-brokers.ts'
import { mqttFixture } from './test-fixture.ts'
import { byte, type ClientPacket, connack5, packetId, startScripted, versionOf } from './test-scripted.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
const never = new AbortController().signal
const toStop: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of toStop.splice(0).reverse()) await stop()
})

bridgeContract('the MQTT bridge with a broker of version 3.1.1', async () => {
  let broker = await startOldBroker()
  const { port } = broker
  return mqttFixture({
    port,
    protocolVersion: 4,
    cut: () => broker.stop(),
    restore: async () => {
      broker = await startOldBroker(port)
    },
    stop: () => broker.stop(),
  })
})

async function scripted(answer: (packet: ClientPacket) => void) {
  const broker = await startScripted(answer)
  toStop.push(broker.stop)
  return createMqttBridge(entryFor(broker.port, { username: 'gateway' }), context('site'))
}

async function connected(bridge: ReturnType<typeof createMqttBridge>): Promise<BridgeConnection> {
  const connection = await bridge.connect({ signal: never })
  toStop.push(() => connection.close())
  return connection
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error) => error,
  )

const tagMessage = (value: number, more = ''): Message => ({
  subject: { kind: 'tag', plc: 'P', tag: 'T' },
  body: `"plc":"P","tag":"T","value":${value}${more}}`,
})

describe('a broker of version 3.1.1', () => {
  test('is connected to with 3.1.1, its consequences are told, and 5 is tried again after a failure', async () => {
    const port = await freePort()
    const bridge = createMqttBridge(entryFor(port), context('site'))
    const broker = await startOldBroker(port)
    const connection = await bridge.connect({ signal: never })
    expect(connection.note).toMatch(/^version 3\.1\.1: .*retained write request .*health/)
    await broker.stop()
    await connection.lost
    expect((await failure(bridge.connect({ signal: never })))?.message).toMatch(
      /^mqtt "Contract": connection refused \(127\.0\.0\.1:\d+\)\. Is the broker running/,
    )
    await connection.close()
  })

  test('a request stored before is handed over as stored', async () => {
    const broker = await startOldBroker()
    toStop.push(broker.stop)
    const client = await outsideClient(broker.port, { protocolVersion: 4 })
    toStop.push(() => client.endAsync(true))
    await client.publishAsync('site/P/write', '{"old":1}', { qos: 1, retain: true })
    const arrivals: Arrival[] = []
    const connection = await connected(createMqttBridge(entryFor(broker.port), context('site')))
    await connection.listen(async (arrival) => {
      arrivals.push(arrival)
      return { settle: () => {} }
    }, never)
    await vi.waitFor(() => expect(arrivals.map(({ retained }) => retained)).toEqual([true]))
  })

  test('a subscription that is refused names the filter and the right', async () => {
    const broker = await startOldBroker()
    toStop.push(broker.stop)
    broker.aedes.authorizeSubscribe = (_client, _subscription, done) => done(null, null)
    const connection = await connected(createMqttBridge(entryFor(broker.port), context('site')))
    const error = await failure(connection.listen(() => Promise.reject(new Error('never')), never))
    expect(error).toBeInstanceOf(NeedsPerson)
    expect(error?.message).toMatch(/^mqtt "Contract": .*refused the subscription to site\/\+\/write .*ACL/)
  })

  test('that closes without a word at version 5 is tried with 3.1.1', async () => {
    const bridge = await scripted((packet) => {
      if (packet.type !== 1) return
      if (versionOf(packet) === 5) packet.socket.destroy()
      else packet.send('20020000')
    })
    expect((await connected(bridge)).note).toMatch(/^version 3\.1\.1/)
  })

  const versionsAsked = async (answer: (packet: ClientPacket, asked: number) => void) => {
    const asked: (number | undefined)[] = []
    const bridge = await scripted((packet) => {
      if (packet.type === 1) answer(packet, asked.push(versionOf(packet)))
    })
    for (let i = 0; i < 2; i++) await (await connected(bridge)).close()
    return asked
  }

  test('that says so is asked for version 5 once, until an attempt fails', async () => {
    const refused = ({ send }: ClientPacket) => send('20020001')
    const accepted = ({ send }: ClientPacket) => send('20020000')
    expect(await versionsAsked((packet) => (versionOf(packet) === 5 ? refused : accepted)(packet))).toEqual([5, 4, 4])
  })

  test('that only closed, as a full one does, is asked for version 5 at each connection', async () => {
    const closing = (packet: ClientPacket) =>
      versionOf(packet) === 5 ? packet.socket.destroy() : packet.send('20020000')
    expect(await versionsAsked(closing)).toEqual([5, 4, 5, 4])
    const once = (packet: ClientPacket, asked: number) => {
      if (asked === 1) packet.socket.destroy()
      else packet.send(versionOf(packet) === 5 ? connack5() : '20020000')
    }
    expect(await versionsAsked(once)).toEqual([5, 4, 5])
  })
})

test('a lease that is over leaves nothing behind on its connection, and one that is open hears of its loss', async () => {
  const broker = await startOldBroker()
  const connection = await connected(createMqttBridge(entryFor(broker.port), context('site')))
  const record = { plcs: [], hear: () => {} }
  const over = await (async () => {
    const closing = new AbortController()
    const lease = await connection.openLease(record, closing.signal)
    closing.abort(new Error('over'))
    return new WeakRef(lease)
  })()
  await vi.waitUntil(() => {
    collectGarbage()
    return over.deref() === undefined
  })
  const lease = await connection.openLease(record, never)
  await broker.stop()
  const why = await connection.lost
  expect(await lease.announce('{}', never)).toMatchObject({ kind: 'silent' })
  expect(await failure(connection.openLease(record, never))).toBe(why)
})

describe('a connection that ends early', () => {
  const earlyEnd = /^mqtt "Contract": connection closed by the broker/
  const sitting = async () => {
    const sockets: ClientPacket['socket'][] = []
    const bridge = await scripted((packet) => {
      if (packet.type === 14) packet.socket.end()
      if (packet.type !== 1) return
      sockets.push(packet.socket)
      packet.send(connack5())
    })
    const closedByBroker = async () => {
      const connection = await connected(bridge)
      sockets.at(-1)?.end()
      return (await connection.lost).message
    }
    return { bridge, closedByBroker }
  }

  test('by our own will accuses nobody of taking our place', async () => {
    const { bridge, closedByBroker } = await sitting()
    for (let i = 0; i < 3; i++) await (await connected(bridge)).close()
    expect(await closedByBroker()).toMatch(earlyEnd)
  })

  test('by the broker accuses nobody where one between lived long, however that one ended', async () => {
    const { bridge, closedByBroker } = await sitting()
    await closedByBroker()
    await closedByBroker()
    const connection = await connected(bridge)
    const later = performance.now() + 60_000
    const clock = vi.spyOn(performance, 'now').mockReturnValue(later)
    await connection.close()
    clock.mockRestore()
    expect(await closedByBroker()).toMatch(earlyEnd)
    expect(await closedByBroker()).toMatch(earlyEnd)
    expect(await closedByBroker()).toMatch(/seems to take our place/)
  })
})

describe('what a broker of version 5 says', () => {
  test.each([
    [0x85, 'client id', true],
    [0x86, 'wrong user name or password \\(as "gateway"', true],
    [0x87, 'not authorized', true],
    [0x88, 'not ready', false],
    [0x89, 'busy', false],
    [0x8a, 'banned', true],
    [0x80, 'code 128', false],
  ])('CONNACK %i is told in words', async (code, words, person) => {
    const bridge = await scripted(({ type, send }) => type === 1 && send(`200300${byte(code)}00`))
    const error = await failure(bridge.connect({ signal: never }))
    expect(error?.message).toMatch(new RegExp(`^mqtt "Contract": .*${words}`))
    expect(error instanceof NeedsPerson).toBe(person)
  })

  test.each([
    [0x8e, 'another client with the client id "warlink-site-11111111-aaaa".*own client_id', true],
    [0x8b, 'shutting down', false],
    [0x95, 'too large', false],
    [0x98, 'closed our connection', false],
  ])('DISCONNECT %i ends the connection with its words', async (code, words, person) => {
    const bridge = await scripted(({ type, send }) => {
      if (type === 1) send(connack5())
      if (type === 3) send(`e002${byte(code)}00`)
    })
    const connection = await connected(bridge)
    const settled: (Error | undefined)[] = []
    connection.publish([tagMessage(1)], (_index, error) => settled.push(error))
    const why = await connection.lost
    expect(why.message).toMatch(new RegExp(`^mqtt "Contract": .*${words}`))
    expect(why instanceof NeedsPerson).toBe(person)
    expect(settled).toEqual([why])
  })

  test('a refused subscription names filter, user and right, and publishing goes on', async () => {
    const bridge = await scripted((packet) => {
      if (packet.type === 1) packet.send(connack5())
      if (packet.type === 8) packet.send(`9004${packetId(packet)}0087`)
      if (packet.type === 3) packet.send(`4002${packetId(packet)}`)
    })
    const connection = await connected(bridge)
    const error = await failure(connection.listen(() => Promise.reject(new Error('never')), never))
    expect(error).toBeInstanceOf(NeedsPerson)
    expect(error?.message).toMatch(/site\/\+\/write \(not authorized\).*the user "gateway"/)
    expect(await publishOne(connection, tagMessage(1))).toBeUndefined()
  })

  test('a refused message is settled with the topic, and the connection stands', async () => {
    const codes = ['87', '10', '00']
    const bridge = await scripted((packet) => {
      if (packet.type === 1) packet.send(connack5())
      if (packet.type === 3) packet.send(`4004${packetId(packet)}${codes.shift()}00`)
    })
    const connection = await connected(bridge)
    expect((await publishOne(connection, tagMessage(1)))?.message).toMatch(
      /^mqtt "Contract": the broker refused a message on site\/P\/tags\/T .*access rules/,
    )
    // Code 16: nobody subscribes. That is a confirmation.
    expect(await publishOne(connection, tagMessage(2))).toBeUndefined()
    expect(await publishOne(connection, tagMessage(3))).toBeUndefined()
  })

  test('its receive maximum is kept, and every message leaves in order', async () => {
    const got: ClientPacket[] = []
    const bridge = await scripted((packet) => {
      if (packet.type === 1) packet.send(connack5('210003'))
      if (packet.type === 3) got.push(packet)
    })
    const connection = await connected(bridge)
    const settled: number[] = []
    connection.publish(
      Array.from({ length: 100 }, (_, i) => tagMessage(i)),
      (index) => settled.push(index),
    )
    for (let confirmed = 0; confirmed < 100; confirmed++) {
      await vi.waitFor(() => expect(got.length).toBe(Math.min(100, confirmed + 3)))
      const packet = got[confirmed]
      packet?.send(`4002${packetId(packet)}`)
    }
    await vi.waitFor(() => expect(settled).toEqual(Array.from({ length: 100 }, (_, i) => i)))
    expect(got.map(({ body }) => /"value":(\d+)/.exec(body.toString())?.[1])).toEqual(settled.map(String))
  })

  test('its largest packet is kept: a message beyond it is refused here', async () => {
    const bridge = await scripted((packet) => {
      if (packet.type === 1) packet.send(connack5('27000000ff'))
      if (packet.type === 3) packet.send(`4002${packetId(packet)}`)
    })
    const connection = await connected(bridge)
    const large = await publishOne(connection, tagMessage(1, `,"text":"${'x'.repeat(300)}"`))
    expect(large?.message).toMatch(/^mqtt "Contract": not sent: the message on site\/P\/tags\/T has \d+ bytes.* 255/)
    expect(await publishOne(connection, tagMessage(2))).toBeUndefined()
  })

  test.each([
    ['2400', 'QoS 1'],
    ['2500', 'retained messages'],
  ])('a broker without what we need (%s) is not connected to', async (properties, what) => {
    const bridge = await scripted(({ type, send }) => type === 1 && send(connack5(properties)))
    const error = await failure(bridge.connect({ signal: never }))
    expect(error).toBeInstanceOf(NeedsPerson)
    expect(error?.message).toContain(`does not allow ${what}`)
  })

  test('nonsense instead of MQTT is told as such, and nothing is left open', async () => {
    const bridge = await scripted(({ socket }) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const error = await failure(bridge.connect({ signal: never }))
    expect(error?.message).toMatch(/^mqtt "Contract": /)
  })
})

test('a password without a user name is told before anything is sent', async () => {
  const bridge = createMqttBridge(entryFor(1), { ...context('site'), password: 's3cret' })
  const error = await failure(bridge.connect({ signal: never }))
  expect(error).toBeInstanceOf(NeedsPerson)
  expect(error?.message).toBe('mqtt "Contract": password is set and username is not. Set both, or neither.')
})

test('closing intake while it is being opened ends the opening, and it can be opened again', async () => {
  const held: ClientPacket[] = []
  const bridge = await scripted((packet) => {
    if (packet.type === 1) packet.send(connack5())
    if (packet.type === 8) held.push(packet)
    if (packet.type === 10) packet.send(`b004${packet.body.subarray(0, 2).toString('hex')}0000`)
  })
  const connection = await connected(bridge)
  const closing = new AbortController()
  const opening = failure(connection.listen(() => Promise.reject(new Error('never')), closing.signal))
  await vi.waitFor(() => expect(held.length).toBe(1))
  closing.abort(new Error('not now'))
  expect((await opening)?.message).toBe('not now')
  const again = connection.listen(() => Promise.reject(new Error('never')), never)
  await vi.waitFor(() => expect(held.length).toBe(2))
  for (const packet of held) packet.send(`9004${packetId(packet)}0001`)
  await again
})

test('we say goodbye when closing, so that the broker forgets the last will', async () => {
  const types: number[] = []
  const bridge = await scripted(({ type, send, socket }) => {
    types.push(type)
    if (type === 1) send(connack5())
    if (type === 14) socket.end()
  })
  const lastWill = '{"state":"gone"}'
  const connection = await bridge.connect({ signal: never, lastWill })
  connection.publish([tagMessage(1)], () => {})
  await connection.close()
  expect(types).toEqual([1, 3, 14])
})

test('CONNECT asks for a clean start, no session, a keepalive of 10 s, and carries the will with its life time', async () => {
  const connects: Buffer[] = []
  const bridge = await scripted(({ type, send, body }) => {
    if (type !== 1) return
    connects.push(body)
    send(connack5())
  })
  const connection = await bridge.connect({
    signal: never,
    lastWill: '{"state":"gone"}',
  })
  await connection.close()
  const hex = connects[0]?.toString('hex') ?? ''
  // Name MQTT, version 5, flags: user name, will retained with QoS 1, clean start; keepalive 10.
  expect(hex).toMatch(/^00044d51545405ae000a/)
  // Session expiry 0; message expiry 15 in the will.
  expect(hex).toContain('1100000000')
  expect(hex).toContain('020000000f')
  expect(connects[0]?.toString()).toContain('site/_gw/11111111-aaaa')
})

test('a request that nobody takes over does not hold the broker up for ever', { timeout: 20_000 }, async () => {
  const bridge = await scripted((packet) => {
    if (packet.type === 1) packet.send(connack5())
    if (packet.type !== 8) return
    packet.send(`9004${packetId(packet)}0001`)
    const topic = Buffer.from('site/P/write')
    packet.send(`32${byte(2 + topic.length + 2 + 1 + 2)}000c${topic.toString('hex')}000100${'7b7d'}`)
  })
  const connection = await connected(bridge)
  await connection.listen(() => new Promise(() => {}), never)
  expect((await connection.lost).message).toMatch(/^mqtt "Contract": a write request was not taken over within 8 s/)
})

test.each([
  ['a/b', 1_000, true],
  ['', 1_000, false],
  ['a/+/b', 1_000, false],
  ['a/#', 1_000, false],
  ['a/\u0000', 1_000, false],
  ['a/Öfen°/€', 1_000, true],
  ['x'.repeat(65_536), 268_435_455, false],
  ['a/b', 40, false],
])('topic %j within %i bytes may be published: %s', (topic, maxBytes, expected) => {
  expect(unpublishable(topic, '{"value":1}', maxBytes) === '').toBe(expected)
})

function publishOne(connection: BridgeConnection, message: Message): Promise<Error | undefined> {
  return new Promise((resolve) => connection.publish([message], (_index, error) => resolve(error)))
}
