/**
 * The writes of one PLC: executed one at a time, in the order of arrival, nothing merged. PLCs do not wait for each
 * other. Each entry ends exactly once.
 */

export interface QueuedWrite {
  /** ms since the epoch after which nothing is sent any more. */
  readonly deadline: number
  /** Executes it; resolves in all cases. Called at most once, never after `expire`. */
  run(): Promise<void>
  /** Time ran out before its turn came. */
  expire(): void
}

export interface WriteQueue {
  hasRoom(): boolean
  push(write: QueuedWrite): void
  waiting(): number
  /** Expires all that wait, and resolves when the one under way has ended. */
  close(): Promise<void>
}

/** Most writes that wait for one PLC. */
export const queueLimit = 100

export function createWriteQueue(): WriteQueue {
  const waiting = new Map<QueuedWrite, NodeJS.Timeout>()
  let running: Promise<void> | undefined

  async function drain() {
    for (const [write, timer] of waiting) {
      // A Map keeps the order of insertion, and shows what is added while it is walked.
      clearTimeout(timer)
      waiting.delete(write)
      await write.run()
    }
  }

  function start() {
    running ??= drain().finally(() => {
      running = undefined
      if (waiting.size > 0) start()
    })
  }

  function expire(write: QueuedWrite) {
    if (waiting.delete(write)) write.expire()
  }

  return {
    hasRoom: () => waiting.size < queueLimit,
    waiting: () => waiting.size,
    push: (write) => {
      waiting.set(
        write,
        setTimeout(() => expire(write), Math.max(0, write.deadline - Date.now())),
      )
      start()
    },
    close: async () => {
      for (const [write, timer] of waiting) {
        clearTimeout(timer)
        expire(write)
      }
      while (running !== undefined) await running
    },
  }
}
