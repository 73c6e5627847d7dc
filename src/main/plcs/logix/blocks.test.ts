import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { typeCode } from '#main/plcs/cip'
import { parseAddress } from './address.ts'
import { type BlockRules, blocksOf, pathKey, type Wanted } from './blocks.ts'
import { atomic, bitsLayout, type Layout, type StructLayout } from './layout.ts'
import { type Model, makeModel } from './model.ts'
import { findTarget } from './target.ts'

const struct = (name: string, size: number, members: readonly (readonly [string, number, Layout, number?])[]) =>
  ({
    kind: 'struct',
    name,
    handle: 0x1234,
    size,
    members: new Map(
      members.map(([member, offset, layout, bit]) => [
        member.toLowerCase(),
        { name: member, offset, layout, hidden: false, ...(bit === undefined ? {} : { bit }) },
      ]),
    ),
    type: { kind: 'struct', name, members: members.map(([member, , { type }]) => ({ name: member, type })) },
  }) satisfies StructLayout

const dint = atomic('DINT')
const step = struct('Step', 24, [
  ['On', 0, atomic('BOOL'), 0],
  ['Ok', 0, atomic('BOOL'), 3],
  ['A', 4, dint],
  ['B', 8, dint],
  ['Wide', 16, atomic('LINT')],
])
const machine = struct('Machine', 2_000, [
  ['Step', 0, step],
  ['Speed', 1_996, dint],
])

/** A model of one tag. */
function modelOf(name: string, layout: Layout, dims: readonly number[] = []): Model {
  const type = typeCode.DINT | (dims.length << 13)
  const model = makeModel([{ name, instance: 7, type, dims, access: 'read-write', hidden: '' }], true)
  return { ...model, layoutOf: () => layout }
}

function wantedOf(model: Model, addresses: readonly string[]): Wanted[] {
  return addresses.map((address, index) => {
    const parsed = parseAddress(address)
    const found = parsed.ok ? findTarget(parsed.address, model, address) : undefined
    if (!found?.ok) throw new Error(`${address} is not in the model`)
    return { index, address, target: found.target }
  })
}

const rules = (more: Partial<BlockRules> = {}): BlockRules => ({ room: 480, perRead: 4, isApart: () => false, ...more })
const array = (count: number): Layout => {
  const layout = modelOf('X', dint, [count])
  return makeModel(layout.symbols, true).layoutOf(layout.symbols[0] as never) as Layout
}

/** Each block as `path hex × count: addresses`. */
const shown = (model: Model, addresses: readonly string[], more: Partial<BlockRules> = {}) =>
  blocksOf(wantedOf(model, addresses), rules(more)).map(
    ({ count, shares, joins }) =>
      `${joins ? 'joint ' : ''}${count}: ${shares.map(({ wanted, offset }) => `${wanted.address}@${offset}`).join(' ')}`,
  )

describe('addresses that lie near each other', () => {
  it('are read as one structure where that is shorter', () => {
    expect(shown(modelOf('S', step), ['S.A', 'S.B', 'S.Ok'])).toEqual(['joint 1: S.A@4 S.B@8 S.Ok@0'])
  })

  it('are read one by one where the structure is much larger than what is wanted of it', () => {
    expect(shown(modelOf('M', machine), ['M.Speed', 'M.Step.A', 'M.Step.B'])).toEqual([
      '1: M.Speed@0',
      'joint 1: M.Step.A@4 M.Step.B@8',
    ])
  })

  it('are read as a run of elements, over small gaps', () => {
    const addresses = [5, 6, 9, 70, 71].map((i) => `X[${i}]`)
    expect(shown(modelOf('X', array(100), [100]), addresses)).toEqual([
      'joint 5: X[5]@0 X[6]@4 X[9]@16',
      'joint 2: X[70]@0 X[71]@4',
    ])
  })

  it('are read in several runs where one would not fit into a reply', () => {
    const addresses = Array.from({ length: 100 }, (_, i) => `X[${i}]`)
    const counts = blocksOf(wantedOf(modelOf('X', array(100), [100]), addresses), rules({ room: 208 })).map(
      ({ count }) => count,
    )
    expect(counts).toEqual([50, 50])
  })

  it('ride along where the whole is wanted anyway', () => {
    expect(shown(modelOf('X', array(5_000), [5_000]), ['X[4999]', 'X', 'X[3].5'])).toEqual([
      'joint 5000: X@0 X[4999]@19996 X[3].5@12',
    ])
  })

  it('share words of a BOOL array', () => {
    expect(shown(modelOf('F', bitsLayout(4)), ['F[0]', 'F[31]', 'F[64]'])).toEqual(['joint 3: F[0]@0 F[31]@0 F[64]@8'])
  })

  it('are read apart after the joint read has failed', () => {
    const model = modelOf('S', step)
    const [joint] = blocksOf(wantedOf(model, ['S.A', 'S.B']), rules())
    const key = joint?.joins && pathKey(joint.joins)
    expect(shown(model, ['S', 'S.A', 'S.B'], { isApart: (one) => one === key })).toEqual([
      '1: S@0',
      '1: S.A@0',
      '1: S.B@0',
    ])
  })

  it('are read one by one, in one go, after a range of their array has failed', () => {
    const model = modelOf('X', array(100), [100])
    const wanted = [5, 6, 7].map((i) => `X[${i}]`)
    const [joint] = blocksOf(wantedOf(model, wanted), rules())
    const key = joint?.joins && pathKey(joint.joins)
    expect(shown(model, wanted, { isApart: (one) => one === key })).toEqual(wanted.map((one) => `1: ${one}@0`))
  })

  it('keep every address once, within its block, and never cost more than each alone', () => {
    const model = modelOf('X', array(200), [200])
    const places = fc.uniqueArray(fc.nat(199), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(places, fc.integer({ min: 20, max: 600 }), (indices, room) => {
        const blocks = blocksOf(
          wantedOf(
            model,
            indices.map((i) => `X[${i}]`),
          ),
          rules({ room }),
        )
        const served = blocks.flatMap(({ path, layout, shares }) =>
          shares.map(({ wanted, offset }) => {
            expect(offset + 4).toBeLessThanOrEqual(layout.size)
            const first = path.readUInt8(path.length - 1)
            expect(`X[${first + offset / 4}]`).toBe(wanted.address)
            return wanted.index
          }),
        )
        expect(served.sort((a, b) => a - b)).toEqual(indices.map((_, i) => i))
        for (const { layout, joins } of blocks) if (joins) expect(layout.size + 8).toBeLessThanOrEqual(room)
        const bytes = (path: number, value: number) => 4 + 4 + path + 8 + value
        const cost = blocks.reduce((sum, { path, layout }) => sum + bytes(path.length, layout.size), 0)
        expect(cost).toBeLessThanOrEqual(indices.length * bytes(6, 4))
      }),
    )
  })

  it('are found quickly in a large array', () => {
    const model = modelOf('X', array(20_000), [20_000])
    const wanted = wantedOf(
      model,
      Array.from({ length: 20_000 }, (_, i) => `X[${i}]`),
    )
    const begun = performance.now()
    expect(blocksOf(wanted, rules({ room: 4_000 })).length).toBe(21)
    expect(performance.now() - begun).toBeLessThan(4_000)
  })
})
