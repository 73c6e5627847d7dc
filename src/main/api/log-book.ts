import type { Log } from '#main/log'
import type { LogEntry } from '#shared/log'

/** The logger, as far as the window sees it. */
export interface LogBook {
  for(area: string): Log
  /** The newest entries, oldest first. */
  recent(): readonly LogEntry[]
  onEntry(listener: (entry: LogEntry) => void): () => void
  debugAreas(): readonly string[]
  setDebug(areas: readonly string[]): void
}
