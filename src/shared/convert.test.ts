import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convert, type Limits } from './convert.ts'
import { type AtomicType, atomicTypes, type DataType, integerRanges } from './plc.ts'
import { parseJson } from './value.ts'

const atomic = (name: AtomicType): DataType => ({ kind: 'atomic', name })
const given = (text: string, type: DataType, limits?: Limits) => convert(parseJson(text), type, limits)
const value = (text: string, type: DataType, limits?: Limits) => {
  const converted = given(text, type, limits)
  if (!converted.ok) throw new Error(`refused: ${converted.error}`)
  return converted.value
}
const refusal = (text: string, type: DataType, limits?: Limits) => {
  const converted = given(text, type, limits)
  if (converted.ok) throw new Error(`accepted: ${String(converted.value)}`)
  return converted.error
}

const integers = atomicTypes.filter((name) => integerRanges[name])

describe('convert', () => {
  it.each(integers)('takes both ends of the range of %s and refuses one more', (name) => {
    const [min, max] = integerRanges[name] as readonly [bigint, bigint]
    expect(BigInt(value(String(min), atomic(name)) as bigint)).toBe(min)
    expect(BigInt(value(String(max), atomic(name)) as bigint)).toBe(max)
    expect(refusal(String(max + 1n), atomic(name))).toBe(
      `value ${max + 1n} out of range for ${name} (${min} to ${max})`,
    )
    expect(refusal(String(min - 1n), atomic(name))).toBe(
      `value ${min - 1n} out of range for ${name} (${min} to ${max})`,
    )
  })

  it('keeps all 64 bits, also from a string of digits', () => {
    expect(value('9007199254740993', atomic('LINT'))).toBe(9007199254740993n)
    expect(value('"18446744073709551615"', atomic('ULINT'))).toBe(18446744073709551615n)
    expect(refusal('"12"', atomic('DINT'))).toBe('cannot convert string to DINT')
    expect(refusal('"1e3"', atomic('LINT'))).toBe('cannot convert string to LINT')
  })

  it('takes whole numbers in every notation and refuses fractions', () => {
    for (const text of ['7', '7.0', '7e0', '0.7e1', '700e-2']) expect(value(text, atomic('DINT')), text).toBe(7)
    expect(value('-0', atomic('DINT'))).toBe(0)
    expect(refusal('7.5', atomic('DINT'))).toBe('cannot convert 7.5 to DINT: not a whole number')
    expect(refusal('1.7', atomic('SINT'))).toBe('cannot convert 1.7 to SINT: not a whole number')
    expect(refusal('1e400', atomic('LINT'))).toContain('out of range for LINT')
    expect(refusal('1e99999999999999999999', atomic('DINT'))).toContain('out of range for DINT')
    expect(refusal('1e-99999999999999999999', atomic('DINT'))).toContain('not a whole number')
  })

  it('reads any whole number exactly, however it is written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.nat(6), (whole, zeros) => {
        expect(value(`${whole}.${'0'.repeat(zeros + 1)}`, atomic('LINT'))).toBe(whole)
        if (whole !== 0n) expect(value(`${whole}${'0'.repeat(zeros)}e-${zeros}`, atomic('LINT'))).toBe(whole)
      }),
    )
  })

  it('takes true, false, 0 and 1 for BOOL and nothing else', () => {
    expect(['true', 'false', '1', '0', '1.0'].map((text) => value(text, atomic('BOOL')))).toEqual([
      true,
      false,
      true,
      false,
      true,
    ])
    expect(refusal('2', atomic('BOOL'))).toBe('value 2 out of range for BOOL (false, true, 0, 1)')
    expect(refusal('"true"', atomic('BOOL'))).toBe('cannot convert string to BOOL')
    expect(refusal('null', atomic('BOOL'))).toBe('cannot convert null to BOOL')
  })

  it('refuses floats that would become infinite or zero', () => {
    expect(value('3.4028234663852886e38', atomic('REAL'))).toBe(3.4028234663852886e38)
    expect(refusal('3.5e38', atomic('REAL'))).toContain('out of range for REAL')
    expect(refusal('1e400', atomic('LREAL'))).toContain('out of range for LREAL')
    expect(refusal('1e-60', atomic('REAL'))).toContain('too small for REAL')
    expect(value('0.0', atomic('REAL'))).toBe(0)
    expect(refusal('true', atomic('REAL'))).toBe('cannot convert boolean to REAL')
  })

  it('takes strings up to the capacity, in Latin-1', () => {
    const type: DataType = { kind: 'string', name: 'STRING', capacity: 5 }
    expect(value('"Größe"', type)).toBe('Größe')
    expect(refusal('"123456"', type)).toBe('string of 6 characters does not fit STRING (at most 5)')
    expect(refusal('"Ω"', type)).toBe('cannot convert to STRING: character "Ω" is not in Latin-1')
    expect(refusal('5', type)).toBe('cannot convert number to STRING')
  })

  it('takes arrays of exactly the right length, in every dimension', () => {
    const type: DataType = { kind: 'array', of: atomic('SINT'), dims: [2, 2] }
    expect(value('[[1,2],[3,4]]', type)).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(refusal('[[1,2]]', type)).toBe('array of 1 values does not fit SINT[2,2] (exactly 2)')
    expect(refusal('[[1,2],[3,300]]', type)).toBe('element 1: element 1: value 300 out of range for SINT (-128 to 127)')
    expect(refusal('5', type)).toBe('cannot convert number to SINT[2,2]')
  })

  it('takes a structure only as a whole and with known members', () => {
    const type: DataType = {
      kind: 'struct',
      name: 'Recipe',
      members: [
        { name: 'Speed', type: atomic('INT') },
        { name: 'On', type: atomic('BOOL') },
      ],
    }
    expect(value('{"On":true,"Speed":5}', type)).toEqual({ Speed: 5, On: true })
    expect(refusal('{"Speed":5}', type)).toContain('member "On" of Recipe is missing')
    expect(refusal('{"Speed":5,"On":true,"constructor":1}', type)).toBe('Recipe has no member "constructor"')
    expect(refusal('{"Speed":70000,"On":true}', type)).toBe(
      'member "Speed": value 70000 out of range for INT (-32768 to 32767)',
    )
  })

  it('holds the configured limits, in arrays for each element', () => {
    expect(refusal('11', atomic('DINT'), { max: 10 })).toBe('value 11 is above the configured maximum 10')
    expect(refusal('-1', atomic('LINT'), { min: 0 })).toBe('value -1 is below the configured minimum 0')
    expect(value('10', atomic('DINT'), { min: 0, max: 10 })).toBe(10)
    expect(refusal('[1,11]', { kind: 'array', of: atomic('INT'), dims: [2] }, { max: 10 })).toContain('element 1')
    expect(refusal('3', atomic('DINT'), { enum: [1, 2] })).toBe('value 3 is not one of the configured values (1, 2)')
    expect(value('2', atomic('LINT'), { enum: [1, 2] })).toBe(2n)
    expect(value('"run"', { kind: 'string', name: 'STRING', capacity: 82 }, { enum: ['run', 'stop'] })).toBe('run')
  })

  it('never throws and never lets an integer out of its range through', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(...integers), (text, name) => {
        const converted = given(text, atomic(name))
        const [min, max] = integerRanges[name] as readonly [bigint, bigint]
        if (converted.ok)
          expect(BigInt(converted.value as number) >= min && BigInt(converted.value as number) <= max).toBe(true)
        else expect(converted.error.length).toBeLessThan(200)
      }),
      { numRuns: 2_000 },
    )
  })
})
