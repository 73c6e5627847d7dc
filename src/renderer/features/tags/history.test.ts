import { expect, test } from 'vitest'
import type { TagReading } from '#shared/tag'
import { trendSummary, withReading } from './history.ts'

const reading = (valueJson: string, changedAt: number, more: Partial<TagReading> = {}): TagReading => ({
  plc: 'P',
  address: 'A',
  quality: 'good',
  valueJson,
  at: changedAt,
  changedAt,
  error: '',
  ...more,
})

test('only changes are points, and what is older than a minute leaves but for the value that holds', () => {
  let points = withReading([], reading('1', 0), 1_000)
  points = withReading(points, reading('1', 0), 2_000)
  points = withReading(points, reading('2', 5_000), 5_000)
  points = withReading(points, reading('3', 70_000), 70_000)
  points = withReading(points, reading('4', 71_000), 71_000)
  expect(points.map(({ value }) => value)).toEqual([2, 3, 4])
})

test('BOOLs are steps between 0 and 1; stale values and texts are no points', () => {
  expect(withReading([], reading('true', 5), 10)).toMatchObject([{ value: 1 }])
  expect(withReading([], reading('7', 5, { quality: 'stale' }), 10)).toEqual([])
  expect(withReading([], reading('"x"', 5), 10)).toEqual([])
})

test('the summary counts what changed within the minute', () => {
  let points = withReading([], reading('10', 0), 50_000)
  points = withReading(points, reading('12', 55_000), 55_000)
  points = withReading(points, reading('9', 56_000), 56_000)
  expect(trendSummary(points, 100_000)).toEqual({ min: 9, max: 12, changes: 2 })
  expect(trendSummary([], 0)).toBeUndefined()
})
