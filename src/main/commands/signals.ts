/**
 * Ends a command on SIGINT or SIGTERM: `stop` is called once and has `limitMs`; a second signal ends at once. Resolves
 * with the exit code. The conventional code of a signal is only used where the end was not a good one.
 */
export function untilSignalled(
  stop: () => Promise<void>,
  say: (text: string) => void,
  limitMs = 3_000,
): Promise<number> {
  const { signal } = listenForSignals()
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      say(`${(signal.reason as Error).message}: ending; a second one ends at once`)
      const timer = setTimeout(() => {
        say(`not ended within ${limitMs / 1000} s: given up`)
        process.exit(1)
      }, limitMs)
      stop().then(
        () => {
          clearTimeout(timer)
          resolve(0)
        },
        (error: unknown) => {
          clearTimeout(timer)
          say(`the end failed: ${String(error)}`)
          resolve(1)
        },
      )
    })
  })
}

/**
 * Tells of the first SIGINT or SIGTERM (the message of the reason is its name); a second one ends the process at once.
 * `close` gives the signals back.
 */
export function listenForSignals(): { readonly signal: AbortSignal; close(): void } {
  const ending = new AbortController()
  const onSignal = (name: NodeJS.Signals) => {
    if (ending.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143)
    ending.abort(new Error(name))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: ending.signal,
    close: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
