/** The result as a table of docs/isolation.md, between its markers. */
import type { CheckNumber } from '#shared/isolation-run'

export interface Row {
  readonly protection: string
  readonly broken: string
  /** Checks that failed, because of the mutation. */
  readonly failed: readonly CheckNumber[]
  /** What the first of them said. */
  readonly evidence: string
}

const begin = '<!-- mutations: written by npm run mutations -->'
const end = '<!-- end of mutations -->'

/** Throws where the markers are missing. */
export function withTable(document: string, rows: readonly Row[]): string {
  const from = document.indexOf(begin)
  const to = document.indexOf(end)
  if (from < 0 || to < from)
    throw new Error(`mutations: docs/isolation.md has no place for the table; put ${begin} and ${end} back`)
  const lines = [
    '| protection | the broken gateway | FAIL in check | evidence |',
    '|---|---|---|---|',
    ...rows.map((row) => line([row.protection, row.broken, row.failed.join(', '), row.evidence])),
  ]
  return `${document.slice(0, from + begin.length)}\n${lines.join('\n')}\n${document.slice(to)}`
}

function line(cells: readonly string[]): string {
  const safe = (text: string) => text.replace(/\s+/g, ' ').replaceAll('|', '\\|')
  return `| ${cells.map(safe).join(' | ')} |`
}
