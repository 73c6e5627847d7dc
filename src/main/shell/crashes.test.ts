import { expect, test } from 'vitest'
import { createCrashCount } from './crashes.ts'

test('three crashes within a minute are recovered from, the fourth is told; later ones count anew', () => {
  let time = 0
  const crashes = createCrashCount(3, 60_000, () => time)
  const tries = () => {
    time += 1_000
    return crashes.worthATry()
  }
  expect([tries(), tries(), tries(), tries()]).toEqual([true, true, true, false])
  time += 60_000
  expect(tries()).toBe(true)
})
