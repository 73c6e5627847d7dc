/**
 * Runs `work` with a signal that aborts when `signal` does, and after `ms`. Nothing stays at `signal`, which may live as
 * long as the gateway: `AbortSignal.any` would leave an entry there at every call, for good.
 */
export async function within<T>(
  signal: AbortSignal,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController()
  const aborted = () => ended.abort(signal.reason)
  if (signal.aborted) aborted()
  const timer = setTimeout(() => ended.abort(new Error('time ran out')), ms)
  signal.addEventListener('abort', aborted, { once: true })
  try {
    return await work(ended.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', aborted)
  }
}
