/** Structures of every make, laid out by the simulator and read back by the driver: two codes that share only constants. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Controller, createController } from '#main/plcs/simulator/controller'
import { noFaults } from '#main/plcs/simulator/faults'
import { execute } from '#main/plcs/simulator/message-router'
import { profiles } from '#main/plcs/simulator/profiles'
import { tag } from '#main/plcs/simulator/program'
import type { Reply } from '#main/plcs/simulator/reply'
import { type MemberSpec, type StructType, stringType, udt } from '#main/plcs/simulator/types'
import { shortestReal } from '#shared/real'
import type { TagValue } from '#shared/value'
import { decode } from './codec.ts'
import { message, symbol } from './eip.ts'
import { encode, misfit } from './encode.ts'
import type { Layout, StructLayout } from './layout.ts'
import { type Model, makeModel } from './model.ts'
import { parseReply } from './reply.ts'
import { listTags, type SymbolEntry } from './tag-list.ts'
import type { Ask } from './templates.ts'

const plain = ['BOOL', 'SINT', 'INT', 'DINT', 'LINT', 'REAL', 'LREAL', 'UDINT', 'STRING', 'TIMER', 'COUNTER'] as const
const name = fc.stringMatching(/^[A-Z][a-z]{1,8}$/)
const member: fc.Arbitrary<MemberSpec> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<MemberSpec>('BOOL') },
  { weight: 4, arbitrary: fc.constantFrom<MemberSpec>(...plain) },
  fc
    .tuple(fc.constantFrom('SINT', 'INT', 'DINT', 'LINT', 'REAL'), fc.integer({ min: 1, max: 9 }))
    .map(([type, length]): MemberSpec => `${type as 'SINT'}[${length}]`),
  fc.constantFrom<MemberSpec>('BOOL[32]', 'BOOL[64]'),
  fc.integer({ min: 1, max: 40 }).map((capacity): MemberSpec => stringType(`Text${capacity}`, capacity)),
)

let made = 0
/** A user type with members of all kinds, others inside it up to two levels deep. */
function struct(depth: number): fc.Arbitrary<StructType> {
  const inner: fc.Arbitrary<MemberSpec> =
    depth === 0
      ? member
      : fc.oneof(
          { weight: 5, arbitrary: member },
          struct(depth - 1),
          fc.tuple(struct(depth - 1), fc.integer({ min: 1, max: 3 })).map((pair): MemberSpec => pair),
        )
  return fc
    .array(fc.tuple(name, inner), { minLength: 1, maxLength: 12 })
    .map((members) => udt(`Type${made++}`, Object.fromEntries(members.map(([key, spec], i) => [`${key}${i}`, spec]))))
}

/** Any value of a type, as the driver takes it. */
function anyValue(layout: Layout): fc.Arbitrary<TagValue> {
  switch (layout.kind) {
    case 'atomic':
      return atomicValue(layout.name)
    case 'string':
    case 'short-string':
      return fc.string({
        maxLength: layout.capacity,
        unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)),
      })
    case 'bits':
      return fc.array(fc.boolean(), { minLength: 32 * layout.words, maxLength: 32 * layout.words })
    case 'array':
      return fc.array(anyValue(layout.of), { minLength: layout.count, maxLength: layout.count })
    case 'struct': {
      const shown = [...layout.members.values()].filter(({ hidden }) => !hidden)
      return fc.record(Object.fromEntries(shown.map((one) => [one.name, anyValue(one.layout)])))
    }
  }
}

function atomicValue(type: string): fc.Arbitrary<TagValue> {
  if (type === 'BOOL') return fc.boolean()
  if (type === 'REAL') return fc.float({ noNaN: true, noDefaultInfinity: true }).map((it) => shortestReal(it))
  if (type === 'LREAL') return fc.double({ noNaN: true, noDefaultInfinity: true })
  const bits = { SINT: 8, INT: 16, DINT: 32, LINT: 64, UDINT: 32 }[type] ?? 32
  const min = type === 'UDINT' ? 0n : -(2n ** BigInt(bits - 1))
  const max = type === 'UDINT' ? 2n ** 32n - 1n : 2n ** BigInt(bits - 1) - 1n
  return fc.bigInt({ min, max }).map((value) => (bits === 64 ? value : Number(value)))
}

const room = 500

/** Requests to a controller without a network. */
function askOf(controller: Controller): Ask {
  return async (request) => {
    const reply: Reply = { bytes: Buffer.alloc(room), at: 0, limit: room }
    execute(controller, request, 0, request.length, { routed: true, embedded: false }, reply)
    return parseReply(reply.bytes.subarray(0, reply.at))
  }
}

async function learn(type: StructType): Promise<{ controller: Controller; model: Model; layout: StructLayout }> {
  const program = { name: 'P', tags: [tag('Thing', type)] }
  const faults = noFaults(10)
  const controller = createController({ profile: profiles.logix5580, program, serial: 1, slot: 0, faults })
  const ask = askOf(controller)
  const symbols: SymbolEntry[] = []
  for await (const page of listTags(ask)) symbols.push(...page)
  const model = makeModel(symbols, true)
  const thing = symbols[0] as SymbolEntry
  await model.load(thing, ask)
  expect(model.whyUnknown(thing)).toBe('')
  return { controller, model, layout: model.layoutOf(thing) as StructLayout }
}

