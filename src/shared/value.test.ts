import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, jsonToText, parseJson, sameValue, type TagValue, valueToJson } from './value.ts'

describe('value', () => {
  it('becomes JSON with every digit', () => {
    expect(valueToJson(18446744073709551615n)).toBe('18446744073709551615')
    expect(valueToJson(0.1)).toBe('0.1')
    expect(valueToJson([Number.NaN, Number.POSITIVE_INFINITY, -0, 1e21])).toBe('[null,null,-0,1e+21]')
    expect(valueToJson({ b: true, a: ['"\n', { c: -5n }] })).toBe('{"b":true,"a":["\\"\\n",{"c":-5}]}')
  })

  it('keeps JSON text as it came', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (text) => {
        expect(JSON.parse(jsonToText(parseJson(text)))).toEqual(JSON.parse(text))
      }),
    )
    expect(jsonToText(parseJson('{"a": 9007199254740993, "b": 1.50}'))).toBe('{"a":9007199254740993,"b":1.50}')
  })

  it('is the same where a reader sees no difference', () => {
    const udt: TagValue = { Level: 1.5, Name: 'x', Bits: [true, false] }
    expect(sameValue(udt, { Level: 1.5, Name: 'x', Bits: [true, false] })).toBe(true)
    expect(sameValue(udt, { Level: 1.5, Name: 'x', Bits: [true, true] })).toBe(false)
    expect(sameValue(Number.NaN, Number.NaN)).toBe(true)
    expect(sameValue([1], [1, 2])).toBe(false)
    expect(sameValue(1, 1n)).toBe(false)
    expect(sameValue({ a: 1 }, [1])).toBe(false)
  })

  it('is the same where only ignored members differ, on any level', () => {
    const ignored = new Set(['Heartbeat'])
    expect(
      sameValue({ Heartbeat: 1, In: { Heartbeat: 2, X: 3 } }, { Heartbeat: 9, In: { Heartbeat: 8, X: 3 } }, ignored),
    ).toBe(true)
    expect(sameValue({ Heartbeat: 1, X: 3 }, { Heartbeat: 1, X: 4 }, ignored)).toBe(false)
  })

  it('has one canonical JSON for equal values, and another one for different values', () => {
    const canonical = (text: string) => canonicalJson(parseJson(text))
    for (const same of ['7', '7.0', '7e0', '0.7e1', '70E-1']) expect(canonical(same)).toBe(canonical('7'))
    expect(canonical('-0')).toBe(canonical('0.00'))
    expect(canonical('{"a":1,"b":[2]}')).toBe(canonical('{"b":[2.0],"a":1}'))
    for (const other of ['8', '70', '0.7', '-7', '"7"', '[7]', 'true', '9007199254740993'])
      expect(canonical(other)).not.toBe(canonical('7'))
    expect(canonical('9007199254740993')).not.toBe(canonical('9007199254740992'))
  })
})
