import { describe, expect, it } from 'vitest'
import { type SimProgram, tag } from './program.ts'
import type { Simulator } from './simulator.ts'
import { hex, type MessageReply, multiple, partsOf, path, readTag, request, u16, u32 } from './test-raw-client.ts'
import { testBed } from './test-simulators.ts'
import { udt } from './types.ts'

const inner = udt('Inner', { On: 'BOOL', Count: 'INT' })
const outer = udt('Outer', { A: 'BOOL', B: 'BOOL', Text: 'STRING', Items: [inner, 3], Bits: 'BOOL[64]' })
const guarded = udt('Guarded', { Open: 'DINT', Shown: { of: 'DINT', access: 'read-only' } })
const sealed = udt('Sealed', { Open: 'DINT', Secret: { of: 'DINT', access: 'none' } })
const guardedPair = udt('GuardedPair', { One: guarded, Other: 'DINT' })
const program: SimProgram = {
  name: 'Services',
  tags: [
    tag('Counter', 'DINT', [], { value: 5 }),
    tag('Arr', 'INT', [10]),
    tag('Cube', 'DINT', [2, 3, 4]),
    tag('Bits', 'BOOL', [64]),
    tag('Big', outer),
    tag('Text', 'STRING'),
    tag('Locked', 'DINT', [], { access: 'read-only', value: 9 }),
    tag('Secret', 'DINT', [], { access: 'none' }),
    tag('Wide', 'LINT', [], { value: -1n }),
    tag('Ratio', 'REAL', [], { value: 0.1 }),
    tag('Guarded', guarded, [], { value: { Open: 1, Shown: 2 } }),
    tag('Guards', guardedPair),
    tag('Sealed', sealed, [], { value: { Open: 3 } }),
    tag('Program:Main.Step', 'DINT', [], { value: 70 }),
    ...Array.from({ length: 60 }, (_, i) => tag(`Many_${i}`, 'DINT', [], { value: i })),
  ],
}
const bed = testBed()

/** A simulator and a way to put one request to it. */
async function plc(
  more: { profile?: 'micro800' } = {},
): Promise<{ simulator: Simulator; ask(mr: Buffer): Promise<MessageReply> }> {
  const simulator = await bed.start({ program, ...more })
  const client = await bed.client(simulator)
  const { id } = await client.open({ size: 504 })
  let sequence = 0
  return { simulator, ask: (mr) => client.connected(id, ++sequence, mr) }
}

const write = (where: Buffer, type: string, count: number, data: Buffer) =>
  request(0x4d, where, Buffer.concat([hex(type), u16(count), data]))

describe('reading', () => {
  it('finds tags whatever their case, elements by all their indices, members by name', async () => {
    const { simulator, ask } = await plc()
    simulator.set('Cube[1,2,3]', 99)
    simulator.set('Big.Items[2].Count', -7)
    expect((await ask(readTag(path('cOUNTER')))).data).toEqual(hex('c400 05000000'))
    expect((await ask(readTag(path('Cube', 1, 2, 3)))).data).toEqual(hex('c400 63000000'))
    expect((await ask(readTag(path('Big', 'items', 2, 'Count')))).data).toEqual(hex('c300 f9ff'))
    expect((await ask(readTag(path('program:MAIN', 'Step')))).data).toEqual(hex('c400 46000000'))
  })

  it('reads members of one byte of flags each by its bit', async () => {
    const { simulator, ask } = await plc()
    simulator.set('Big.B', true)
    expect((await ask(readTag(path('Big', 'A')))).data).toEqual(hex('c100 00'))
    expect((await ask(readTag(path('Big', 'B')))).data).toEqual(hex('c100 01'))
  })

  it.each([
    ['an unknown tag', readTag(path('Nope')), 0x04, [0]],
    ['an unknown member', readTag(path('Big', 'Nope')), 0x05, [0]],
    ['an unknown program', readTag(path('Program:Nope', 'Step')), 0x05, [0]],
    ['a bit of an integer', readTag(path('Counter', '5')), 0x05, [0]],
    ['an index beyond the end', readTag(path('Arr', 10)), 0xff, [0x2105]],
    ['a count beyond the end', readTag(path('Arr', 8), 3), 0xff, [0x2105]],
    ['a count of nothing', readTag(path('Arr'), 0), 0xff, [0x2105]],
    ['an offset beyond the end', request(0x52, path('Arr'), Buffer.concat([u16(10), u32(20)])), 0xff, [0x2104]],
    ['too few indices', readTag(path('Cube', 1, 2)), 0x04, [0]],
    ['a tag without access', readTag(path('Secret')), 0x0f, []],
    ['a request without a count', request(0x4c, path('Counter')), 0x13, []],
    ['a malformed path', readTag(hex('91ff4141')), 0x04, [0]],
    ['a path longer than the request', hex('4c0991014100'), 0x26, []],
    ['an unknown service of a tag', request(0x77, path('Counter')), 0x08, []],
    ['an unknown class', request(0x01, hex('20f62401')), 0x05, [0]],
    ['an unknown service of the identity', request(0x17, hex('20012401')), 0x08, []],
  ])('refuses %s', async (_, mr, status, extended) => {
    const { ask } = await plc()
    expect(await ask(mr)).toMatchObject({ status, extended })
  })

  it('gives structures with their handle and their bytes as in memory', async () => {
    const { simulator, ask } = await plc()
    simulator.set('Text', 'abc')
    const reply = await ask(readTag(path('Text')))
    expect(reply.data.subarray(0, 11)).toEqual(hex('a002 ce0f 03000000 616263'))
    expect(reply.data.length).toBe(4 + 88)
  })
})

