import { z } from 'zod'
import type { ConfigProblem } from '#shared/config'
import { returns } from '#shared/rpc'
import type { ChangeOutcome, ChangePreview, ConfigState } from '#shared/site'
import { configEdits } from './edits.ts'
import { newFile, nothing, version } from './fields.ts'

const configText = z.string().max(5 * 1024 * 1024)

/** A file of another product, or one of ours, made ready to be saved. */
export type ImportOutcome =
  | {
      readonly kind: 'read'
      readonly text: string
      /** What was changed, a line each. */
      readonly notes: readonly string[]
      /** Errors among them: it can't be saved as it is. */
      readonly problems: readonly ConfigProblem[]
    }
  | { readonly kind: 'failed'; readonly error: string }

export type ExportOutcome =
  | { readonly kind: 'written'; readonly files: readonly string[]; readonly notes: readonly string[] }
  | { readonly kind: 'failed'; readonly error: string }

export const configRequests = {
  /** All edits or none. `version` is that of the newest `config` item: an older one is refused. */
  'config.change': {
    input: z.strictObject({ version, edits: configEdits, overwrite: z.boolean().exactOptional() }),
    output: returns<ChangeOutcome>(),
  },
  'config.preview': { input: z.strictObject({ edits: configEdits }), output: returns<ChangePreview>() },
  /** The wizard: a new file, from edits on nothing or from a text. Never over an existing one. Then it runs. */
  'config.create': {
    input: z.union([z.strictObject({ edits: configEdits }), z.strictObject({ text: configText })]),
    output: returns<ChangeOutcome>(),
  },
  /** The whole file anew, as `config.import` gave it. */
  'config.replace': {
    input: z.strictObject({ version, text: configText, overwrite: z.boolean().exactOptional() }),
    output: returns<ChangeOutcome>(),
  },
  /** Converts a text that the window has read; saves nothing. Not a path: no session is to read files of this computer. */
  'config.import': { input: z.strictObject({ text: configText }), output: returns<ImportOutcome>() },
  /** Takes over what is on the disk now. */
  'config.reload': { input: nothing, output: returns<ChangeOutcome>() },
  /** For a server: the file and `‹path›.secrets` (0600) with the secrets it names. An existing file is not touched. */
  'config.export': { input: z.strictObject({ path: newFile('.yaml', '.yml') }), output: returns<ExportOutcome>() },
} as const

export const configEvents = {
  /** At once, then after each change. */
  config: { input: nothing, item: returns<ConfigState>(), keep: { kind: 'newest', key: () => '' } },
} as const
