/**
 * The gateway's logger. In come texts of all parts, each with its area; out go safe lines without secrets, to standard
 * error and to a file, and the newest ones to the window.
 */
import type { Log } from '#main/log'
import { type Level, type LogEntry, logAreas } from '#shared/log'
import { createMask } from './mask.ts'
import { createRepeats } from './repeats.ts'
import { fileSink, type Sink, stderrSink } from './sinks.ts'
import { detailsOf, lineOf, safeText } from './text.ts'

export interface LoggerOptions {
  /** `--log FILE` */
  readonly file?: string
  /** `--log-debug`: areas whose debug lines are written; `all` for every one. */
  readonly debug?: readonly string[]
  /** Absent: standard error. */
  readonly sink?: Sink
}

export interface Logger {
  /** The log of one area, to be passed in. */
  for(area: string): Log
  /** This text is hidden in every line from now on. */
  hide(secret: string): void
  /** Switches debug lines, for these areas and no others. */
  setDebug(areas: readonly string[]): void
  debugAreas(): readonly string[]
  /** The newest entries, oldest first. */
  recent(): readonly LogEntry[]
  /** Hears each entry as it is written. Returns how to stop. */
  onEntry(listener: (entry: LogEntry) => void): () => void
  /** Tells what was counted and writes what waits, within a second or two. */
  close(): Promise<void>
}

const mostRecent = 2_000

/** What is wrong with the areas of `--log-debug`; '' where nothing is. */
export function areasProblem(areas: readonly string[]): string {
  const known: readonly string[] = ['all', ...logAreas]
  const wrong = areas.find((area) => !known.includes(area))
  return wrong === undefined
    ? ''
    : `--log-debug: there is no area ${JSON.stringify(wrong)}. Name some of ${logAreas.join(', ')}, or all.`
}

export function createLogger(options: LoggerOptions = {}): Logger {
  const mask = createMask()
  const listeners = new Set<(entry: LogEntry) => void>()
  let debug: ReadonlySet<string> = new Set(options.debug)
  let recent: LogEntry[] = []
  const sinks: Sink[] = [options.sink ?? stderrSink()]
  const repeats = createRepeats(write)
  if (options.file !== undefined) {
    sinks.push(fileSink({ path: options.file, onProblem: (text) => add('warn', 'log', text) }))
  }

  function write(entry: LogEntry) {
    recent.push(entry)
    if (recent.length >= 2 * mostRecent) recent = recent.slice(-mostRecent)
    const line = lineOf(entry)
    for (const sink of sinks) sink.write(line)
    for (const listener of listeners) listener(entry)
  }

  function add(level: Level, area: string, raw: string, cause?: unknown) {
    const text = safeText(raw, mask.apply)
    const details = cause === undefined ? [] : detailsOf(cause, mask.apply)
    const entry: LogEntry = { at: Date.now(), level, area, text, ...(details.length > 0 ? { details } : {}) }
    // Debug lines tell an order of events: there, a line left out would mislead.
    if (level === 'debug' || !repeats.isRepeat(entry)) write(entry)
  }

  return {
    for: (area) => ({
      debug: (text) => {
        if (debug.has(area) || debug.has('all')) add('debug', area, text())
      },
      info: (text) => add('info', area, text),
      warn: (text) => add('warn', area, text),
      error: (text, cause) => add('error', area, text, cause),
    }),
    hide: mask.add,
    setDebug: (areas) => {
      debug = new Set(areas)
    },
    debugAreas: () => [...debug],
    recent: () => recent.slice(-mostRecent),
    onEntry: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {
      repeats.close()
      await Promise.all(sinks.map((sink) => sink.close()))
    },
  }
}
