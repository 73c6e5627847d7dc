import fc from 'fast-check'
import { expect, test } from 'vitest'
import { durationMs, durationText } from './duration.ts'

test('the text of a duration is read back', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e9 }), (ms) => durationMs(durationText(ms)) === ms))
  expect(durationText(90_000)).toBe('1m30s')
  expect(durationText(250)).toBe('250ms')
})

test('a number alone, and units out of order, are none', () => {
  for (const text of ['', '5', '1s1m', '-1s', '1 s', '1d']) expect(durationMs(text), text).toBeUndefined()
  expect(durationMs('0.5s')).toBe(500)
})
