import { z } from 'zod'
import type { ClaimStatus, OtherSite, PinState } from '#shared/isolation'
import type { CheckNumber, RunState } from '#shared/isolation-run'
import { returns } from '#shared/rpc'
import { filePath, name, nothing } from './fields.ts'

/** The claim, the pins and the other sites, at one moment. */
export interface IsolationStatus {
  readonly claim: ClaimStatus
  /** In the order of the configuration. */
  readonly pins: readonly { readonly plc: string; readonly pin: PinState }[]
  readonly sites: readonly OtherSite[]
}

/** What became of something a person asked for. `error` says what to do. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: string }

/** Lines of a site list that were taken, and what was wrong with the others. */
export interface SitesImport {
  readonly added: readonly OtherSite[]
  readonly problems: readonly { readonly line: number; readonly text: string }[]
}

const person = z.string().trim().min(1).max(200)
const reason = z.string().trim().min(1).max(1_000)
const checkNumber = z.custom<CheckNumber>(
  (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 12,
)

export const isolationRequests = {
  'isolation.status': { input: nothing, output: returns<IsolationStatus>() },
  /** `namespace` as the person typed it: another one than the gateway's is refused. */
  'isolation.take': {
    input: z.strictObject({ namespace: z.string().max(200), name: person, reason }),
    output: returns<Outcome>(),
  },
  'isolation.clearContested': { input: nothing, output: returns<Outcome>() },
  /** `checks` absent: all twelve. `sibling`: configuration file of another site that agrees to be written to. */
  'isolation.run': {
    input: z.strictObject({
      checks: z.array(checkNumber).min(1).max(12).exactOptional(),
      sibling: filePath.exactOptional(),
    }),
    output: returns<Outcome>(),
  },
  'isolation.cancel': { input: nothing, output: returns<Outcome>() },
  /** The newest report as a file: its proposed name and its text. Refused where there is none. */
  'isolation.report': {
    input: z.strictObject({ format: z.enum(['html', 'json']) }),
    output: returns<{ readonly name: string; readonly text: string }>(),
  },
  /** A person takes a NOT PROVEN check as it is. */
  'isolation.accept': {
    input: z.strictObject({ check: checkNumber, name: person, reason }),
    output: returns<Outcome>(),
  },
  'isolation.addSite': {
    input: z.strictObject({ namespace: z.string().min(1).max(64), site: z.string().max(200) }),
    output: returns<Outcome>(),
  },
  'isolation.removeSite': { input: z.strictObject({ namespace: name }), output: returns<Outcome>() },
  /** CSV (site, namespace) or another site's configuration (YAML). */
  'isolation.importSites': {
    input: z.strictObject({ text: z.string().max(2_000_000) }),
    output: returns<SitesImport>(),
  },
} as const

export const isolationEvents = {
  /** The run as it goes on, and the last one's end with its report. */
  'isolation.progress': { input: nothing, item: returns<RunState>(), keep: { kind: 'newest', key: () => '' } },
} as const
