import type { LogEntry } from '#shared/log'

export interface Repeats {
  /** True where the same line was written within the last minute: it is counted, and the count told at the minute's end. */
  isRepeat(entry: LogEntry): boolean
  /** Tells what has been counted so far. */
  close(): void
}

/** How long the same line is counted instead of written, in ms. */
const windowMs = 60_000
/** Different lines remembered at once. */
const mostLines = 500

/** Counts lines that say the same again. `tell` gets one line a minute for each, with its count. */
export function createRepeats(tell: (entry: LogEntry) => void): Repeats {
  const lines = new Map<string, { entry: LogEntry; count: number; until: number }>()
  let timer: NodeJS.Timeout | undefined

  function settle(key: string, now: number) {
    const line = lines.get(key)
    if (!line) return
    lines.delete(key)
    if (line.count === 0) return
    const { details: _details, ...entry } = line.entry
    tell({ ...entry, at: Date.now(), repeated: line.count })
    // Still going on: counted for another minute.
    lines.set(key, { ...line, count: 0, until: now + windowMs })
  }

  /** All wait equally long, so the first line is always the first due. */
  function schedule() {
    if (timer) return
    const [first] = lines.values()
    if (!first) return
    timer = setTimeout(look, Math.max(1, first.until - performance.now()))
    timer.unref()
  }

  function look() {
    timer = undefined
    const now = performance.now()
    for (const [key, { until }] of [...lines]) {
      if (until > now) break
      settle(key, now)
    }
    schedule()
  }

  return {
    isRepeat: (entry) => {
      const key = `${entry.level} ${entry.area} ${entry.text}`
      const line = lines.get(key)
      if (line) {
        line.count++
        return true
      }
      if (lines.size >= mostLines) {
        const [oldest = ''] = lines.keys()
        settle(oldest, performance.now())
        lines.delete(oldest)
      }
      lines.set(key, { entry, count: 0, until: performance.now() + windowMs })
      schedule()
      return false
    },
    close: () => {
      clearTimeout(timer)
      timer = undefined
      for (const key of [...lines.keys()]) settle(key, 0)
      lines.clear()
    },
  }
}
