/** Waits `ms`, or until `signal` aborts; never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, Math.max(0, ms))
    signal.addEventListener('abort', done, { once: true })
  })
}

/** Resolves when `signal` aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/**
 * Does `work` with a controller of its own: it aborts with `signal`, for the same reason, and when the work has ended,
 * so that nothing goes on that the work began. Nothing is left in `signal` then: `AbortSignal.any` leaves a reference in
 * it at each call, for good where it lives as long as the gateway.
 */
export async function withController<T>(signal: AbortSignal, work: (own: AbortController) => Promise<T>): Promise<T> {
  const own = new AbortController()
  const abort = () => own.abort(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await work(own)
  } finally {
    signal.removeEventListener('abort', abort)
    own.abort(new Error('the work has ended'))
  }
}

/** The same with a signal that also aborts after `ms`, with a `TimeoutError`. */
export function withDeadline<T>(
  signal: AbortSignal,
  ms: number,
  work: (inTime: AbortSignal) => Promise<T>,
): Promise<T> {
  return withController(signal, async (own) => {
    const late = () => own.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
    const timer = setTimeout(late, Math.max(0, ms))
    try {
      return await work(own.signal)
    } finally {
      clearTimeout(timer)
    }
  })
}
