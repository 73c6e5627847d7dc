/** The nouns of the isolation run: twelve checks, their verdicts and evidence, and the report of them. */
import type { EntryId } from './broker.ts'
import type { Config } from './config.ts'
import type { OwnerRecord, PinState } from './isolation.ts'
import type { NameRow } from './names/table.ts'

/** The twelve checks, in their order. `question`: what the check finds out, in one line. */
export const checks = [
  { number: 1, name: 'names', title: 'Names', question: 'Are all names valid, different, and of no other site?' },
  { number: 2, name: 'claim', title: 'Claim', question: 'Do we hold the namespace on every broker, alone?' },
  { number: 3, name: 'listening', title: 'Listening', question: 'Does anybody else publish under our base?' },
  { number: 4, name: 'positive-write', title: 'Positive write', question: 'Does a write arrive at the right PLC?' },
  {
    number: 5,
    name: 'counted-probe',
    title: 'Counted probe',
    question: 'Does exactly one gateway answer, and is it us?',
  },
  { number: 6, name: 'wrong-namespace', title: 'Wrong namespace', question: 'Is a write for another site refused?' },
  { number: 7, name: 'refusals', title: 'Refusals', question: 'Is each wrong request refused for its own reason?' },
  { number: 8, name: 'other-namespace', title: 'Other namespace', question: 'Do writes stay in their own namespace?' },
  { number: 9, name: 'broker-rights', title: 'Broker rights', question: 'Can our login reach another namespace?' },
  { number: 10, name: 'left-overs', title: 'Left-overs', question: 'Is anything left of earlier deployments?' },
  { number: 11, name: 'connection', title: 'Connection', question: 'TLS, certificates, logins and clocks' },
  { number: 12, name: 'plc-pins', title: 'PLC pins', question: 'Is every PLC the one it was?' },
] as const

export type CheckNumber = (typeof checks)[number]['number']
export type CheckId = (typeof checks)[number]['name']

/** Whether a request id is one of an isolation run (its checks, in `main/isolation/run`): nobody else's request. */
export function isProbeId(requestId: string): boolean {
  return /^(run|own|probe|refuse|retained|canary|sibling|restore|gate|waited)-[0-9a-f]{6,12}$/.test(requestId)
}

/** What a run with check 7 does to the site's requests meanwhile, for people who are about to start it; '' where nothing. */
export function meanwhile({ valkey }: Pick<Config, 'valkey'>): string {
  const closes = valkey.some((one) => one.enabled && one.enable_writeback && one.backlog !== 'execute')
  return closes
    ? 'Valkey: check 7 takes no requests in for about 3 s. What is sent there meanwhile is refused (request expired) and not executed: its sender has to send it again.'
    : ''
}

/** "May not look" is never `pass`. */
export const verdicts = ['pass', 'not-proven', 'fail'] as const
export type Verdict = (typeof verdicts)[number]

export const verdictWords: Readonly<Record<Verdict, string>> = {
  pass: 'PASS',
  'not-proven': 'NOT PROVEN',
  fail: 'FAIL',
}

/** The worst of them; `not-proven` where there are none. */
export function worst(all: readonly Verdict[]): Verdict {
  if (all.length === 0) return 'not-proven'
  return all.reduce((a, b) => (verdicts.indexOf(b) > verdicts.indexOf(a) ? b : a))
}

/** One line of evidence. */
export interface Evidence {
  /** The broker it was seen on, where it belongs to one. */
  readonly entry?: EntryId
  readonly plc?: string
  /** Absent: a remark without weight of its own. */
  readonly verdict?: Verdict
  /** `delivered`, `refused`, `31 ms`: the one word or figure of it; '' where the text says all. */
  readonly word: string
  readonly text: string
  /** Topic, key, channel, group or file concerned; shown part by part. */
  readonly address?: string
}

/** How to make a check pass. */
export interface Mend {
  readonly text: string
  /** Lines to copy. */
  readonly lines: readonly string[]
}

/** A NOT PROVEN check that a person takes as it is. */
export interface Acceptance {
  readonly name: string
  readonly reason: string
  readonly at: number
}

export interface CheckResult {
  readonly check: CheckNumber
  readonly verdict: Verdict
  /** One line: what was found. */
  readonly summary: string
  readonly evidence: readonly Evidence[]
  /** What was not tried, and why. */
  readonly notTried: readonly string[]
  readonly mend?: Mend
  readonly startedAt: number
  readonly tookMs: number
  readonly accepted?: Acceptance
}

