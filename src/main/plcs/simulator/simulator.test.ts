import { describe, expect, it } from 'vitest'
import { type SimProgram, tag } from './program.ts'
import { startSimulator } from './simulator.ts'
import {
  forwardOpenRequest,
  frame,
  hex,
  multiple,
  path,
  rawClient,
  readTag,
  request,
  u16,
  u32,
  until,
} from './test-raw-client.ts'
import { testBed } from './test-simulators.ts'

const program: SimProgram = {
  name: 'Test',
  tags: [
    tag('Counter', 'DINT', [], { value: 123456 }),
    tag('Table', 'DINT', [2000]),
    tag('A', 'DINT'),
    tag('Flag', 'BOOL'),
  ],
}
const bed = testBed()
const counterRead = hex('4c059107436f756e746572000100')

describe('encapsulation', () => {
  it('gives a session handle and returns the context unchanged', async () => {
    const client = await rawClient((await bed.start({ program })).port)
    client.send(frame(0x65, 0, hex('01000000'), hex('0102030405060708')))
    const reply = await client.next()
    expect(reply.subarray(12, 20).toString('hex')).toBe('0102030405060708')
    expect(reply.readUInt32LE(8)).toBe(0)
    expect(reply.readUInt32LE(4)).not.toBe(0)
    client.close()
  })

  it('refuses a foreign protocol version, a wrong length and a second registration', async () => {
    const client = await rawClient((await bed.start({ program })).port)
    client.send(frame(0x65, 0, hex('02000000')))
    expect((await client.next()).readUInt32LE(8)).toBe(0x69)
    client.send(frame(0x65, 0, hex('0100')))
    expect((await client.next()).readUInt32LE(8)).toBe(0x65)
    await client.register()
    expect((await client.register()).readUInt32LE(8)).toBe(0x01)
    client.close()
  })

  it('answers status 64 to a request of another session, and 1 to an unknown command', async () => {
    const client = await bed.client(await bed.start({ program }))
    const data = Buffer.concat([hex('00000000 0000 0200 0000 0000 b200 0e00'), counterRead])
    client.send(frame(0x6f, client.session ^ 1, data))
    expect((await client.next()).readUInt32LE(8)).toBe(0x64)
    client.send(frame(0x77, client.session, Buffer.alloc(0)))
    expect((await client.next()).readUInt32LE(8)).toBe(0x01)
  })

  it('drops frames with options set and never answers NOP', async () => {
    const simulator = await bed.start({ program })
    const client = await bed.client(simulator)
    client.send(frame(0x63, 0, Buffer.alloc(0), Buffer.alloc(8), 1))
    client.send(frame(0x00, 0, hex('aabb')))
    client.send(hex('63000000 00000000 00000000 0000000000000000 00000000'))
    expect((await client.next()).readUInt16LE(0)).toBe(0x63)
    expect(client.inbox).toEqual([])
    expect(simulator.counters.discarded).toBe(1)
  })

  it('lists its identity: address, product and serial number', async () => {
    const simulator = await bed.start({ program, serial: 0x00c0ffee })
    const client = await bed.client(simulator)
    client.send(frame(0x63, 0, Buffer.alloc(0)))
    const reply = await client.next()
    const item = reply.subarray(24 + 2 + 4)
    expect(item.readUInt16BE(4)).toBe(simulator.port)
    expect(item.subarray(6, 10)).toEqual(Buffer.from([127, 0, 0, 1]))
    expect(item.readUInt32LE(18 + 10)).toBe(0x00c0ffee)
    expect(reply.toString('latin1')).toContain('1756-L83E/B')
    expect(simulator.identity).toMatchObject({ vendor: 1, revision: '33.11', serial: 0x00c0ffee, mode: 'run' })
  })

  it('takes requests split at any byte and several in one segment', async () => {
    const client = await bed.client(await bed.start({ program }))
    const data = Buffer.concat([hex('00000000 0000 0200 0000 0000 b200 0e00'), counterRead])
    const whole = frame(0x6f, client.session, data, hex('0700000000000000'))
    for (const byte of whole) client.send(Buffer.from([byte]))
    expect((await client.next()).subarray(40).toString('hex')).toBe('cc000000c40040e20100')
    client.send(Buffer.concat([whole, whole, whole]))
    for (let i = 0; i < 3; i++) expect((await client.next()).readUInt32LE(46)).toBe(123456)
  })

  it('has serial numbers that differ from port to port and stay for a port', async () => {
    const one = await bed.start({ program })
    const two = await bed.start({ program })
    expect(one.identity.serial).not.toBe(two.identity.serial)
    const { port, identity } = one
    await one.close()
    expect((await bed.start({ program, port })).identity.serial).toBe(identity.serial)
  })

  it('says what to do when the port is taken', async () => {
    const { port } = await bed.start({ program })
    await expect(startSimulator({ program, port })).rejects.toThrow(
      `127.0.0.1:${port}: the port is taken; choose another`,
    )
  })

  it('answers nothing more after close, and closes twice', async () => {
    const simulator = await bed.start({ program })
    const client = await bed.client(simulator)
    const gone = new Promise((resolve) => client.socket.once('close', resolve))
    await Promise.all([simulator.close(), simulator.close(), gone])
    await expect(rawClient(simulator.port)).rejects.toThrow('closed')
    expect(simulator.counters).toMatchObject({ sockets: 0, sessions: 0, connections: 0 })
  })
})

