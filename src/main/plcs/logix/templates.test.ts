import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { typeName } from '#shared/plc'
import { decode } from './codec.ts'
import { encode, misfit } from './encode.ts'
import { parseReply } from './reply.ts'
import { replyMessage } from './scripted-peer.ts'
import { type Ask, openTemplates } from './templates.ts'

type Member = readonly [name: string, info: number, type: number, offset: number]

interface Description {
  readonly name: string
  readonly bytes: number
  readonly handle: number
  readonly members: readonly Member[]
}

const u16 = (value: number) => Buffer.from([value & 0xff, value >> 8])
const u32 = (value: number) => Buffer.concat([u16(value & 0xffff), u16(Math.floor(value / 0x10000))])

function body({ name, members }: Description): Buffer {
  const records = members.map(([, info, type, offset]) => Buffer.concat([u16(info), u16(type), u32(offset)]))
  return Buffer.concat([
    ...records,
    Buffer.from([name, ...members.map(([member]) => member)].map((text) => `${text}\0`).join('')),
  ])
}

/** Answers as class 0x6C does, the body in pages of `page` bytes. */
function controller(types: { readonly [id: number]: Description }, page = 20) {
  return vi.fn<Ask>(async (message) => {
    const service = message.readUInt8(0)
    const id = message[4] === 0x25 ? message.readUInt16LE(6) : message.readUInt8(5)
    const one = types[id]
    const data = message.subarray(2 + 2 * message.readUInt8(1))
    const answer = (status: number, ...parts: Buffer[]) =>
      parseReply(Buffer.concat([replyMessage(service, status), ...parts]))
    if (!one) return answer(0x05)
    const all = body(one)
    if (service === 0x03) {
      const words = Math.ceil((all.length + 23) / 4)
      const attribute = (number: number, value: Buffer) => Buffer.concat([u16(number), u16(0), value])
      return answer(
        0,
        u16(4),
        attribute(4, u32(words)),
        attribute(5, u32(one.bytes)),
        attribute(2, u16(one.members.length)),
        attribute(1, u16(one.handle)),
      )
    }
    const [offset, bytes] = [data.readUInt32LE(0), data.readUInt16LE(4)]
    const end = Math.min(offset + page, all.length)
    return answer(end < all.length && end - offset < bytes ? 0x06 : 0, all.subarray(offset, end))
  })
}

const dint = 0xc4
const inner = {
  name: 'Inner;n',
  bytes: 8,
  handle: 0x1111,
  members: [
    ['ZZZZZZZZZZInner0', 0, 0xc2, 0],
    ['On', 3, 0xc1, 0],
    ['Level', 0, 0xca, 4],
  ],
} as const
const outer = {
  name: 'Outer;n',
  bytes: 36,
  handle: 0x2222,
  members: [
    ['Parts', 2, 0xa000 | 0x200, 0],
    ['Flags', 1, 0x20d3, 16],
    ['Late', 10, 0xc1, 20],
    ['Numbers', 3, 0x20c4, 24],
  ],
} as const

