import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { convert } from './convert.ts'
import { type AtomicType, atomicTypes, type DataType, integerRanges } from './plc.ts'
import { canonicalJson, parseJson, valueToJson } from './value.ts'
import { editorOf, editText, hexHint, parseEdited, toggled } from './value-edit.ts'

const atomic = (name: AtomicType): DataType => ({ kind: 'atomic', name })
const text20: DataType = { kind: 'string', name: 'STRING', capacity: 20 }
const integers = atomicTypes.filter((name) => integerRanges[name])
const json = (text: string, type: DataType, limits = {}) => {
  const edited = parseEdited(text, type, limits)
  return edited.ok ? edited.json : edited.why
}

describe('what is typed', () => {
  test('is taken exactly where the pipeline takes it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...atomicTypes), fc.json(), (name, text) => {
        const type = atomic(name)
        const edited = parseEdited(text, type)
        if (edited.ok) expect(convert(parseJson(edited.json), type)).toEqual({ ok: true, value: edited.value })
        else if (/^-?\d+$/.test(text)) expect(convert(parseJson(text), type).ok).toBe(false)
      }),
    )
  })

  test('comes back as it was for every value of every type', () => {
    const values = fc.constantFrom(...integers).chain((name) => {
      const [min, max] = integerRanges[name] ?? [0n, 0n]
      return fc.bigInt({ min, max }).map((value) => [atomic(name), String(value)] as const)
    })
    fc.assert(
      fc.property(values, ([type, text]) => {
        expect(json(text, type)).toBe(text)
      }),
    )
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const edited = parseEdited(editText(value, atomic('LREAL')), atomic('LREAL'))
        expect(edited.ok && edited.value).toBe(value)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aä "\\\n{'), maxLength: 20 }), (value) => {
        const edited = parseEdited(editText(value, text20), text20)
        expect(edited.ok && edited.value).toBe(value)
      }),
    )
  })

  test('may be written the way an engineer writes numbers', () => {
    expect(json(' 65 ', atomic('DINT'))).toBe('65')
    expect(json('+5', atomic('DINT'))).toBe('5')
    expect(json('007', atomic('DINT'))).toBe('7')
    expect(json('16#FF', atomic('INT'))).toBe('255')
    expect(json('0xff', atomic('USINT'))).toBe('255')
    expect(json('2#1010_0001', atomic('USINT'))).toBe('161')
    expect(json('16#FFFF', atomic('INT'))).toBe('-1')
    expect(json('16#1_0000', atomic('INT'))).toBe('value 65536 out of range for INT (-32768 to 32767)')
    expect(json('.5', atomic('REAL'))).toBe('0.5')
    expect(json('-3.', atomic('REAL'))).toBe('-3')
    expect(json('12.50', atomic('REAL'))).toBe('12.50')
    expect(json('9007199254740993', atomic('LINT'))).toBe('9007199254740993')
  })

  test('is refused in words, the pipeline’s own where it has some', () => {
    expect(json('', atomic('DINT'))).toBe('no value yet')
    expect(json('12,5', atomic('REAL'))).toBe('"12,5": the decimal point is "."')
    expect(json('abc', atomic('REAL'))).toBe('"abc" is no number')
    expect(json('7.5', atomic('DINT'))).toBe('cannot convert 7.5 to DINT: not a whole number')
    expect(json('300', atomic('SINT'))).toBe('value 300 out of range for SINT (-128 to 127)')
    expect(json('720', atomic('REAL'), { max: 95 })).toBe('value 720 is above the configured maximum 95')
    expect(json('maybe', atomic('BOOL'))).toBe('"maybe" is neither true nor false')
    expect(json('x'.repeat(21), text20)).toBe('string of 21 characters does not fit STRING (at most 20)')
    expect(json('[1,2]', { kind: 'array', of: atomic('DINT'), dims: [3] })).toBe(
      'array of 2 values does not fit DINT[3] (exactly 3)',
    )
    expect(json('[1,', { kind: 'array', of: atomic('DINT'), dims: [3] })).toMatch(/^not JSON: /)
  })

  test('is any JSON while the type is not known', () => {
    expect(parseEdited('{"a":1}', undefined)).toEqual({ ok: true, json: '{"a":1}' })
    expect(parseEdited('hello', undefined).ok).toBe(false)
  })
})

test('never makes another number of what was typed', () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(valueToJson),
    fc.integer().map(String),
  )
  fc.assert(
    fc.property(number, (text) => {
      const edited = parseEdited(text, atomic('LREAL'))
      if (edited.ok) expect(canonicalJson(parseJson(edited.json))).toBe(canonicalJson(parseJson(text)))
    }),
  )
})

describe('the editor', () => {
  test('suits the type and knows the ends of its range', () => {
    expect(editorOf(atomic('BOOL'))).toEqual({ kind: 'switch' })
    expect(editorOf(atomic('SINT'))).toEqual({ kind: 'number', whole: true, min: '-128', max: '127' })
    expect(editorOf(atomic('SINT'), { min: 0, max: 1e6 })).toEqual({
      kind: 'number',
      whole: true,
      min: '0',
      max: '127',
    })
    expect(editorOf(atomic('ULINT'))).toMatchObject({ max: '18446744073709551615' })
    expect(editorOf(atomic('REAL'), { min: 0, max: 100 })).toEqual({
      kind: 'number',
      whole: false,
      min: '0',
      max: '100',
    })
    expect(editorOf(atomic('REAL'))).toEqual({ kind: 'number', whole: false })
    expect(editorOf(text20)).toEqual({ kind: 'text', capacity: 20 })
    expect(editorOf({ kind: 'array', of: atomic('INT'), dims: [2] })).toEqual({ kind: 'json' })
    expect(editorOf(undefined)).toEqual({ kind: 'json' })
  })

  test('offers the configured values, a 64-bit one with its digits', () => {
    expect(editorOf(atomic('LINT'), { enum: [1, '9007199254740993'] })).toEqual({
      kind: 'choice',
      choices: [
        { text: '1', json: '1' },
        { text: '9007199254740993', json: '9007199254740993' },
      ],
    })
    expect(editorOf(text20, { enum: ['12'] })).toMatchObject({ choices: [{ json: '"12"' }] })
  })

  test('switches a BOOL, and shows the bits of a number', () => {
    expect(toggled('true')).toBe('false')
    expect(toggled('0')).toBe('true')
    expect(toggled('')).toBe('true')
    expect(hexHint(parseEdited('12.5', atomic('REAL')), atomic('REAL'))).toBe('16#4148_0000')
    expect(hexHint(parseEdited('true', atomic('BOOL')), atomic('BOOL'))).toBe('')
    expect(hexHint(parseEdited('x', atomic('REAL')), atomic('REAL'))).toBe('')
  })
})
