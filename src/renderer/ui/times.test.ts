import { expect, test } from 'vitest'
import { bytesText, msText, spanText, utcDateTime, utcShort, utcTimeMs } from './times.ts'

const at = Date.parse('2026-03-17T14:31:47.802Z')

test('moments are UTC, whatever the computer is set to', () => {
  expect(utcTimeMs(at)).toBe('14:31:47.802')
  expect(utcDateTime(at)).toBe('2026-03-17 14:31:47')
  expect(utcShort(at, at + 1_000)).toBe('14:31:47')
  expect(utcShort(at, at + 86_400_000)).toBe('03-17 14:31')
})

test('a span has one figure and its unit, and is never negative', () => {
  expect([300, 9_900, 48_000, 89_000, 180_000, 7_200_000, 432_000_000].map(spanText)).toEqual([
    '0.3 s',
    '9.9 s',
    '48 s',
    '89 s',
    '3 min',
    '2 h',
    '5 d',
  ])
  expect(spanText(-5)).toBe('0.0 s')
  expect(msText(32.44)).toBe('32.4')
})

test('sizes are written out while they are small', () => {
  expect([1, 95, 1_204, 12_400, 2_500_000].map(bytesText)).toEqual([
    '1 byte',
    '95 bytes',
    '1,204 bytes',
    '12.4 KB',
    '2.5 MB',
  ])
})