describe('templates', () => {
  it('whose first reader gives up are read by the next one who wants them', async () => {
    const types = openTemplates()
    const ask = controller({ 1: outer, 512: inner })
    let giveUp: (error: Error) => void = () => {}
    const first = types.load(1, () => new Promise((_, reject) => (giveUp = reject)))
    const second = types.load(1, ask)
    const third = types.load(1, ask)
    giveUp(new Error('the window was closed'))
    await expect(first).rejects.toThrow('the window was closed')
    expect(await second).toMatchObject({ kind: 'struct', name: 'Outer' })
    expect(await third).toBe(await second)
  })

  it('of a length and an array of structures are no string, whatever the number of the inner type', async () => {
    const list = {
      name: 'List;n',
      bytes: 20,
      handle: 0x3333,
      members: [
        ['LEN', 0, dint, 0],
        ['DATA', 2, 0xa000 | 0x1c2, 4],
      ],
    } as const
    const types = openTemplates()
    expect(await types.load(2, controller({ 2: list, 450: inner }))).toMatchObject({ kind: 'struct', name: 'List' })
  })

  it('become layouts with the structures inside, each read once', async () => {
    const ask = controller({ 512: inner, 513: outer })
    const templates = openTemplates()
    const layout = await templates.load(0x201, ask)
    if (typeof layout === 'string') throw new Error(layout)
    const calls = ask.mock.calls.length
    expect(await templates.load(0x201, ask)).toBe(layout)
    expect(templates.known(0x200)).toBeDefined()
    expect(ask.mock.calls.length).toBe(calls)
    expect(
      layout.type.kind === 'struct' && layout.type.members.map(({ name, type }) => `${name} ${typeName(type)}`),
    ).toEqual(['Parts Inner[2]', 'Flags BOOL[32]', 'Late BOOL', 'Numbers DINT[3]'])
    const bytes = Buffer.alloc(36)
    bytes.writeUInt8(1 << 3, 8)
    bytes.writeFloatLE(1.5, 12)
    bytes.writeUInt8(1, 16)
    bytes.writeUInt8(1 << 2, 21)
    bytes.writeInt32LE(-1, 32)
    expect(decode(layout, bytes)).toEqual({
      Parts: [
        { On: false, Level: 0 },
        { On: true, Level: 1.5 },
      ],
      Flags: [true, ...Array(31).fill(false)],
      Late: true,
      Numbers: [0, 0, -1],
    })
  })

  it('are strings where they have the shape of one, whatever their name', async () => {
    const text = {
      name: 'Label;n',
      bytes: 16,
      handle: 0x3333,
      members: [
        ['LEN', 0, dint, 0],
        ['DATA', 10, 0x20c2, 4],
      ],
    } as const
    expect(await openTemplates().load(0x300, controller({ 768: text }))).toMatchObject({
      kind: 'string',
      capacity: 10,
      size: 16,
      handle: 0x3333,
      type: { name: 'Label' },
    })
    const almost = { ...text, members: [...text.members, ['More', 0, 0xc2, 14]] } as const
    expect(await openTemplates().load(0x300, controller({ 768: almost }))).toMatchObject({ kind: 'struct' })
  })

  it.each<[string, Description, RegExp]>([
    ['that contain themselves', { ...outer, members: [['Me', 0, 0x8400, 0]] }, /contains itself/],
    ['whose member lies beyond the end', { ...inner, members: [['Level', 0, 0xca, 6]] }, /beyond its end/],
    ['with a type nobody knows', { ...inner, members: [['Odd', 0, 0xee, 0]] }, /type 0xee is not known/],
    [
      'with a structure that can not be read',
      { ...inner, members: [['Part', 0, 0x8777, 0]] },
      /Part of Inner: .*CIP status 0x05/,
    ],
  ])('%s are told in words, not thrown', async (_, description, text) => {
    expect(await openTemplates().load(0x400, controller({ 1024: description }))).toMatch(text)
  })

  it('lack a member of a type nobody knows, and keep its bytes when they are written', async () => {
    const members: Member[] = [
      ['Level', 0, 0xca, 0],
      ['Odd', 0, 0xee, 4],
      ['Odds', 2, 0x20ee, 8],
      ['Count', 0, dint, 16],
    ]
    const odd = { name: 'Inner;n', bytes: 20, handle: 0x1111, members }
    const outside = { ...outer, bytes: 40, members: [['Parts', 2, 0xa000 | 0x200, 0]] as const }
    const layout = await openTemplates().load(0x201, controller({ 512: odd, 513: outside }))
    if (typeof layout === 'string') throw new Error(layout)
    const before = Buffer.alloc(40, 0xaa)
    const value = [1, 2].map((n) => ({ Level: n, Count: n }))
    const after = encode(layout, { Parts: value }, before)
    expect(decode(layout, after)).toEqual({ Parts: value })
    for (const start of [0, 20]) expect(after.subarray(start + 4, start + 16)).toEqual(Buffer.alloc(12, 0xaa))
    expect(misfit(layout, { Parts: [{ ...value[0], Odd: 1 }, value[1] ?? 0] })).toContain('no member odd')
  })

  it('that could not be read are read a minute later, though the clock was set back', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const types: { [id: number]: Description } = {}
    const templates = openTemplates()
    expect(await templates.load(0x200, controller(types))).toContain('no such tag')
    types[0x200] = inner
    vi.setSystemTime(Date.now() - 3 * 3_600_000)
    await vi.advanceTimersByTimeAsync(59_000)
    expect(await templates.load(0x200, controller(types))).toContain('no such tag')
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await templates.load(0x200, controller(types))).toMatchObject({ type: { name: 'Inner' } })
  })

  it('that end too early are told in words', async () => {
    const honest = controller({ 512: inner }, 1_000)
    const cut: Ask = async (message) => {
      const reply = await honest(message)
      return message[0] === 0x4c ? { ...reply, data: reply.data.subarray(0, 10) } : reply
    }
    expect(await openTemplates().load(0x200, cut)).toContain('too early')
  })
})