describe('connections', () => {
  it('opens one by the recorded Large Forward Open and reads on it', async () => {
    const client = await bed.client(await bed.start({ program }))
    const recorded = hex(
      `5b02 20062401 0a 0e 00000000 01000100 0100 3412 efcdab89 03 000000 80841e00 a20f0042 80841e00 a20f0042
      a3 03 0100 2002 2401`.replace(/\s/g, ''),
    )
    expect(forwardOpenRequest({})).toEqual(recorded)
    const opened = await client.unconnected(recorded)
    expect(opened.status).toBe(0)
    expect(opened.data.subarray(4).toString('hex')).toBe(
      '01000100010034 12efcdab89 80841e00 80841e00 0000'.replace(/ /g, ''),
    )
    const reply = await client.connected(opened.data.readUInt32LE(0), 5, counterRead)
    expect(reply).toMatchObject({ sequence: 5, peerId: 0x00010001, service: 0xcc, status: 0 })
    expect(reply.data.toString('hex')).toBe('c40040e20100')
  })

  it('answers a repeated sequence count from store and does not execute it again', async () => {
    const simulator = await bed.start({ program })
    const client = await bed.client(simulator)
    const { id } = await client.open()
    const set = request(0x4e, path('A'), Buffer.concat([u16(4), u32(0), u32(0)]))
    await client.connected(id, 9, readTag(path('Counter')))
    expect((await client.connected(id, 10, set)).status).toBe(0)
    simulator.set('A', 77)
    expect((await client.connected(id, 10, set)).status).toBe(0)
    expect(simulator.get('A')).toBe(77)
    expect(simulator.counters.duplicates).toBe(1)
    expect((await client.connected(id, 11, set)).status).toBe(0)
    expect(simulator.get('A')).toBe(0)
  })

  it('keeps replies within the connection, whole elements first', async () => {
    const client = await bed.client(await bed.start({ program }))
    const { id } = await client.open({ size: 507, large: false })
    const reply = await client.connected(id, 1, readTag(path('Table'), 2000))
    expect(reply.status).toBe(0x06)
    // 507 − 2 sequence − 4 head − 2 type = 499 bytes: 124 whole DINTs.
    expect(reply.data.length).toBe(2 + 496)
    const rest = await client.connected(id, 2, request(0x52, path('Table'), Buffer.concat([u16(2000), u32(7900)])))
    expect(rest.status).toBe(0)
    expect(rest.data.length).toBe(2 + 100)
  })

  it('refuses requests larger than the connection', async () => {
    const simulator = await bed.start({ program })
    const client = await bed.client(simulator)
    const { id } = await client.open({ size: 100 })
    const data = Buffer.concat([hex('c400'), u16(30), Buffer.alloc(120, 1)])
    expect((await client.connected(id, 1, request(0x4d, path('Table'), data))).status).toBe(0x15)
    expect(simulator.counters.oversized).toBe(1)
    expect(simulator.get('Table[0]')).toBe(0)
  })

  it.each([
    ['a size above 4002, and tells the largest', { size: 4004 }, [0x0109, 4002]],
    ['a slot without a CPU', { route: '0103' }, [0x0312]],
    ['a port that is not there', { route: '0300' }, [0x0311]],
  ])('refuses %s', async (_, options, extended) => {
    const simulator = await bed.start({ program })
    const reply = await (await bed.client(simulator)).open(options)
    expect(reply).toMatchObject({ status: 1, extended })
    expect(simulator.counters).toMatchObject({ connections: 0, forwardOpensRefused: 1 })
  })

  it('refuses a triple that is in use until it is closed; closes only by the right triple', async () => {
    const simulator = await bed.start({ program })
    const client = await bed.client(simulator)
    await client.open({ serial: 7 })
    expect(await client.open({ serial: 7 })).toMatchObject({ status: 1, extended: [0x0100] })
    const close = (serial: number) =>
      request(
        0x4e,
        hex('20062401'),
        Buffer.concat([hex('0a0e'), u16(serial, 0x1234), u32(0x89abcdef), hex('0300 0100 20022401')]),
      )
    expect(await client.unconnected(close(8))).toMatchObject({ status: 1, extended: [0x0107] })
    expect(simulator.counters.connections).toBe(1)
    expect((await client.unconnected(close(7))).status).toBe(0)
    expect(simulator.counters.connections).toBe(0)
    expect((await client.open({ serial: 7 })).status).toBe(0)
  })

  it('has no more connections than its limit; those of a lost client stay until they time out', async () => {
    const simulator = await bed.start({ program, maxConnections: 1 })
    const lost = await bed.client(simulator)
    // 20 ms × 4 × 2^2: times out after 320 ms.
    expect((await lost.open({ serial: 1, rpiUs: 20_000, multiplier: 2 })).status).toBe(0)
    lost.close()
    const client = await bed.client(simulator)
    expect(await client.open({ serial: 2 })).toMatchObject({ status: 1, extended: [0x0113] })
    await until(() => simulator.counters.connectionsTimedOut === 1, 'the time-out')
    expect((await client.open({ serial: 2 })).status).toBe(0)
  })

  it('says nothing to an unknown connection, nor to that of another session', async () => {
    const simulator = await bed.start({ program })
    const [one, two] = [await bed.client(simulator), await bed.client(simulator)]
    const { id } = await one.open()
    two.sendConnected(id, 1, counterRead)
    one.sendConnected(id + 5, 1, counterRead)
    await until(() => simulator.counters.discarded === 2, 'both thrown away')
    expect((await one.connected(id, 1, counterRead)).status).toBe(0)
    expect(two.inbox).toEqual([])
  })
})

