import { expect, test } from 'vitest'
import type { TagReading } from '#shared/tag'
import { createHistories, trendSummary, withReading } from './history.ts'

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
  const gone = withReading(points, reading('9', 56_000, { quality: 'stale', at: 57_000 }), 100_000)
  expect(trendSummary(gone, 118_000)).toBeUndefined()
})

test('what is stale or bad ends the line, and what is read after it begins a new one', () => {
  let points = withReading([], reading('1', 50_000), 50_000)
  points = withReading(points, reading('1', 50_000, { quality: 'stale', at: 52_000 }), 60_000)
  expect(points.at(-1)).toEqual({ at: 52_000, value: null })
  points = withReading(points, reading('1', 50_000, { quality: 'bad', at: 0 }), 61_000)
  expect(points).toHaveLength(2)
  // It held the same value before; whether it did meanwhile nobody knows.
  points = withReading(points, reading('1', 50_000, { at: 65_000 }), 65_000)
  expect(points.at(-1)).toEqual({ at: 65_000, value: 1 })
  expect(trendSummary(points, 66_000)).toEqual({ min: 1, max: 1, changes: 0 })
})

test('what was seen before the detail was opened is there; where the last watcher goes, the line ends', () => {
  const histories = createHistories()
  histories.begin(['A'])
  histories.see('A', reading('1', 1_000), 1_000)
  histories.begin(['A'])
  histories.end(['A'], 2_000)
  expect(histories.get('A')).toEqual([{ at: 1_000, value: 1 }])
  histories.end(['A'], 3_000)
  expect(histories.get('A').at(-1)).toEqual({ at: 3_000, value: null })
})

test('histories of as many tags as are watched are kept, the oldest leave', () => {
  const histories = createHistories()
  for (let i = 0; i < 501; i++) histories.see(`T${i}`, reading('1', 1_000), 1_000)
  expect(histories.get('T0')).toEqual([])
  expect(histories.get('T500')).toHaveLength(1)
})