describe('writing', () => {
  it('changes memory and is recorded', async () => {
    const { simulator, ask } = await plc()
    expect((await ask(write(path('Counter'), 'c400', 1, hex('2a000000')))).status).toBe(0)
    expect((await ask(write(path('Arr', 2), 'c300', 3, hex('0100 0200 0300')))).status).toBe(0)
    expect((await ask(write(path('Big', 'B'), 'c100', 1, hex('ff')))).status).toBe(0)
    expect(simulator.get('Arr')).toEqual([0, 0, 1, 2, 3, 0, 0, 0, 0, 0])
    expect(simulator.get('Big.A')).toBe(false)
    expect(simulator.writeLog.map(({ address, value, service }) => ({ address, value, service }))).toEqual([
      { address: 'Counter', value: 42, service: 'write' },
      { address: 'Arr[2]', value: [1, 2, 3], service: 'write' },
      { address: 'Big.B', value: true, service: 'write' },
    ])
  })

  it.each([
    ['another type', write(path('Counter'), 'c300', 1, hex('0100')), 0xff, [0x2107]],
    ['another structure handle', write(path('Text'), 'a002 cd0f', 1, Buffer.alloc(88)), 0xff, [0x2107]],
    ['more elements than there are', write(path('Arr', 9), 'c300', 2, hex('01000200')), 0xff, [0x2105]],
    ['less data than the count asks for', write(path('Counter'), 'c400', 1, hex('0100')), 0x13, []],
    ['a read-only tag', write(path('Locked'), 'c400', 1, u32(1)), 0x0f, []],
    ['a tag without access', write(path('Secret'), 'c400', 1, u32(1)), 0x0f, []],
    [
      'a fragment beyond the end',
      request(0x53, path('Arr'), Buffer.concat([hex('c300'), u16(10), u32(18), hex('01000200')])),
      0xff,
      [0x2104],
    ],
    ['bits of a REAL', request(0x4e, path('Ratio'), Buffer.concat([u16(4), u32(1), u32(0xffffffff)])), 0xff, [0x2107]],
    [
      'a mask wider than the tag',
      request(0x4e, path('Arr', 0), Buffer.concat([u16(4), u32(1), u32(0xffffffff)])),
      0xff,
      [0x2105],
    ],
  ])('refuses %s and changes nothing', async (_, mr, status, extended) => {
    const { simulator, ask } = await plc()
    const before = JSON.stringify([
      simulator.get('Counter'),
      simulator.get('Arr'),
      simulator.get('Locked'),
      simulator.get('Ratio'),
    ])
    expect(await ask(mr)).toMatchObject({ status, extended })
    expect(
      JSON.stringify([simulator.get('Counter'), simulator.get('Arr'), simulator.get('Locked'), simulator.get('Ratio')]),
    ).toBe(before)
    expect(simulator.writeLog).toEqual([])
  })

  it('ignores surplus bytes behind a whole write', async () => {
    const { simulator, ask } = await plc()
    expect((await ask(write(path('Counter'), 'c400', 1, hex('07000000 07000000')))).status).toBe(0)
    expect(simulator.get('Counter')).toBe(7)
  })

  it('puts fragments together', async () => {
    const { simulator, ask } = await plc()
    const fragment = (offset: number, data: string) =>
      request(0x53, path('Arr'), Buffer.concat([hex('c300'), u16(4), u32(offset), hex(data)]))
    expect((await ask(fragment(0, '0100 0200'))).status).toBe(0)
    expect((await ask(fragment(4, '0300 0400'))).status).toBe(0)
    expect(simulator.get('Arr')).toEqual([1, 2, 3, 4, 0, 0, 0, 0, 0, 0])
    expect(simulator.writeLog.map(({ address, value }) => [address, value])).toEqual([
      ['Arr[0]', [1, 2]],
      ['Arr[2]', [3, 4]],
    ])
  })

  it('sets and clears single bits, of integers and of BOOL arrays', async () => {
    const { simulator, ask } = await plc()
    const mask = (where: Buffer, or: number, and: number) =>
      request(0x4e, where, Buffer.concat([u16(4), u32(or), u32(and)]))
    expect((await ask(mask(path('Counter'), 1 << 3, 0xffffffff))).status).toBe(0)
    expect((await ask(mask(path('Counter'), 0, 0xfffffffe))).status).toBe(0)
    expect((await ask(mask(path('Bits', 1), 1 << 5, 0xffffffff))).status).toBe(0)
    expect(simulator.get('Counter')).toBe(12)
    expect(simulator.get('Bits[37]')).toBe(true)
    expect(simulator.writeLog.map(({ address, value }) => [address, value])).toEqual([
      ['Counter.3', true],
      ['Counter.0', false],
      ['Bits[37]', true],
    ])
  })
})

