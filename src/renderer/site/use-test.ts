import { useEffect, useRef, useState } from 'react'
import type { Listener } from '#shared/rpc'
import type { TestStep } from '#shared/site'

type Step = Extract<TestStep, { readonly kind: 'step' }>

export interface Test {
  readonly steps: readonly Step[]
  readonly running: boolean
  /** Absent before the end. */
  readonly ok?: boolean
  /** Why it could not be tested at all; '' else. */
  readonly error: string
  stop(): void
  /** `begin` subscribes with the listener it is given, and returns how to stop. Other items than steps go to `onOther`. */
  start<T extends { readonly kind: string }>(
    begin: (listener: Listener<T | TestStep>) => () => void,
    onOther?: (item: T) => void,
  ): void
}

interface Shown {
  readonly steps: readonly Step[]
  readonly running: boolean
  readonly ok?: boolean
  readonly error: string
}

const nothing: Shown = { steps: [], running: false, error: '' }

/** One test of a connection at a time; it ends with the screen. */
export function useTest(): Test {
  const [shown, setShown] = useState<Shown>(nothing)
  const stopRef = useRef(() => {})
  useEffect(() => () => stopRef.current(), [])

  function stop() {
    stopRef.current()
    stopRef.current = () => {}
    setShown((now) => ({ ...now, running: false }))
  }

  function take(item: TestStep) {
    if (item.kind === 'ended') {
      stopRef.current()
      return setShown((now) => ({ ...now, running: false, ok: item.ok }))
    }
    setShown((now) => ({ ...now, steps: [...now.steps.filter(({ step }) => step !== item.step), item] }))
  }

  return {
    ...shown,
    stop,
    start: (begin, onOther) => {
      stopRef.current()
      setShown({ ...nothing, running: true })
      stopRef.current = begin({
        onItems: (items) => {
          for (const item of items) {
            if (isTestStep(item)) take(item)
            else onOther?.(item)
          }
        },
        onEnd: (why) => setShown((now) => ({ ...now, running: false, error: why.message })),
      })
    },
  }
}

function isTestStep<T extends { readonly kind: string }>(item: T | TestStep): item is TestStep {
  return item.kind === 'step' || item.kind === 'ended'
}
