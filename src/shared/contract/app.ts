import { z } from 'zod'
import { returns } from '#shared/rpc'
import { filePath, nothing } from './fields.ts'

export interface AppInfo {
  /** Of the product. */
  readonly version: string
  /** Whose window it is. */
  readonly kind: 'desktop' | 'browser'
  readonly platform: 'linux' | 'windows' | 'mac' | 'other'
  readonly configPath: string
  /** '' where none is written. */
  readonly logPath: string
  readonly journalPath: string
  /** What this host can do; where it can't, the person types a path or uses the browser's own way. */
  readonly can: {
    readonly pickFiles: boolean
    readonly openPaths: boolean
    readonly openConfigs: boolean
    readonly openDemo: boolean
  }
  /** Where passwords go: `the key store of Windows`, `config.yaml.secrets`. */
  readonly secretStore: string
}

/** What came of asking a person for a file. */
export type Picked =
  | { readonly kind: 'picked'; readonly path: string }
  | { readonly kind: 'cancelled' }
  /** Nobody can be asked here; `why` says what to do instead. */
  | { readonly kind: 'unavailable'; readonly why: string }

export interface RecentConfig {
  readonly path: string
  /** '' where it could not be read. */
  readonly namespace: string
}

/** '' where it worked, else why not and what to do. */
export interface Done {
  readonly error: string
}

const question = z.strictObject({
  title: z.string().min(1).max(200),
  path: filePath.exactOptional(),
  kinds: z
    .array(z.tuple([z.string().max(100), z.array(z.string().max(20)).max(20)]))
    .max(10)
    .exactOptional(),
})

export const longestPreferences = 256 * 1024

export const appRequests = {
  'app.info': { input: nothing, output: returns<AppInfo>() },
  'app.pickFile': { input: question, output: returns<Picked>() },
  'app.saveFile': { input: question, output: returns<Picked>() },
  /** In the program that the OS has for it. */
  'app.openPath': {
    input: z.strictObject({ what: z.enum(['config', 'log', 'journal', 'folder']) }),
    output: returns<Done>(),
  },
  /** Newest first. */
  'app.recent': { input: nothing, output: returns<readonly RecentConfig[]>() },
  /** Another file, in a window of its own. */
  'app.openConfig': { input: z.strictObject({ path: filePath }), output: returns<Done>() },
  'app.openDemo': { input: nothing, output: returns<Done>() },
  /** '' where nothing was saved yet. */
  'app.preferences': { input: nothing, output: returns<{ readonly text: string }>() },
  /** JSON: theme, density, panes, the site's colour, watch lists. Kept in the user's folder, by configuration file. */
  'app.savePreferences': {
    input: z.strictObject({ text: z.string().max(longestPreferences) }),
    output: returns<Done>(),
  },
} as const
