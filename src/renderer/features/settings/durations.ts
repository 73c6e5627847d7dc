/** Durations typed by people. Pure. */
import { durationMs } from '#shared/duration'

/** What is wrong with a duration typed; undefined where nothing is. The file's own rules have the last word. */
export function durationProblem(text: string): string | undefined {
  return durationMs(text.trim()) === undefined ? 'Write it as 500ms, 2s or 1m30s.' : undefined
}
