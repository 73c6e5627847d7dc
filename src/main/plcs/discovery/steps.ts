import type { DiscoveryStep } from '#shared/discovery'

/** Steps on their way from the searches to who asked. */
export interface Steps {
  /** Of progress, only the newest waits. */
  push(step: DiscoveryStep): void
  /** No more will come; `error` is thrown to the reader. */
  end(error?: Error): void
  all(): AsyncGenerator<DiscoveryStep, void, void>
}

/** A queue that is bounded by the devices there are: a slow reader misses progress, not devices. */
export function stepQueue(): Steps {
  const waiting: DiscoveryStep[] = []
  let progress: DiscoveryStep | undefined
  let ended = false
  let failure: Error | undefined
  let wake = () => {}
  return {
    push: (step) => {
      if (ended) return
      if (step.kind === 'progress') progress = step
      else waiting.push(step)
      wake()
    },
    end: (error) => {
      ended = true
      failure ??= error
      wake()
    },
    all: async function* () {
      for (;;) {
        const step = waiting.shift() ?? progress
        if (step === progress) progress = undefined
        if (step) yield step
        else if (failure) throw failure
        else if (ended) return
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
}
