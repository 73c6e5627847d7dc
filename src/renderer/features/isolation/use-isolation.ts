/** What the isolation screen knows: the claim (told), pins and other sites (asked now and then), and the run. */
import { useCallback, useEffect, useState } from 'react'
import { api } from '#renderer/api/index'
import { useClaim } from '#renderer/site/site'
import { showToast } from '#renderer/ui/live'
import type { IsolationStatus, Outcome } from '#shared/contract/isolation'
import type { ClaimStatus } from '#shared/isolation'
import type { RunState } from '#shared/isolation-run'

const everyMs = 3_000

export interface Isolation {
  readonly claim: ClaimStatus | undefined
  readonly status: IsolationStatus | undefined
  readonly run: RunState
  /** Why it is not known; '' else. */
  readonly error: string
  /** Asks for the status again. */
  refresh(): void
}

export function useIsolation(): Isolation {
  const claim = useClaim()
  const [status, setStatus] = useState<IsolationStatus>()
  const [run, setRun] = useState<RunState>({ kind: 'none' })
  const [error, setError] = useState('')
  const [round, setRound] = useState(0)
  const kind = claim?.gateway.kind
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the claim changes, and when wanted
  useEffect(() => {
    const over = new AbortController()
    const ask = () =>
      api.call('isolation.status', {}, { signal: over.signal }).then(
        (next) => {
          setStatus(next)
          setError('')
        },
        (why: unknown) => {
          if (!over.signal.aborted) setError(textOf(why))
        },
      )
    void ask()
    const timer = setInterval(() => void ask(), everyMs)
    return () => {
      clearInterval(timer)
      over.abort()
    }
  }, [kind, round])
  useEffect(
    () =>
      api.subscribe(
        'isolation.progress',
        {},
        {
          onItems: (items) => {
            const newest = items.at(-1)
            if (newest) setRun(newest)
          },
          onEnd: (why) => setError(why.message),
        },
      ),
    [],
  )
  return {
    claim: claim ?? status?.claim,
    status,
    run,
    error,
    refresh: useCallback(() => setRound((now) => now + 1), []),
  }
}

/** Asks for something and says why it was not done. True where it was. */
export async function ask(work: Promise<Outcome>): Promise<boolean> {
  try {
    const outcome = await work
    if (!outcome.ok) showToast({ tone: 'bad', text: outcome.error })
    return outcome.ok
  } catch (error) {
    showToast({ tone: 'bad', text: textOf(error) })
    return false
  }
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
