/**
 * When the application ends. Closing the window ends it unless it keeps running in the background; while writes are armed
 * the user is asked first; and it ends only after the gateway has, so that brokers hear of it.
 */
export interface EndingOptions {
  keepRunning(): boolean
  armed(): boolean
  /** Asks whether to end although writes are armed. */
  confirm(): Promise<boolean>
  hide(): void
  /** Stops the gateway in good order. */
  stop(): Promise<void>
  exit(code: number): void
}

export interface Ending {
  /** The window is about to be closed. True where it may be. */
  mayClose(): boolean
  /** The user wants to quit. Asks where it must. */
  request(): void
  /** Ends without a question: nobody is there to answer, or it must be now. */
  now(code?: number): void
  ending(): boolean
}

/** Longer than the gateway takes to end in good order. */
const longestStopMs = 4_000

export function createEnding({ keepRunning, armed, confirm, hide, stop, exit }: EndingOptions): Ending {
  let stage: 'running' | 'asking' | 'ending' = 'running'

  function now(code = 0) {
    if (stage === 'ending') return
    stage = 'ending'
    hide()
    const limit = new Promise((resolve) => setTimeout(resolve, longestStopMs))
    void Promise.race([stop(), limit]).then(
      () => exit(code),
      () => exit(1),
    )
  }
  function request() {
    if (stage !== 'running') return
    if (!armed()) return now()
    stage = 'asking'
    void confirm().then(
      (yes) => {
        if (stage !== 'asking') return
        stage = 'running'
        if (yes) now()
      },
      () => {
        stage = 'running'
      },
    )
  }
  return {
    mayClose: () => {
      if (stage === 'ending') return true
      if (keepRunning()) hide()
      else request()
      return false
    },
    request,
    now,
    ending: () => stage === 'ending',
  }
}
