/** A table of tags into a configuration text: what each row would do, and the text with all of them. Pure. */
import type { CsvReport, CsvRow } from '#shared/site'
import { changeText } from './change-text.ts'
import { readTagCsv } from './csv.ts'
import { type MadeConfig, readConfigText } from './file.ts'

/** Rows of a report that are shown. */
const mostRows = 2_000

export interface CsvImport {
  readonly report: CsvReport
  /** Undefined where a row is wrong, or nothing would change. */
  readonly made?: MadeConfig
}

/** All rows or none: one that is wrong, alone or together with others, and nothing is made. */
export function importCsv(text: string, file: string, csv: string): CsvImport {
  const parsed = readConfigText(text, file)
  if (!parsed.ok) return { report: csvReport([wrongRow('the configuration has mistakes. Mend them first.')]) }
  const { rows, edits } = readTagCsv(csv, parsed.config.plcs)
  if (edits.length === 0 || rows.some(({ what }) => what === 'error')) return { report: csvReport(rows) }
  // What concerns several tags together (aliases that meet) only the whole file can tell.
  const made = changeText(text, file, edits)
  const errors = made.ok ? (made.parsed.ok ? [] : made.parsed.problems.filter(isError)) : [{ text: made.error }]
  if (errors.length > 0) return { report: csvReport([...errors.map((problem) => wrongRow(problem.text)), ...rows]) }
  return { report: csvReport(rows), made }
}

function isError({ severity }: { readonly severity: string }): boolean {
  return severity === 'error'
}

function wrongRow(text: string): CsvRow {
  return { line: 1, plc: '', tag: '', what: 'error', text }
}

function csvReport(rows: readonly CsvRow[]): CsvReport {
  const counts: Record<CsvRow['what'], number> = { add: 0, change: 0, same: 0, error: 0 }
  for (const { what } of rows) counts[what]++
  const errors = rows.filter(({ what }) => what === 'error')
  const others = rows.filter(({ what }) => what === 'add' || what === 'change')
  return { rows: [...errors, ...others].slice(0, mostRows), counts }
}
