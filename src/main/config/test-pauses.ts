/** How long a job holds up everything else. */

const probeMs = 2

export interface Meanwhile<T> {
  readonly outcome: T
  /** The longest time that nothing else got its turn. */
  readonly longestMs: number
  readonly totalMs: number
}

/** Runs a job with a timer beside it that notices each pause of the event loop. */
export async function meanwhile<T>(job: () => Promise<T>): Promise<Meanwhile<T>> {
  let longestMs = 0
  const begun = performance.now()
  let last = begun
  const look = () => {
    longestMs = Math.max(longestMs, performance.now() - last - probeMs)
    last = performance.now()
  }
  const probe = setInterval(look, probeMs)
  try {
    const outcome = await job()
    look()
    return { outcome, longestMs, totalMs: performance.now() - begun }
  } finally {
    clearInterval(probe)
  }
}
