import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AtomicType, integerRanges } from '#shared/plc'
import { shortestReal } from '#shared/real'
import type { TagValue } from '#shared/value'
import { decode, decodeBit } from './codec.ts'
import { encode, misfit } from './encode.ts'
import { arrayLayout, atomic, bitsLayout, type Layout, shortString, string82, stringLayout } from './layout.ts'

const wide = ['LINT', 'ULINT', 'LWORD']
const integers = Object.entries(integerRanges) as [AtomicType, readonly [bigint, bigint]][]
const native = (name: string, value: bigint): TagValue => (wide.includes(name) ? value : Number(value))
const roundTrip = (layout: Layout, value: TagValue) => decode(layout, encode(layout, value))

describe('numbers', () => {
  it.each(integers)('%s keeps every value of its range', (name, [min, max]) => {
    const layout = atomic(name)
    for (const edge of [min, min + 1n, 0n, max - 1n, max])
      expect(roundTrip(layout, native(name, edge))).toBe(native(name, edge))
    fc.assert(
      fc.property(
        fc.bigInt({ min, max }),
        (value) => void expect(roundTrip(layout, native(name, value))).toBe(native(name, value)),
      ),
    )
  })

  it.each(integers)(
    '%s refuses what lies outside, fractions and texts, and encodes none of them',
    (name, [min, max]) => {
      const layout = atomic(name)
      for (const value of [native(name, min - 1n), native(name, max + 1n), 1.5, '1', true, NaN, 2 ** 60, [1], {}]) {
        if (value === 2 ** 60 && wide.includes(name)) continue
        expect(misfit(layout, value), String(value)).toBeTypeOf('string')
        expect(() => encode(layout, value)).toThrow(TypeError)
      }
    },
  )

  it('a byte is laid down least significant first', () => {
    expect(encode(atomic('DINT'), -2).toString('hex')).toBe('feffffff')
    expect(encode(atomic('LINT'), 0x0102030405060708n).toString('hex')).toBe('0807060504030201')
    expect(encode(atomic('REAL'), 1.5).toString('hex')).toBe('0000c03f')
  })

  it('REAL comes as the shortest decimal that gives the same float back', () => {
    for (const value of [0.1, 1.1, 3.25001, 1e-7, 16777217, 1e20, 3.4028235e38, 1e-45, -0.3])
      expect(shortestReal(Math.fround(value))).toBe(value === 16777217 ? 16777216 : value)
    expect(decode(atomic('REAL'), encode(atomic('REAL'), 0.1))).toBe(0.1)
  })

  it('every float survives its decimal', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: false }), (float) => {
        const value = shortestReal(float)
        expect(Object.is(Math.fround(value), float) || (Number.isNaN(float) && Number.isNaN(value))).toBe(true)
        expect(String(value).length).toBeLessThanOrEqual(String(float).length)
      }),
      { numRuns: 2_000 },
    )
  })

  it('REAL refuses NaN, infinity and what is too large for it; LREAL takes every finite double', () => {
    for (const value of [NaN, Infinity, -Infinity, 3.5e38]) expect(misfit(atomic('REAL'), value)).toBeTypeOf('string')
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (value) => void expect(roundTrip(atomic('LREAL'), value)).toBe(value),
      ),
    )
  })

  it('BOOL is true for every byte but 0, and takes only true and false', () => {
    expect([0, 1, 0xff].map((byte) => decode(atomic('BOOL'), Buffer.from([byte])))).toEqual([false, true, true])
    for (const value of [0, 1, 'true']) expect(misfit(atomic('BOOL'), value)).toBeTypeOf('string')
  })

  it('bits of an integer are found in any byte of it', () => {
    const bytes = encode(atomic('ULINT'), 1n << 63n)
    expect(decodeBit(bytes, 0, 63)).toBe(true)
    expect(decodeBit(bytes, 0, 62)).toBe(false)
  })
})

describe('strings', () => {
  const latin = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 80,
  })

  it('keep every Latin-1 character', () => {
    fc.assert(
      fc.property(latin, (text) => {
        expect(roundTrip(string82, text)).toBe(text)
        expect(roundTrip(shortString, text)).toBe(text)
      }),
    )
    expect(encode(string82, 'Ab').toString('hex')).toBe(`020000004162${'00'.repeat(82)}`)
  })

  it('refuse what is longer than the tag, or not Latin-1', () => {
    expect(misfit(stringLayout('S5', 5, 12, 1), '123456')).toContain('takes 5')
    expect(misfit(string82, '5 €')).toContain('Latin-1')
    expect(misfit(string82, 5)).toContain('not a text')
  })

  it('are cut to their capacity where LEN says more than there is, and empty where it is negative', () => {
    const layout = stringLayout('S4', 4, 8, 1)
    expect(decode(layout, Buffer.from('ffffff7f41424344', 'hex'))).toBe('ABCD')
    expect(decode(layout, Buffer.from('ffffffff41424344', 'hex'))).toBe('')
  })
})

describe('arrays', () => {
  it('nest by their dimensions, the last index running fastest', () => {
    const layout = arrayLayout(atomic('INT'), [2, 3])
    expect(
      roundTrip(layout, [
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(
      encode(layout, [
        [1, 2, 3],
        [4, 5, 6],
      ]).toString('hex'),
    ).toBe('010002000300040005000600')
  })

  it('of BOOL keep each bit', () => {
    const layout = bitsLayout(2)
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 64, maxLength: 64 }),
        (bits) => void expect(roundTrip(layout, bits)).toEqual(bits),
      ),
    )
  })

  it('refuse another number of elements, and say which element does not fit', () => {
    expect(misfit(arrayLayout(atomic('SINT'), [2]), [1])).toContain('2')
    expect(misfit(arrayLayout(atomic('SINT'), [2]), [1, 300])).toMatch(/^\[1\]: 300 is outside SINT/)
    expect(misfit(bitsLayout(1), [true])).toContain('32')
  })
})
