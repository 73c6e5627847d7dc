/** The nouns of one configuration file and the gateway on it, as the window sees them. Times are ms since the epoch. */
import type { EntryId } from './broker.ts'
import type { Config, ConfigProblem, PlcConfig, TagConfig } from './config.ts'
import type { DiffLine } from './diff.ts'

/** What there is of a configuration and its gateway. */
export type SiteState =
  /** Nothing at this path yet: the wizard's turn. */
  | { readonly kind: 'no-file' }
  /** The file has mistakes and no gateway runs. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'starting'; readonly since: number }
  | { readonly kind: 'running'; readonly since: number }
  /** A good file, but no gateway: `error` says why and what to do. */
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'stopped' }

/** The file as it is, and what of it runs. */
export interface ConfigState {
  readonly path: string
  /** Tells one content of the file from any other; '' where there is none. Goes into `config.change`. */
  readonly version: string
  readonly site: SiteState
  /** What runs, or would: absent in `no-file` and `broken`. */
  readonly config?: ConfigView
  /**
   * Of the file as it was read last. Errors beside a running gateway: the file was changed to something bad, and the
   * gateway goes on as it was.
   */
  readonly problems: readonly ConfigProblem[]
}

/**
 * A configuration without its tags, which are many (`tags.page` has them). A password is a reference (`${…}`), or
 * `‹hidden›` where it stands in clear.
 */
export interface ConfigView extends Omit<Config, 'plcs'> {
  readonly plcs: readonly PlcConfigView[]
}

export interface PlcConfigView extends Omit<PlcConfig, 'tags'> {
  readonly tagCount: number
  readonly writableCount: number
}

/** The whole configuration again, for `derivedNames` and the collision checks. `tagsOf` from the pages read. */
export function configOf(view: ConfigView, tagsOf: (plc: string) => readonly TagConfig[]): Config {
  return {
    ...view,
    plcs: view.plcs.map(({ tagCount: _tags, writableCount: _writable, ...plc }) => ({
      ...plc,
      tags: tagsOf(plc.name),
    })),
  }
}

/** What became of a change of the file. */
export type ChangeOutcome =
  /** Saved and applied: what restarted, in words, in order. `failed` says what could not be applied, '' where nothing. */
  | {
      readonly kind: 'saved'
      readonly version: string
      readonly steps: readonly string[]
      readonly warnings: readonly ConfigProblem[]
      readonly failed: string
    }
  /** It would not be a good configuration. Nothing was saved, nothing changed. */
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] }
  /** The change does not fit the file (the tag is gone, the version is old). Nothing was saved. */
  | { readonly kind: 'refused'; readonly error: string }
  /** Somebody else changed the file: from what was read to what is there now. `overwrite` saves all the same. */
  | { readonly kind: 'changed-on-disk'; readonly difference: readonly DiffLine[] }
  /** The system refused. The file is as it was. */
  | { readonly kind: 'failed'; readonly error: string }

/** What a change would do, without doing it. */
export interface ChangePreview {
  /** Why it can't be done; '' where it can. */
  readonly error: string
  readonly difference: readonly DiffLine[]
  readonly problems: readonly ConfigProblem[]
  /** What would restart, in words. */
  readonly steps: readonly string[]
}

/** One line of a dry run of `tags.importCsv`. */
export interface CsvRow {
  /** 1-based line of the text. */
  readonly line: number
  readonly plc: string
  readonly tag: string
  readonly what: 'add' | 'change' | 'same' | 'error'
  /** `writable: false → true`, or what is wrong and what to do. */
  readonly text: string
}

export interface CsvReport {
  /** The first 2,000 that are not `same`, errors first. */
  readonly rows: readonly CsvRow[]
  readonly counts: Readonly<Record<CsvRow['what'], number>>
  /** Of a run that is no dry run and has no errors. */
  readonly outcome?: ChangeOutcome
}

/** One step of the Test button, for PLCs and brokers; `ended` comes last, once. */
export type TestStep =
  | {
      readonly kind: 'step'
      /** `tcp`, `login`, `identity`, … */
      readonly step: string
      readonly result: 'ok' | 'failed' | 'unknown'
      /** What was found and, where it failed, what to do. */
      readonly text: string
    }
  | { readonly kind: 'ended'; readonly ok: boolean; readonly tookMs: number }

/** What stands at a broker under a base. */
export interface LeftOverItem {
  readonly kind: 'retained' | 'key' | 'list' | 'topic' | 'group'
  readonly name: string
  /** Bytes of a message or key, entries of a list, records of a topic, 0 of a group. */
  readonly size: number
  /** Kafka: records of the request topic that nobody has taken. */
  readonly lag?: number
  /** First 200 characters of its content, where it has one. */
  readonly preview: string
  /** The running gateway publishes or uses it now: it can't be removed here. */
  readonly inUse: boolean
}

export interface LeftOverList {
  readonly entry: EntryId
  readonly base: string
  readonly items: readonly LeftOverItem[]
  /** There is more than is listed. */
  readonly more: boolean
  /** What could not be looked at, and why; '' where all of it was. */
  readonly note: string
}
