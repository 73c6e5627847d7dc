import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress } from './address.ts'

const address = (text: string) => {
  const result = parseAddress(text)
  return result.ok ? result.address : `${result.position}: ${result.text}`
}

describe('addresses', () => {
  it('are taken apart into program, members, indices and bit', () => {
    expect(address('Counter')).toEqual({ parts: [{ name: 'Counter', indices: [] }] })
    expect(address('Program:Main.Step.5')).toEqual({ program: 'Main', parts: [{ name: 'Step', indices: [] }], bit: 5 })
    expect(address('Line[1,2,3].Recipe.Speed[4].31')).toEqual({
      parts: [
        { name: 'Line', indices: [1, 2, 3] },
        { name: 'Recipe', indices: [] },
        { name: 'Speed', indices: [4] },
      ],
      bit: 31,
    })
    expect(address('Local:1:I.Data.0')).toEqual({
      parts: [
        { name: 'Local:1:I', indices: [] },
        { name: 'Data', indices: [] },
      ],
      bit: 0,
    })
    expect(address('program:P._x')).toEqual({ program: 'P', parts: [{ name: '_x', indices: [] }] })
  })

  it.each([
    ['', 1],
    ['5', 1],
    ['.A', 1],
    ['A.', 3],
    ['A..B', 3],
    ['A[', 3],
    ['A[]', 3],
    ['A[1', 4],
    ['A[-1]', 3],
    ['A[1,2,3,4]', 9],
    ['A[1] ', 5],
    ['A B', 2],
    ['Größe', 3],
    ['A[4294967296]', 3],
    ['A.64', 3],
    ['A.5.B', 4],
    ['A.5[1]', 4],
    ['Program:Main', 13],
    ['Program:.A', 9],
    ['A[1][2]', 5],
    ['A:B.C:D', 6],
    ['A[0x1]', 4],
  ])('%j is refused at position %i', (text, position) => {
    expect(address(text)).toMatch(new RegExp(`^${position}: .*position ${position}`))
  })

  it('never throw, whatever is written', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseAddress(text)))
  })
})
