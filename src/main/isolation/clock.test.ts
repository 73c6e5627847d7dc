import { expect, test } from 'vitest'
import { isFresh } from './clock.ts'
import { claimTimes, type EntryFacts } from './model.ts'

const confirmed = { mono: 50_000, wall: 1_700_000_000_000 }
const facts: EntryFacts = {
  connected: true,
  looked: true,
  claimed: true,
  confirmed,
  releasing: false,
  rivals: [],
  noted: false,
  lateHealth: false,
}
const fresh = (mono: number, wall: number, more: Partial<EntryFacts> = {}) =>
  isFresh({ ...facts, ...more }, { mono: confirmed.mono + mono, wall: confirmed.wall + wall }, claimTimes)

test.each([
  ['just confirmed', 0, 0, true],
  ['both at the limit', 10_000, 10_000, true],
  ['the wall clock a little back, as a time server sets it', 1_000, -1_000, true],
  ['suspended: the wall clock went on alone', 1_000, 11_000, false],
  ['the wall clock stood still', 11_000, 1_000, false],
  ['a ms too old on one', 10_001, 10_000, false],
  ['a ms too old on the other', 10_000, 10_001, false],
  ['the wall clock set back', 1_000, -2_000, false],
  ['the other clock ran backwards', -1, 0, false],
])('a claim is good only while both clocks say so: %s', (_title, mono, wall, good) => {
  expect(fresh(mono, wall)).toBe(good)
})

test('a claim that nobody confirmed, or that was given up, is never good', () => {
  expect(fresh(0, 0, { claimed: false })).toBe(false)
  const { confirmed: _confirmed, ...never } = facts
  expect(isFresh(never, confirmed, claimTimes)).toBe(false)
})