/** A run from its start on. */
export type RunState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'running'
      readonly startedAt: number
      /** Checks of this run; all twelve, or those asked for. */
      readonly wanted: readonly CheckNumber[]
      /** Those under way now, with what they do. */
      readonly now: readonly { readonly check: CheckNumber; readonly doing: string }[]
      readonly results: readonly CheckResult[]
      /** ms that are left, estimated. */
      readonly leftMs: number
    }
  | {
      readonly kind: 'ended'
      readonly startedAt: number
      readonly endedAt: number
      readonly how: 'complete' | 'cancelled' | 'failed'
      /** Why it failed; '' else. */
      readonly error: string
      readonly report: Report
    }

/** The commissioning tag as it was, and what a run wrote in its place. JSON texts. */
export interface CommissioningValue {
  readonly id: string
  readonly plc: string
  readonly tag: string
  readonly before: string
  readonly written: string
}

/** A value that a run wrote and could not set back. */
export interface LeftBehind extends CommissioningValue {
  /** What stands there, why, and what a person has to do. */
  readonly text: string
}

/** Something that made a report untrue after it was written. */
export interface Amendment {
  readonly at: number
  readonly check: CheckNumber
  readonly text: string
}

/** 72 h of checks 2, 3, 10 and 12 after go-live. */
export interface Watch {
  readonly since: number
  readonly until: number
  readonly lastAt: number
}

export interface Report {
  readonly verdict: Verdict
  readonly product: string
  readonly version: string
  /** Of the newest run; each check says when it was made. */
  readonly startedAt: number
  readonly tookMs: number
  readonly namespace: string
  readonly site: string
  readonly host: string
  readonly instance: string
  readonly boot: string
  readonly configPath: string
  /** SHA-256 of the configuration without secrets, hex. */
  readonly digest: string
  /** SHA-256 of the whole report without this field and the amendments, hex. */
  readonly seal: string
  /** `holder`: the running gateway; `requester`: somebody else holds the namespace, and checks that need the holder were not made. */
  readonly role: 'holder' | 'requester'
  readonly brokers: readonly {
    readonly entry: EntryId
    readonly base: string
    readonly address: string
    readonly owner?: OwnerRecord
    readonly claim: string
  }[]
  readonly plcs: readonly { readonly name: string; readonly address: string; readonly pin: PinState }[]
  readonly commissioning?: { readonly plc: string; readonly tag: string }
  readonly names: readonly NameRow[]
  readonly checks: readonly CheckResult[]
  /** What runs changed and nobody has seen set back since; absent where nothing. While there is any, the report fails. */
  readonly left?: readonly LeftBehind[]
  readonly limits: readonly string[]
  /** What ends its validity. */
  readonly validUntil: string
  readonly watch?: Watch
  readonly amendments: readonly Amendment[]
}

/** Results that an earlier run than the newest made. */
export function earlierResults({ checks: results, startedAt }: Report): readonly CheckResult[] {
  return results.filter((result) => result.startedAt < startedAt)
}

/** Printed in the help and in every report. */
export const limits: readonly string[] = [
  'A claim is an agreement for a limited time between gateways that keep to it. It is not a guarantee.',
  "Two gateways that share no broker both can reach can't see each other.",
  "A silent MQTT subscriber that never answers can't be seen without the broker's administration.",
  'A failover of Redis or Valkey can forget a claim.',
  'On Kafka alone there is no owner record: nobody can tell whose the namespace was.',
  'That a namespace is isolated on the brokers says nothing about the right PLC. That is what the pin is for.',
]

export const validUntil = "Valid until the configuration, the broker's access rules, the owner record or a pin changes."

/** Something an earlier deployment left at a broker, or that waits there. */
export interface LeftOver {
  readonly entry: EntryId
  readonly kind: 'retained' | 'key' | 'list-entry' | 'put-aside' | 'lag' | 'group'
  readonly address: string
  /** How many: entries of a list, records of lag; 1 else. */
  readonly count: number
  readonly preview: string
  /** Whether we may clear it: it stands under our base and nobody else can own it. */
  readonly clearable: boolean
}

/** A journey of one request, from its lines in the journal. */
export interface Trace {
  readonly id: string
  readonly line: string
}
