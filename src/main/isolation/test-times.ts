import { type ClaimTimes, claimTimes } from './model.ts'

/** The claim's times, so many times shorter: tests can't wait half a minute for each start. */
export function shorterTimes(by: number): ClaimTimes {
  return {
    beatMs: claimTimes.beatMs / by,
    confirmMs: claimTimes.confirmMs / by,
    lifeMs: claimTimes.lifeMs / by,
    graceMs: claimTimes.graceMs / by,
    shortMs: claimTimes.shortMs / by,
    longMs: claimTimes.longMs / by,
    quietMs: claimTimes.quietMs / by,
    echoMs: claimTimes.echoMs / by,
    absentMs: claimTimes.absentMs / by,
    predecessorMs: claimTimes.predecessorMs / by,
    joinMs: claimTimes.joinMs / by,
  }
}