describe('Multiple Service Packet', () => {
  it('executes all in order; one that fails does not stop the rest', async () => {
    const { simulator, ask } = await plc()
    const reply = await ask(multiple(readTag(path('Counter')), readTag(path('Nope')), readTag(path('Wide'))))
    expect(reply.status).toBe(0x1e)
    const [one, two, three] = partsOf(reply.data)
    expect(one).toMatchObject({ service: 0xcc, status: 0 })
    expect(two).toMatchObject({ service: 0xcc, status: 4, extended: [0] })
    expect(three?.data).toEqual(hex('c500 ffffffffffffffff'))
    expect(simulator.counters).toMatchObject({ connectedRequests: 1, readServices: 2 })
  })

  it('answers 6 to those that find no more room, and stays within the connection', async () => {
    const { ask } = await plc()
    const texts = Array.from({ length: 6 }, () => readTag(path('Text')))
    const numbers = Array.from({ length: 12 }, (_, i) => readTag(path(`Many_${i}`)))
    const reply = await ask(multiple(...texts, ...numbers))
    const parts = partsOf(reply.data)
    expect(reply.status).toBe(0x1e)
    expect(4 + reply.data.length).toBeLessThanOrEqual(502)
    expect(parts.map((part) => part.status)).toEqual([0, 0, 0, 0, ...Array(14).fill(6)])
    // What is left of the room goes to the fifth string, in steps of four bytes; the rest is kept for the others' status.
    expect(parts[4]?.data.length).toBeGreaterThan(4)
  })

  it('refuses to nest, and offsets that lead outside', async () => {
    const { ask } = await plc()
    const nested = await ask(multiple(multiple(readTag(path('Counter'))), readTag(path('Counter'))))
    expect(partsOf(nested.data).map((part) => part.status)).toEqual([0x08, 0])
    const wild = request(0x0a, hex('20022401'), Buffer.concat([u16(1, 0x4000), readTag(path('Counter'))]))
    expect((await ask(wild)).status).toBe(0x13)
  })
})

