import { describe, expect, it } from 'vitest'
import { type SimProgram, tag } from './program.ts'
import { hex, type MessageReply, path, request, u16, u32 } from './test-raw-client.ts'
import { testBed } from './test-simulators.ts'
import { udt } from './types.ts'

const flags = udt('Flags', {
  ...Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`F${i}`, 'BOOL' as const])),
  Total: 'LINT',
})
const program: SimProgram = {
  name: 'Browse',
  tags: [
    ...Array.from({ length: 200 }, (_, i) => tag(`Tag_${i}`, 'DINT')),
    tag('Hidden', 'DINT', [], { access: 'none' }),
    tag('Fixed', 'REAL', [3, 4], { access: 'read-only' }),
    tag('Bits', 'BOOL', [96]),
    tag('Flags', flags),
    tag('Timers', 'TIMER', [5]),
    tag('Program:Main.Step', 'DINT'),
  ],
}
const bed = testBed()
const attributes = u16(5, 1, 2, 7, 8, 10)

interface Listed {
  readonly instance: number
  readonly name: string
  readonly type: number
  readonly bytes: number
  readonly dims: readonly number[]
  readonly access: number
}

/** Records of attributes 1, 2, 7, 8 and 10. */
function records(data: Buffer): Listed[] {
  const found: Listed[] = []
  for (let at = 0; at < data.length; ) {
    const nameLength = data.readUInt16LE(at + 4)
    const rest = at + 6 + nameLength
    found.push({
      instance: data.readUInt32LE(at),
      name: data.toString('latin1', at + 6, rest),
      type: data.readUInt16LE(rest),
      bytes: data.readUInt16LE(rest + 2),
      dims: [data.readUInt32LE(rest + 4), data.readUInt32LE(rest + 8), data.readUInt32LE(rest + 12)],
      access: data[rest + 16] ?? -1,
    })
    at = rest + 17
  }
  return found
}

async function list(
  ask: (mr: Buffer) => Promise<MessageReply>,
  scope?: string,
): Promise<{ pages: number; all: Listed[] }> {
  const all: Listed[] = []
  for (let pages = 1; ; pages++) {
    const from = (all.at(-1)?.instance ?? -1) + 1
    const where = Buffer.concat([scope ? path(scope) : Buffer.alloc(0), hex('206b2500'), u16(from)])
    const reply = await ask(request(0x55, where, attributes))
    all.push(...records(reply.data))
    if (reply.status !== 6) {
      expect(reply.status).toBe(0)
      return { pages, all }
    }
  }
}

async function plc(size = 504) {
  const simulator = await bed.start({ program })
  const client = await bed.client(simulator)
  const { id } = await client.open({ size })
  let sequence = 0
  return { simulator, ask: (mr: Buffer) => client.connected(id, ++sequence, mr) }
}

describe('tag list', () => {
  it('comes in pages of whole records, each tag once, those without access left out', async () => {
    const { ask } = await plc()
    const { pages, all } = await list(ask)
    expect(pages).toBeGreaterThan(8)
    const names = all.map((one) => one.name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.filter((name) => name.startsWith('Tag_'))).toHaveLength(200)
    expect(names).toContain('Program:Main')
    expect(names).not.toContain('Hidden')
  })

  it('tells type, dimensions and access', async () => {
    const { ask } = await plc(4002)
    const { all } = await list(ask)
    const find = (name: string) => all.find((one) => one.name === name)
    expect(find('Tag_7')).toMatchObject({ type: 0xc4, bytes: 4, dims: [0, 0, 0], access: 0 })
    expect(find('Fixed')).toMatchObject({ type: 0xca | (2 << 13), dims: [3, 4, 0], access: 2 })
    expect(find('Bits')).toMatchObject({ type: 0xd3 | (1 << 13), dims: [3, 0, 0] })
    expect(find('Timers')).toMatchObject({ type: 0x8000 | 0x2000 | 0xf83, bytes: 12, dims: [5, 0, 0] })
    expect(find('Program:Main')?.type).toBe(0x1068)
  })

  it('lists a program by itself, and its tags can be read by the instance told', async () => {
    const { simulator, ask } = await plc()
    simulator.set('Program:Main.Step', 44)
    const { all } = await list(ask, 'Program:Main')
    const step = all.find((one) => one.name === 'Step')
    const where = Buffer.concat([path('Program:Main'), hex('206b2500'), u16(step?.instance ?? 0)])
    expect((await ask(request(0x4c, where, u16(1)))).data).toEqual(hex('c400 2c000000'))
    expect(
      (await ask(request(0x55, Buffer.concat([path('Program:Nope'), hex('206b25000000')]), attributes))).status,
    ).toBe(0x05)
  })

  it('refuses attributes that do not exist, and lists that are cut short', async () => {
    const { ask } = await plc()
    expect((await ask(request(0x55, hex('206b25000000'), u16(2, 1, 99)))).status).toBe(0x0a)
    expect((await ask(request(0x55, hex('206b25000000'), u16(3, 1)))).status).toBe(0x13)
  })
})

