import { expect, test } from 'vitest'
import { ageText, timeText, valueParts } from './format.ts'

test('numbers come apart at their decimal point, everything else stays whole', () => {
  expect(valueParts('-12.47')).toMatchObject({ whole: '-12', fraction: '.47' })
  expect(valueParts('48210339117')).toMatchObject({ whole: '48210339117', fraction: '' })
  expect(valueParts('1.5e-7')).toMatchObject({ whole: '1.5e-7', fraction: '', isNumber: true })
  expect(valueParts('"a.b"')).toMatchObject({ whole: '"a.b"', isNumber: false })
})

test('ages get coarser as they grow, and a clock that runs ahead gives no negative one', () => {
  expect([300, 48_200, 600_000, 9_000_000, 400_000_000, -5].map(ageText)).toEqual([
    '0.3 s',
    '48 s',
    '10 min',
    '2 h',
    '4 d',
    '0.0 s',
  ])
})

test('times are UTC, with their day where it is another one', () => {
  const now = Date.UTC(2026, 2, 17, 14, 32, 7)
  expect(timeText(Date.UTC(2026, 2, 17, 14, 32, 4, 311), now)).toBe('14:32:04.311')
  expect(timeText(Date.UTC(2026, 2, 16, 22, 10), now)).toBe('03-16 22:10')
  expect(timeText(0, now)).toBe('')
})
