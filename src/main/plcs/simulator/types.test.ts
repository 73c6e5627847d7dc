import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atomicTypes, integerRanges } from '#shared/plc'
import { typeOf, udt } from './types.ts'
import { decode, encode } from './values.ts'

describe('layout of structures', () => {
  it('packs neighbouring BOOLs into hidden SINT hosts and aligns what follows', () => {
    const type = udt('Mixed', {
      A: 'BOOL',
      B: 'BOOL',
      S: 'SINT',
      C: 'BOOL',
      I: 'INT',
      D: 'DINT',
      Arr: 'SINT[3]',
      L: 'LREAL',
    })
    const places = type.members.map((m) => [m.hidden ? 'host' : m.name, m.offset, m.bit])
    expect(places).toEqual([
      ['host', 0, -1],
      ['A', 0, 0],
      ['B', 0, 1],
      ['S', 1, -1],
      ['host', 2, -1],
      ['C', 2, 0],
      ['I', 4, -1],
      ['D', 8, -1],
      ['Arr', 12, -1],
      ['L', 16, -1],
    ])
    expect(type.size).toBe(24)
  })

  it('rounds a structure with 64-bit members to 8, wherever it is nested', () => {
    const inner = udt('Inner', { L: 'LINT', S: 'SINT' })
    const outer = udt('Outer', { D: 'DINT', Inner: inner })
    expect([inner.size, outer.size, outer.byName.get('inner')?.offset]).toEqual([16, 24, 8])
  })

  it('has the sizes of the predefined types', () => {
    expect([typeOf('STRING').size, typeOf('TIMER').size, typeOf('COUNTER').size]).toEqual([88, 12, 12])
  })

  it('gives different makeups different handles', () => {
    expect(udt('X', { A: 'DINT' }).handle).not.toBe(udt('X', { A: 'REAL' }).handle)
  })

  it('gives members of the same types the same handle, whatever their names', () => {
    expect(udt('X', { A: 'DINT', B: 'DINT' }).handle).toBe(udt('Y', { B: 'DINT', A: 'DINT' }).handle)
  })
})

describe('values', () => {
  it.each(atomicTypes.filter((name) => integerRanges[name]))(
    '%s: what is encoded is decoded, and one beyond the range is refused',
    (name) => {
      const [min, max] = integerRanges[name] ?? [0n, 0n]
      const type = typeOf(name)
      fc.assert(
        fc.property(fc.bigInt(min, max), (n) => {
          const data = Buffer.alloc(8)
          encode(type, [], data, 0, -1, n, name)
          expect(BigInt(decode(type, [], data, 0) as number)).toBe(n)
        }),
      )
      for (const outside of [min - 1n, max + 1n])
        expect(() => encode(type, [], Buffer.alloc(8), 0, -1, outside, name)).toThrow(RangeError)
    },
  )

  it('REAL is the shortest decimal of its 32 bits', () => {
    const data = Buffer.alloc(4)
    fc.assert(
      fc.property(fc.float(), (n) => {
        data.writeFloatLE(n)
        const value = decode(typeOf('REAL'), [], data, 0) as number
        expect(Object.is(Math.fround(value), n)).toBe(true)
      }),
    )
    data.writeFloatLE(0.1)
    expect(decode(typeOf('REAL'), [], data, 0)).toBe(0.1)
  })

  it('writes the members named and leaves the others, neighbouring bits too', () => {
    const type = udt('Part', { A: 'BOOL', B: 'BOOL', N: 'INT', Text: 'STRING' })
    const data = Buffer.alloc(type.size)
    encode(type, [], data, 0, -1, { A: true, N: -2, Text: 'Grün' }, 'Part')
    encode(type, [], data, 0, -1, { B: true }, 'Part')
    expect(decode(type, [], data, 0)).toEqual({ A: true, B: true, N: -2, Text: 'Grün' })
  })

  it('names what does not fit', () => {
    const type = udt('Part', { N: 'SINT', List: 'INT[2]' })
    const put = (value: Parameters<typeof encode>[5]) => () =>
      encode(type, [], Buffer.alloc(type.size), 0, -1, value, 'Part')
    expect(put({ N: 300 })).toThrow("Part.N can't hold 300; expected SINT, -128 to 127")
    expect(put({ N: 1.5 })).toThrow('Part.N')
    expect(put({ List: [1] })).toThrow('Part.List')
    expect(put({ Nope: 1 })).toThrow('Part.Nope')
  })
})
