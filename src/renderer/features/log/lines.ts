/** Log lines as the screen shows them. Pure. */

import { utcDateTime, utcTimeMs } from '#renderer/ui/times'
import type { Level, LogEntry } from '#shared/log'

export const mostLines = 5_000

/** A line with a number of its own, so that the list can tell two equal ones apart. */
export interface Line extends LogEntry {
  readonly key: number
}

export function withLines(now: readonly Line[], items: readonly LogEntry[]): readonly Line[] {
  let key = now.at(-1)?.key ?? 0
  const next = [...now, ...items.map((item) => ({ ...item, key: ++key }))]
  return next.length > mostLines ? next.slice(-mostLines) : next
}

const ranks: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

export function filtered(lines: readonly Line[], least: Level, text: string): readonly Line[] {
  const wanted = text.toLowerCase()
  return lines.filter(
    (line) =>
      ranks[line.level] >= ranks[least] &&
      (wanted === '' || line.text.toLowerCase().includes(wanted) || line.area.toLowerCase().includes(wanted)),
  )
}

/** As it goes to the clipboard: one line, then its details. */
export function lineText({ at, level, area, text, details = [], repeated }: LogEntry): string {
  const times = repeated ? ` (${repeated === 1 ? 'once' : `${repeated} times`} before)` : ''
  const head = `${utcDateTime(at).slice(0, 10)}T${utcTimeMs(at)}Z ${level.padEnd(5)} ${area}: ${text}${times}`
  return [head, ...details.map((detail) => `    ${detail}`)].join('\n')
}