describe('structures of any make', () => {
  it('come back as they were written, in the bytes the controller lays them out in', async () => {
    await fc.assert(
      fc.asyncProperty(struct(2), fc.infiniteStream(fc.nat(255)), fc.nat(), async (type, noise, seed) => {
        const { controller, layout } = await learn(type)
        const [value] = fc.sample(anyValue(layout), { numRuns: 1, seed }) as [TagValue]
        expect(misfit(layout, value)).toBeUndefined()
        controller.set('Thing', value)
        const there = controller.table().scopes.get('')?.byName.get('thing')?.memory?.data ?? Buffer.alloc(0)
        expect(layout.size).toBe(type.size)
        expect(decode(layout, there)).toEqual(value)

        const before = Buffer.from(Array.from({ length: layout.size }, () => noise.next().value ?? 0))
        const after = encode(layout, value, before)
        expect(decode(layout, after)).toEqual(value)
        const named = namedBits(layout)
        const wanted = before.map((byte, i) => (byte & ~(named[i] ?? 0)) | ((there[i] ?? 0) & (named[i] ?? 0)))
        expect(after.toString('hex')).toBe(Buffer.from(wanted).toString('hex'))
      }),
      { numRuns: 50, endOnFailure: true },
    )
  })

  it('refuse a value that lacks a member, has one too many, or one that does not fit, at any depth', async () => {
    await fc.assert(
      fc.asyncProperty(struct(1), fc.nat(), async (type, seed) => {
        const { layout } = await learn(type)
        const [value] = fc.sample(anyValue(layout), { numRuns: 1, seed }) as [{ readonly [member: string]: TagValue }]
        const shown = [...layout.members.values()].filter(({ hidden }) => !hidden)
        for (const { name: one, layout: inner } of shown) {
          const { [one]: gone, ...rest } = value
          expect(misfit(layout, rest)).toContain(`member ${one} of`)
          expect(gone).toBeDefined()
          expect(misfit(layout, { ...value, [one]: misfitting(inner) })).toContain(`${one}: `)
        }
        expect(misfit(layout, { ...value, Stranger: 1 })).toContain('no member stranger')
        expect(() => encode(layout, { ...value, Stranger: 1 })).toThrow(TypeError)
      }),
      { numRuns: 25, endOnFailure: true },
    )
  })

  it('are told as unknown, not wrongly, where their description is cut short anywhere', async () => {
    const type = udt('Cut', { First: 'DINT', On: 'BOOL', Second: 'REAL', Third: 'STRING' })
    const program = { name: 'P', tags: [tag('Thing', type)] }
    const controller = createController({
      profile: profiles.logix5580,
      program,
      serial: 1,
      slot: 0,
      faults: noFaults(10),
    })
    const ask = askOf(controller)
    const read = await ask(message(0x4c, symbol('Thing'), Buffer.from([1, 0])))
    expect(read.status).toBe(0)
    const symbols: SymbolEntry[] = []
    for await (const page of listTags(ask)) symbols.push(...page)
    const thing = symbols[0] as SymbolEntry
    const whole = makeModel(symbols, true)
    await whole.load(thing, ask)
    let known = 0
    for (let length = 0; length < 200; length++) {
      const model = makeModel(symbols, true)
      await model.load(thing, async (request) => {
        const reply = await ask(request)
        return request.readUInt8(0) === 0x4c ? { ...reply, status: 0, data: reply.data.subarray(0, length) } : reply
      })
      const layout = model.layoutOf(thing)
      if (!layout) continue
      known++
      expect(layout.type, `cut after ${length} bytes`).toEqual(whole.layoutOf(thing)?.type)
    }
    expect(known).toBeGreaterThan(0)
  })
})

/** Something no type takes. */
function misfitting(layout: Layout): TagValue {
  return layout.kind === 'atomic' && layout.name === 'BOOL' ? 1 : layout.kind === 'string' ? 'x'.repeat(500) : 'no'
}

/** A mask of the bits that members show. */
function namedBits(layout: Layout): Buffer {
  const mask = Buffer.alloc(layout.size)
  if (layout.kind === 'string') return mask.fill(0xff, 0, 4 + layout.capacity)
  if (layout.kind === 'array') {
    const one = namedBits(layout.of)
    for (let i = 0; i < layout.count; i++) one.copy(mask, i * layout.of.size)
    return mask
  }
  if (layout.kind !== 'struct') return mask.fill(0xff)
  for (const { hidden, bit, offset, layout: inner } of layout.members.values()) {
    if (hidden) continue
    if (bit === undefined) namedBits(inner).copy(mask, offset)
    else mask[offset] = (mask[offset] ?? 0) | (1 << bit)
  }
  return mask
}
