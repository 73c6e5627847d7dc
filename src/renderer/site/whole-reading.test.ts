import { expect, test, vi } from 'vitest'
import type { TagReading } from '#shared/tag'
import { withWhole } from './whole-reading.ts'

vi.mock('#renderer/api/index', () => ({ api: {} }))

const reading: TagReading = {
  plc: 'P',
  address: 'A',
  quality: 'stale',
  valueJson: '[1,2',
  cut: true,
  at: 9,
  changedAt: 9,
  error: 'no answer',
}
const whole: TagReading = { ...reading, quality: 'good', valueJson: '[1,2,3]', changedAt: 8 }

test('a value that came cut is shown whole, as good as it is now', () => {
  const { cut: _, ...uncut } = whole
  expect(withWhole(reading, uncut)).toEqual({
    plc: 'P',
    address: 'A',
    quality: 'stale',
    valueJson: '[1,2,3]',
    at: 9,
    changedAt: 8,
    error: 'no answer',
  })
  expect(withWhole(reading, whole).cut).toBe(true)
})

test('the whole of another tag, or of a value that is not cut any more, is not used', () => {
  expect(withWhole(reading, { ...whole, address: 'B' })).toBe(reading)
  expect(withWhole(reading, undefined)).toBe(reading)
  const short: TagReading = { plc: 'P', address: 'A', quality: 'good', valueJson: '1', at: 9, changedAt: 9, error: '' }
  expect(withWhole(short, whole)).toBe(short)
})