describe('templates', () => {
  async function template() {
    const { simulator, ask } = await plc()
    const { all } = await list(ask)
    const id = (all.find((one) => one.name === 'Flags')?.type ?? 0) & 0xfff
    return { simulator, ask, where: Buffer.concat([hex('206c2500'), u16(id)]) }
  }

  it('tells size, member count and handle in the order asked for', async () => {
    const { ask, where } = await template()
    const { data } = await ask(request(0x03, where, u16(5, 4, 3, 5, 2, 1)))
    expect(data.readUInt16LE(0)).toBe(5)
    // id, status, value of attribute 4 (u32), 3 (u16), 5 (u32), 2 (u16), 1 (u16)
    expect(data.readUInt16LE(10)).toBe(3)
    expect(data.readUInt32LE(20)).toBe(flags.size)
    expect(data.readUInt16LE(28)).toBe(12)
    expect(data.readUInt16LE(34)).toBe(flags.handle)
  })

  it('has members with offsets and bits, hidden hosts, and names behind the template name', async () => {
    const { ask, where } = await template()
    const attribute = await ask(request(0x03, where, u16(1, 4)))
    const length = attribute.data.readUInt32LE(6) * 4 - 23
    const first = await ask(request(0x4c, where, Buffer.concat([u32(0), u16(100)])))
    const rest = await ask(request(0x4c, where, Buffer.concat([u32(100), u16(length - 100)])))
    const body = Buffer.concat([first.data, rest.data])
    expect([first.status, rest.status, body.length]).toEqual([0, 0, length])
    const [name, ...members] = body.toString('latin1', 12 * 8).split('\0')
    expect(name).toMatch(/^Flags;n(..){12}$/)
    expect(members.slice(0, 12)).toEqual([
      'ZZZZZZZZZZFlags0',
      'F0',
      'F1',
      'F2',
      'F3',
      'F4',
      'F5',
      'F6',
      'F7',
      'ZZZZZZZZZZFlags9',
      'F8',
      'Total',
    ])
    // F8: bit 0 of the second host; Total: LINT at a multiple of 8.
    expect(body.subarray(10 * 8, 11 * 8)).toEqual(hex('0000 c100 01000000'))
    expect(body.subarray(11 * 8, 12 * 8)).toEqual(hex('0000 c500 08000000'))
  })

  it('tolerates who asks for more than there is, but not beyond', async () => {
    const { ask, where } = await template()
    const reply = await ask(request(0x4c, where, Buffer.concat([u32(0), u16(480)])))
    expect(reply.status).toBe(0)
    expect((await ask(request(0x4c, where, Buffer.concat([u32(5_000), u16(10)])))).status).toBe(0xff)
    expect((await ask(request(0x03, hex('206c25000203'), u16(1, 1)))).status).toBe(0x05)
  })
})