describe('Unconnected Send', () => {
  const send = (route: string) =>
    request(
      0x52,
      hex('20062401'),
      Buffer.concat([hex('047d 0e00'), counterRead, Buffer.from([route.length / 4, 0]), hex(route)]),
    )

  it('gives the embedded reply where the route leads to the CPU, and 0xD2 where it does not', async () => {
    const client = await bed.client(await bed.start({ program, slot: 2 }))
    expect(await client.unconnected(send('0102'))).toMatchObject({ service: 0xcc, status: 0 })
    expect(await client.unconnected(send('0100'))).toMatchObject({ service: 0xd2, status: 1, extended: [0x0312] })
  })

  it('keeps replies within 504 bytes', async () => {
    const client = await bed.client(await bed.start({ program }))
    const reply = await client.unconnected(readTag(path('Table'), 2000))
    expect(reply).toMatchObject({ status: 6 })
    expect(reply.data.length).toBe(2 + 496)
  })
})

describe('profiles', () => {
  it('enbt has no Large Forward Open, and no tags where a request is not routed', async () => {
    const client = await bed.client(await bed.start({ program, profile: 'enbt' }))
    expect((await client.open()).status).toBe(0x08)
    expect((await client.open({ large: false, size: 504 })).status).toBe(0)
    expect((await client.unconnected(counterRead)).status).toBe(0x05)
    const module = await client.unconnected(hex('0102 20012401'))
    expect(module.data.toString('latin1')).toContain('1756-ENBT')
  })

  it('micro800 has no route, no Multiple Service Packet, and status 5 for an unknown tag', async () => {
    const client = await bed.client(await bed.start({ program, profile: 'micro800' }))
    expect(await client.open({ large: false, size: 500 })).toMatchObject({ status: 1, extended: [0x0311] })
    const { id, status } = await client.open({ large: false, size: 500, route: '' })
    expect(status).toBe(0)
    expect((await client.connected(id, 1, multiple(counterRead))).status).toBe(0x08)
    expect((await client.connected(id, 2, readTag(path('Nope')))).status).toBe(0x05)
    expect((await client.connected(id, 3, counterRead)).status).toBe(0)
  })

  it('logix5570 reads BOOL true as FF and knows no instance addressing', async () => {
    const simulator = await bed.start({ program, profile: 'logix5570' })
    simulator.set('Flag', true)
    const client = await bed.client(simulator)
    expect((await client.unconnected(readTag(path('Flag')))).data.toString('hex')).toBe('c100ff')
    expect((await client.unconnected(readTag(hex('206b25000200')))).status).toBe(0x08)
  })
})