describe('objects', () => {
  it('takes the time together with daylight saving, and refuses what it does not know of the clock', async () => {
    const { ask } = await plc()
    const hour = 3_600_000
    const time = Buffer.alloc(8)
    time.writeBigInt64LE(BigInt(Date.now() + hour) * 1000n)
    const set = (data: Buffer) => ask(request(0x04, hex('208b2401'), data))
    const done = await set(Buffer.concat([u16(2, 6), time, u16(10), hex('01')]))
    expect(done).toMatchObject({ status: 0, data: u16(2, 6, 0, 10, 0) })
    const clock = await ask(request(0x03, hex('208b2401'), u16(1, 11)))
    const shift = Number(clock.data.readBigInt64LE(6) / 1000n) - Date.now()
    expect(Math.abs(shift - hour)).toBeLessThan(2_000)
    expect(await set(Buffer.concat([u16(1, 11), time]))).toMatchObject({ status: 0x0a, data: u16(1, 11, 0x14) })
    expect((await set(Buffer.concat([u16(2, 6), time]))).status).toBe(0x13)
  })

  it('tells identity, state, program name and clock', async () => {
    const { simulator, ask } = await plc()
    simulator.faults.mode = 'program'
    expect((await ask(hex('0e03 20012401 3005'))).data.readUInt16LE(0) & 0xf0).toBe(0x70)
    expect((await ask(hex('0102 20642401'))).data.toString('latin1')).toBe('\x08\0Services')
    const clock = await ask(request(0x03, hex('208b2401'), u16(1, 11)))
    expect(Math.abs(Number(clock.data.readBigInt64LE(6) / 1000n) - Date.now())).toBeLessThan(2_000)
  })

  it('moves change counters, instances and templates with a download, and keeps the values', async () => {
    const { simulator, ask } = await plc()
    const changes = request(0x03, hex('20ac2401'), u16(5, 1, 2, 3, 4, 10))
    const before = await ask(changes)
    simulator.set('Counter', 31)
    const byInstance = readTag(hex('206b25000200'))
    const first = await ask(byInstance)
    expect(first).toMatchObject({ status: 0 })
    simulator.download()
    expect((await ask(changes)).data).not.toEqual(before.data)
    expect((await ask(byInstance)).data).not.toEqual(first.data)
    expect(simulator.get('Counter')).toBe(31)
    expect((await ask(readTag(path('Counter')))).data).toEqual(hex('c400 1f000000'))
  })

  it('loads another program in place of the first', async () => {
    const { simulator, ask } = await plc()
    simulator.download({ name: 'Next', tags: [tag('Counter', 'REAL', [], { value: 1.5 })] })
    expect((await ask(readTag(path('Counter')))).data).toEqual(hex('ca00 0000c03f'))
    expect((await ask(readTag(path('Arr')))).status).toBe(0x04)
  })
})

describe('External Access of members', () => {
  it('a read-only member is read alone and within its structure, and neither may be written', async () => {
    const { simulator, ask } = await plc()
    expect((await ask(readTag(path('Guarded', 'Shown')))).data).toEqual(hex('c400 02000000'))
    const whole = await ask(readTag(path('Guarded')))
    expect(whole.status).toBe(0)
    expect((await ask(write(path('Guarded', 'Shown'), 'c400', 1, u32(9)))).status).toBe(0x0f)
    const handle = whole.data.subarray(0, 4).toString('hex')
    expect((await ask(write(path('Guarded'), handle, 1, u32(8, 9)))).status).toBe(0x0f)
    expect((await ask(write(path('Guards', 'Other'), 'c400', 1, u32(7)))).status).toBe(0)
    expect((await ask(write(path('Guarded', 'Open'), 'c400', 1, u32(8)))).status).toBe(0)
    expect(simulator.get('Guarded')).toEqual({ Open: 8, Shown: 2 })
  })

  it('a structure with a hidden member is refused as a whole, its other members are there', async () => {
    const { ask } = await plc()
    expect((await ask(readTag(path('Sealed')))).status).toBe(0x0f)
    expect((await ask(readTag(path('Sealed', 'Secret')))).status).toBe(0x0f)
    expect((await ask(readTag(path('Sealed', 'Open')))).data).toEqual(hex('c400 03000000'))
  })
})

describe('instances of objects', () => {
  it.each([
    ['identity', '0102 20012405'],
    ['change counters', '0302 20ac2402 0100 0100'],
    ['a class nobody has', '0102 20992401'],
  ])('answers path unknown for an instance that is not there: %s', async (_, message) => {
    const { ask } = await plc()
    expect(await ask(hex(message))).toMatchObject({ status: 0x05, extended: [0] })
  })
})
