export type Level = 'debug' | 'info' | 'warn' | 'error'

/** One line of the log, safe to show: no control characters, no secrets. */
export interface LogEntry {
  /** ms since the epoch */
  readonly at: number
  readonly level: Level
  readonly area: string
  readonly text: string
  /** Stack of the cause, line by line. */
  readonly details?: readonly string[]
  /** The line came so often since it was last written. */
  readonly repeated?: number
}

/** Areas whose debug lines can be switched on. */
export const logAreas = ['mqtt', 'valkey', 'kafka', 'logix', 'writeback', 'tags', 'gateway', 'isolation'] as const
export type LogArea = (typeof logAreas)[number]
