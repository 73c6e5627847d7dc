import { useEffect, useRef, useState } from 'react'
import type { Listener } from '#shared/rpc'
import type { TestStep } from '#shared/site'

type Step = Extract<TestStep, { readonly kind: 'step' }>

interface Shown<T> {
  readonly steps: readonly Step[]
  readonly running: boolean
  /** Absent before the end. */
  readonly ok?: boolean
  /** Why it could not be tested at all; '' else. */
  readonly error: string
  /** What it told besides its steps: who answers. */
  readonly found?: T
}

export interface Test<T = never> extends Shown<T> {
  stop(): void
  /** `begin` subscribes with the listener it is given, and returns how to stop. */
  start(begin: (listener: Listener<T | TestStep>) => () => void): void
}

const nothing = { steps: [], running: false, error: '' } as const

/**
 * One test of a connection at a time; it ends with the screen. `subject` is all that is tested, as a text: where it
 * becomes another one the test ends and what it has found is gone, since it says nothing of what is typed now.
 */
export function useTest<T extends { readonly kind: string } = never>(subject: string): Test<T> {
  const [shown, setShown] = useState<Shown<T> & { readonly subject: string }>({ ...nothing, subject })
  const stopRef = useRef(() => {})
  const change = (next: (now: Shown<T>) => Shown<T>) =>
    setShown((now) => (now.subject === subject ? { ...next(now), subject } : now))

  function stop() {
    stopRef.current()
    stopRef.current = () => {}
    change((now) => ({ ...now, running: false }))
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: another subject ends the test of the one before
  useEffect(
    () => () => {
      stopRef.current()
      // Typed back to what it was it is a test that was broken off, and not one that goes on.
      setShown({ ...nothing, subject: '' })
    },
    [subject],
  )

  function take(item: T | TestStep) {
    if (!isTestStep(item)) return change((now) => ({ ...now, found: item }))
    if (item.kind === 'step')
      return change((now) => ({ ...now, steps: [...now.steps.filter(({ step }) => step !== item.step), item] }))
    stopRef.current()
    change((now) => ({ ...now, running: false, ok: item.ok }))
  }

  return {
    ...(shown.subject === subject ? shown : nothing),
    stop,
    start: (begin) => {
      stopRef.current()
      setShown({ ...nothing, running: true, subject })
      stopRef.current = begin({
        onItems: (items) => items.forEach(take),
        onEnd: (why) => change((now) => ({ ...now, running: false, error: why.message })),
      })
    },
  }
}

function isTestStep<T extends { readonly kind: string }>(item: T | TestStep): item is TestStep {
  return item.kind === 'step' || item.kind === 'ended'
}
