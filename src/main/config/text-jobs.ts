/**
 * What is done with the text of a configuration: read, changed, compared, turned into a table and back. Pure, in plain
 * data both ways, so that it can be done here or in a thread beside the gateway (`text-worker.ts`).
 */
import type { ConfigProblem } from '#shared/config'
import type { ImportOutcome } from '#shared/contract/config'
import type { ConfigEdit } from '#shared/contract/edits'
import type { DiffLine } from '#shared/diff'
import { changeText } from './change-text.ts'
import { type CsvImport, importCsv } from './csv-import.ts'
import { type MadeConfig, readConfigText } from './file.ts'
import { importIncumbent } from './incumbent.ts'
import type { ParsedConfig } from './parse.ts'
import { shownDiff } from './shown-diff.ts'

export type TextJob =
  | { readonly kind: 'read'; readonly text: string; readonly file: string }
  | { readonly kind: 'change'; readonly text: string; readonly file: string; readonly edits: readonly ConfigEdit[] }
  | { readonly kind: 'preview'; readonly text: string; readonly file: string; readonly edits: readonly ConfigEdit[] }
  | { readonly kind: 'diff'; readonly text: string; readonly to: string }
  /** Of another product. */
  | { readonly kind: 'import'; readonly text: string; readonly file: string }
  /** A table of tags into the text: what it would change, and the changed text. */
  | { readonly kind: 'csv'; readonly text: string; readonly file: string; readonly csv: string }

/** What a change would do. */
export type PreviewText =
  | {
      readonly ok: true
      readonly text: string
      readonly parsed: ParsedConfig
      readonly difference: readonly DiffLine[]
    }
  | { readonly ok: false; readonly error: string }

export interface TextOutcomes {
  readonly read: ParsedConfig
  readonly change: MadeConfig
  readonly preview: PreviewText
  readonly diff: readonly DiffLine[]
  readonly import: ImportOutcome
  readonly csv: CsvImport
}

export type TextOutcome = TextOutcomes[TextJob['kind']]

/** Does these jobs, here or elsewhere. */
export interface TextWork {
  read(text: string, file: string): Promise<ParsedConfig>
  change(text: string, file: string, edits: readonly ConfigEdit[]): Promise<MadeConfig>
  preview(text: string, file: string, edits: readonly ConfigEdit[]): Promise<PreviewText>
  diff(text: string, to: string): Promise<readonly DiffLine[]>
  import(text: string, file: string): Promise<ImportOutcome>
  csv(text: string, file: string, csv: string): Promise<CsvImport>
  /** Ends what was started for it. */
  close(): Promise<void>
}

/** What a job of a kind has as its outcome. */
export type OutcomeOf<J extends TextJob> = TextOutcomes[J['kind']]

/** Does a job now. */
export function doTextJob<J extends TextJob>(job: J): OutcomeOf<J> {
  return outcomeOf(job) as OutcomeOf<J>
}

function outcomeOf(job: TextJob): TextOutcome {
  switch (job.kind) {
    case 'read':
      return readConfigText(job.text, job.file)
    case 'change':
      return changeText(job.text, job.file, job.edits)
    case 'preview':
      return previewText(job.text, job.file, job.edits)
    case 'diff':
      return shownDiff(job.text, job.to)
    case 'import':
      return importText(job.text, job.file)
    case 'csv':
      return importCsv(job.text, job.file, job.csv)
  }
}

/** Where a file begins that is made from nothing: every key is asked for by what reads it. */
export const emptyText = 'namespace: ~\n'

function previewText(text: string, file: string, edits: readonly ConfigEdit[]): PreviewText {
  const made = changeText(text || emptyText, file, edits)
  return made.ok ? { ...made, difference: shownDiff(text, made.text) } : made
}

function importText(text: string, file: string): ImportOutcome {
  const made = importIncumbent(text)
  if (!made.ok) return { kind: 'failed', error: made.problems.map((problem) => problem.text).join(' ') }
  const parsed = readConfigText(made.text, file)
  const problems: readonly ConfigProblem[] = parsed.ok ? parsed.warnings : parsed.problems
  return { kind: 'read', text: made.text, notes: made.changes, problems }
}

/** The work with each job done by `doJob`, wherever that is. */
export function textWorkBy(
  doJob: <J extends TextJob>(job: J) => Promise<OutcomeOf<J>>,
  close: () => Promise<void>,
): TextWork {
  return {
    read: (text, file) => doJob({ kind: 'read', text, file }),
    change: (text, file, edits) => doJob({ kind: 'change', text, file, edits }),
    preview: (text, file, edits) => doJob({ kind: 'preview', text, file, edits }),
    diff: (text, to) => doJob({ kind: 'diff', text, to }),
    import: (text, file) => doJob({ kind: 'import', text, file }),
    csv: (text, file, csv) => doJob({ kind: 'csv', text, file, csv }),
    close,
  }
}

/** The work done here, at once: for small texts, and where there is no thread. */
export const textWorkHere: TextWork = textWorkBy(
  async (job) => doTextJob(job),
  async () => {},
)
