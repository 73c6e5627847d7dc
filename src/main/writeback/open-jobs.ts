/** Requests between their arrival and their answer, by entry: an entry that stops waits for its own. */
import { type EntryId, entryText } from '#shared/broker'
import type { Job } from './job.ts'

export interface OpenJobs {
  add(job: Job): void
  delete(job: Job): void
  /** Resolves when none of this entry is left, or after `ms`. */
  settled(entry: EntryId, ms: number): Promise<void>
}

/** A request that was never acknowledged is forgotten after this long, in ms: no request lives longer. */
const longestMs = 15 * 60_000

export function createOpenJobs(): OpenJobs {
  const open = new Set<Job>()
  const waiting = new Set<() => void>()

  function isIdle(entry: EntryId): boolean {
    const text = entryText(entry)
    for (const job of open) if (entryText(job.entry.id) === text) return false
    return true
  }

  function forgetOld() {
    const before = Date.now() - longestMs
    for (const job of open) {
      if (job.arrival.at > before) return
      open.delete(job)
    }
  }

  return {
    add: (job) => {
      forgetOld()
      open.add(job)
    },
    delete: (job) => {
      open.delete(job)
      for (const look of waiting) look()
    },
    settled: (entry, ms) =>
      new Promise((resolve) => {
        if (isIdle(entry)) return resolve()
        const done = () => {
          clearTimeout(timer)
          waiting.delete(look)
          resolve()
        }
        const look = () => isIdle(entry) && done()
        const timer = setTimeout(done, ms)
        waiting.add(look)
      }),
  }
}
