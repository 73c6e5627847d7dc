import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sameData } from './same-data.ts'

it('data is the same as its copy, and another where anything in it is another', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => sameData(value, JSON.parse(JSON.stringify(value)))))
  const value = { a: [1, { b: 'x', c: null }], d: true }
  for (const other of [
    { a: [1, { b: 'y' }], d: true },
    { a: [1, { b: 'x', c: 0 }], d: true },
    { a: [1, { b: 'x' }, 2], d: true },
    { a: { 0: 1, 1: { b: 'x' } }, d: true },
    { a: [1, { b: 'x' }] },
    { a: [1, { b: 'x' }], d: true, e: false },
    { a: [1, { b: 'x' }], d: 'true' },
  ]) {
    expect(sameData(value, other)).toBe(false)
    expect(sameData(other, value)).toBe(false)
  }
})

it('a key without a value is no key, and keys have no order', () => {
  expect(sameData({ a: 1, b: undefined, c: null }, { c: undefined, a: 1 })).toBe(true)
  expect(sameData({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true)
  expect(sameData({}, { toString: 1 })).toBe(false)
  expect(sameData(Number.NaN, Number.NaN)).toBe(true)
})
