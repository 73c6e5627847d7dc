/** How long ago something was, for whoever must not take old requests for new ones. */

/** Both clocks: the monotonic one stands still in suspend (Linux), the other may be set back. */
export interface Instant {
  readonly wall: number
  readonly monotonic: number
}

/** Who can't show that a request is younger than this, ms, does not know its age (`write_max_age`). */
export const attentionMs = 2_000

export function now(): Instant {
  return { wall: Date.now(), monotonic: performance.now() }
}

/** ms since `then`, by the clock on which it is longer ago. */
export function since(then: Instant): number {
  return Math.max(Date.now() - then.wall, performance.now() - then.monotonic)
}
