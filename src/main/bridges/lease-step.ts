/** One question of a lease to its broker: bounded in time, and given up when the connection ends or the caller says so. */
import { asError } from '#main/link'
import { leaseStepMs } from './lease.ts'

/** Why a step has no answer; `refused` carries the broker's own error. */
export type StepFailure =
  | { readonly kind: 'late' | 'given-up' }
  | { readonly kind: 'over'; readonly error: Error }
  | { readonly kind: 'refused'; readonly error: Error }

export interface StepLimits {
  /** The caller's. */
  readonly signal: AbortSignal
  /** Aborts with the end of the connection or of the lease. */
  readonly over: AbortSignal
  /** ms; absent: `leaseStepMs`. */
  readonly ms?: number
}

/** The work's result, or what `failed` makes of its failure. Never rejects. What the work does later is ignored. */
export function leaseStep<T, F>(
  { signal, over, ms = leaseStepMs }: StepLimits,
  work: () => Promise<T>,
  failed: (failure: StepFailure) => F,
): Promise<T | F> {
  return new Promise((resolve) => {
    const done = (result: T | F) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      over.removeEventListener('abort', onOver)
      resolve(result)
    }
    const onAbort = () => done(failed({ kind: 'given-up' }))
    const onOver = () => done(failed({ kind: 'over', error: asError(over.reason) }))
    const timer = setTimeout(() => done(failed({ kind: 'late' })), ms)
    if (over.aborted) return onOver()
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    over.addEventListener('abort', onOver, { once: true })
    work().then(done, (error: unknown) =>
      over.aborted ? onOver() : done(failed({ kind: 'refused', error: asError(error) })),
    )
  })
}
