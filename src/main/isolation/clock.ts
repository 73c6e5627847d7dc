/** Moments on two clocks, and how long ago they are. Pure. */
import type { ClaimTimes, Clock, EntryFacts } from './model.ts'

/** ms between two moments: the longer of both clocks, for the end of something good. */
export function longest(from: Clock, to: Clock): number {
  return Math.max(to.mono - from.mono, to.wall - from.wall)
}

/** ms on the clock that nobody sets: for the end of something bad. */
export function elapsed(from: Clock, to: Clock): number {
  return to.mono - from.mono
}

/** A wall clock may be set back by this much without doubt, in ms. */
const backMs = 1_000

/** Whether the claim on this entry may be relied on: young on both clocks, neither of which ran backwards. */
export function isFresh({ claimed, confirmed }: EntryFacts, now: Clock, times: ClaimTimes): boolean {
  if (!claimed || !confirmed) return false
  const [mono, wall] = [now.mono - confirmed.mono, now.wall - confirmed.wall]
  return mono >= 0 && mono <= times.confirmMs && wall >= -backMs && wall <= times.confirmMs
}

/** Kafka: a group that lets nobody in must not hold up the other brokers. */
export function isStuck({ claimedAt, confirmed }: EntryFacts, now: Clock, { joinMs }: ClaimTimes): boolean {
  return claimedAt !== undefined && confirmed === undefined && elapsed(claimedAt, now) > joinMs
}

/** Both clocks now. */
export function readClock(): Clock {
  return { mono: performance.now(), wall: Date.now() }
}
