/** What a log line looks like. Texts may hold what a broker or a PLC sent: nothing of it may act on a terminal. */
import type { LogEntry } from '#shared/log'

/** Longest text and longest line of details, in characters; the rest is counted. */
const longestText = 2_000
const longestDetail = 400
const mostDetails = 40
/** More than this is not even looked at. */
const longestInput = 64 * 1024

/** `2026-11-24T09:30:00.123Z WARN  mqtt      …`, details indented below it. */
export function lineOf({ at, level, area, text, details = [], repeated }: LogEntry): string {
  const head = `${new Date(at).toISOString()} ${level.toUpperCase().padEnd(5)} ${area.padEnd(9)} `
  const times = repeated === undefined ? '' : ` (${repeated === 1 ? 'once more' : `${repeated} times more`})`
  return `${[`${head}${text}${times}`, ...details.map((line) => `    ${line}`)].join('\n')}\n`
}

/** One line without anything that a terminal would obey or hide, not too long. `mask` takes the secrets out. */
export function safeText(text: string, mask: (text: string) => string, longest = longestText): string {
  return cut(mask(text.slice(0, longestInput)).replace(unprintable, escaped), longest, text.length - longestInput)
}

/** The stack of what was thrown and of its causes, as safe lines. */
export function detailsOf(cause: unknown, mask: (text: string) => string): readonly string[] {
  const lines: string[] = []
  for (let error = cause, depth = 0; error !== undefined && error !== null && depth < 4; depth++) {
    const text = error instanceof Error ? error.stack || `${error.name}: ${error.message}` : textOf(error)
    lines.push(...`${depth > 0 ? 'caused by ' : ''}${mask(text.slice(0, longestInput))}`.split('\n', mostDetails))
    error = error instanceof Error ? error.cause : undefined
  }
  return lines.slice(0, mostDetails).map((line) => safeText(line, (same) => same, longestDetail))
}

function textOf(thrown: unknown): string {
  try {
    return typeof thrown === 'object' ? JSON.stringify(thrown) : String(thrown)
  } catch {
    return 'something that can not be shown'
  }
}

/** Control characters and line ends; characters that hide text or turn its direction; halves of characters. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16)
  return short[character] ?? (code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u{${code}}`)
}

function cut(text: string, longest: number, unseen: number): string {
  if (text.length <= longest && unseen <= 0) return text
  // Not between the halves of one character.
  const high = text.charCodeAt(longest - 1)
  const end = high >= 0xd800 && high <= 0xdbff ? longest - 1 : longest
  return `${text.slice(0, end)}… (${text.length - end + Math.max(0, unseen)} more characters)`
}
