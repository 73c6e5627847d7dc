import { expect, test } from 'vitest'
import { trendLine } from './trend-line.ts'

test('a value holds up to now', () => {
  expect(trendLine([{ at: 1, value: 5 }], 9)).toEqual([
    { at: 1, value: 5 },
    { at: 9, value: 5 },
  ])
  expect(trendLine([], 9)).toEqual([])
})

test('a value that is not known to hold ends where it was known last', () => {
  const points = [
    { at: 1, value: 5 },
    { at: 3, value: null },
  ]
  expect(trendLine(points, 9)).toEqual([
    { at: 1, value: 5 },
    { at: 3, value: 5 },
    { at: 3, value: null },
  ])
})
