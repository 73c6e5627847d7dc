/**
 * Asks the cluster for a sign of life, one question at a time; also at once when `now` is called. `onDead` is called
 * once: with the error of a question, or without one where no answer came.
 */
export interface Pinging {
  now(): void
  stop(): void
}

export interface PingOptions {
  ask(): Promise<void>
  onDead(error?: unknown): void
  /** Pause between two questions, ms. */
  readonly everyMs: number
  /** Longest wait for an answer, ms. */
  readonly answerMs: number
}

export function keepPinging({ ask, onDead, everyMs, answerMs }: PingOptions): Pinging {
  let timer: NodeJS.Timeout | undefined
  let asking = false
  let stopped = false

  function question() {
    if (stopped || asking) return
    asking = true
    clearTimeout(timer)
    timer = setTimeout(() => dead(), answerMs)
    ask().then(
      () => {
        asking = false
        clearTimeout(timer)
        if (!stopped) timer = setTimeout(question, everyMs)
      },
      (error: unknown) => dead(error),
    )
  }

  function dead(error?: unknown) {
    if (stopped) return
    stop()
    onDead(error)
  }

  function stop() {
    stopped = true
    clearTimeout(timer)
  }

  timer = setTimeout(question, everyMs)
  return { now: question, stop }
}
