import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inPieces, putBack } from './text-pieces.ts'

const again = (data: unknown) => {
  const { bare, pieces } = inPieces(data)
  for (const piece of pieces) putBack(bare, piece)
  return bare
}

it('data is the same after it was taken apart and put together', () => {
  const lists = fc.record({
    few: fc.array(fc.jsonValue(), { maxLength: 3 }),
    length: fc.integer({ min: 0, max: 1_600 }),
  })
  fc.assert(
    fc.property(fc.array(lists, { maxLength: 4 }), (plcs) => {
      const data = {
        ok: true,
        gone: undefined,
        plcs: plcs.map(({ few, length }) => ({ few, tags: Array.from({ length }, (_, i) => ({ name: `T${i}` })) })),
      }
      expect(again(data)).toEqual(data)
    }),
    { numRuns: 30 },
  )
})

it('what travels at once is small, whatever the whole is', () => {
  const { bare, pieces } = inPieces({ plcs: [{ tags: Array(20_000).fill({ name: 'T' }) }], text: 'x' })
  expect(bare).toEqual({ plcs: [{ tags: [] }], text: 'x' })
  expect(pieces).toHaveLength(40)
  expect(Math.max(...pieces.map(({ items }) => items.length))).toBe(500)
})

it('a piece without a place is a mistake and not lost', () => {
  expect(() => putBack({ plcs: [] }, { path: ['plcs', '0', 'tags'], items: [1] })).toThrow('plcs.0.tags')
})
