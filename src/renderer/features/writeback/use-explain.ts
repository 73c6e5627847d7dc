import { useEffect, useState } from 'react'
import { api } from '#renderer/api/index'
import type { Service } from '#shared/broker'
import type { ExplainedStep } from '#shared/write'
import { textOf } from './tag-list.ts'

export interface Explained {
  readonly steps: readonly ExplainedStep[]
  /** Asked again: what is shown is of the text before. */
  readonly stale: boolean
  /** Why nothing is known; '' else. */
  readonly error: string
}

export interface Question {
  readonly service: Service
  readonly address: string
  readonly payload: string
  readonly retained: boolean
}

const nothing: Explained = { steps: [], stale: false, error: '' }
/** A pause in typing. */
const pauseMs = 120

/** What would become of a request, asked while one types. `anew`: whatever changes the answer (write mode, configuration). */
export function useExplain(question: Question | undefined, anew: string): Explained {
  const [explained, setExplained] = useState<Explained>(nothing)
  const text = question ? JSON.stringify(question) : ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: `anew` asks the same again
  useEffect(() => {
    if (text === '') return setExplained(nothing)
    const over = new AbortController()
    setExplained((now) => ({ ...now, stale: true }))
    const asked = JSON.parse(text) as Question
    const timer = setTimeout(() => {
      api.call('writeback.explain', asked, { signal: over.signal }).then(
        (steps) => setExplained({ steps, stale: false, error: '' }),
        (error: unknown) => {
          if (!over.signal.aborted) setExplained({ steps: [], stale: false, error: textOf(error) })
        },
      )
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      over.abort()
    }
  }, [text, anew])
  return explained
}
