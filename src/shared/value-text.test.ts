import fc from 'fast-check'
import { expect, test } from 'vitest'
import { atomicTypes, integerRanges } from './plc.ts'
import { parseWhole, radixText, stringBytes } from './value-text.ts'

test('shows all bits of a type, negative numbers in two’s complement', () => {
  expect(radixText(12.5, 'REAL', 'hex')).toBe('16#4148_0000')
  expect(radixText(-1, 'INT', 'hex')).toBe('16#FFFF')
  expect(radixText(161, 'SINT', 'hex')).toBeUndefined()
  expect(radixText(-95, 'SINT', 'binary')).toBe('2#1010_0001')
  expect(radixText(8, 'USINT', 'octal')).toBe('8#010')
  expect(radixText(-1n, 'LINT', 'hex')).toBe('16#FFFF_FFFF_FFFF_FFFF')
  expect(radixText(true, 'BOOL', 'binary')).toBe('2#1')
  expect(radixText(Number.NaN, 'REAL', 'hex')).toBe('16#7FC0_0000')
  expect(radixText(1, 'LREAL', 'hex')).toBe('16#3FF0_0000_0000_0000')
  expect(radixText(-0, 'REAL', 'decimal')).toBe('-0')
  expect(radixText('text', 'DINT', 'hex')).toBeUndefined()
})

test('a whole number is read back from every radix it is shown in', () => {
  const integers = atomicTypes.filter((name) => integerRanges[name])
  const values = fc.constantFrom(...integers).chain((name) => {
    const [min, max] = integerRanges[name] ?? [0n, 0n]
    return fc.bigInt({ min, max }).map((value) => [name, value] as const)
  })
  fc.assert(
    fc.property(values, fc.constantFrom('hex', 'binary', 'octal'), ([name, value], radix) => {
      const text = radixText(value, name, radix) ?? ''
      const [min, max] = integerRanges[name] ?? [0n, 0n]
      const bits = parseWhole(text) ?? -1n
      expect(bits > max ? bits - (max - min + 1n) : bits).toBe(value)
    }),
  )
})

test('a radix number without digits of that radix is none', () => {
  for (const text of ['', '16#', '2#12', '8#9', '0xG', '1_', '_1', '16#-1', '1.5'])
    expect(parseWhole(text)).toBeUndefined()
  expect(parseWhole('1_000')).toBe(1000n)
})

test('shows a string byte by byte', () => {
  expect(stringBytes('Hi\r')).toBe('48 69 0D')
  expect(stringBytes('é')).toBe('E9')
  expect(stringBytes('')).toBe('')
})
