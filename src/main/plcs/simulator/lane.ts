/** A queue whose jobs take time: one after the other, as a controller works through the packets of one connection. */

export interface Lane {
  /** Puts a job at the end. False where the queue is full: the job is not taken. */
  submit(job: () => void): boolean
  /** Forgets what waits. */
  stop(): void
}

/** Packets that may wait on one connection; a client should have one. */
const longest = 256

/** `takesMs` is asked for each job; a job that takes no time is done at once if none waits before it. */
export function createLane(takesMs: () => number): Lane {
  const waiting: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined
  let freeAt = 0

  const runFirst = () => {
    timer = undefined
    waiting.shift()?.()
    schedule()
  }
  const schedule = () => {
    if (timer || waiting.length === 0) return
    const now = performance.now()
    freeAt = Math.max(freeAt, now) + takesMs()
    timer = setTimeout(runFirst, Math.round(freeAt - now))
  }

  return {
    submit: (job) => {
      if (waiting.length >= longest) return false
      if (waiting.length === 0 && !timer && takesMs() === 0) {
        job()
        return true
      }
      waiting.push(job)
      schedule()
      return true
    },
    stop: () => {
      clearTimeout(timer)
      timer = undefined
      waiting.length = 0
    },
  }
}
