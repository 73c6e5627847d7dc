import type { EntryId } from './broker.ts'

/** How a write to a PLC ended, told by the driver. */
export type WriteOutcome =
  | { readonly kind: 'done' }
  /** The guard said no immediately before the bytes would have left: nothing was sent. */
  | { readonly kind: 'blocked'; readonly error: string }
  /** Nothing was sent: the link is gone, time ran out in the queue, or the value could not be encoded. */
  | { readonly kind: 'not-sent'; readonly reason: 'not-connected' | 'timeout' | 'cancelled'; readonly error: string }
  /** The PLC answered and refused; `error` ends in the CIP status in words. */
  | { readonly kind: 'refused'; readonly error: string }
  /** The bytes left and no answer came: nobody knows. Never repeated by us. */
  | { readonly kind: 'unknown'; readonly error: string }

/** The checks of wire.md §3, in their order; the name goes into the journal and into `explain`. */
export const checkNames = [
  'request',
  'retained',
  'namespace',
  'plc-in-topic',
  'age',
  'request-id',
  'plc',
  'tag',
  'writable',
  'value',
  'queue',
] as const
export type CheckName = (typeof checkNames)[number]

/** Whether writes may leave for a PLC now. `why` completes `writes are blocked: …`; `hint` says what to do. */
export type GateState = { readonly open: true } | { readonly open: false; readonly why: string; readonly hint: string }

/** `write_mode` of the configuration. */
export type WriteMode = 'armed' | 'read-only'

/** One step of a dry run. */
export interface ExplainedStep {
  /** `entry`: somebody listens there; `gate`: whether writes may leave now; the others are the checks on arrival. */
  readonly step: 'entry' | CheckName | 'gate'
  /** What this step asks. */
  readonly title: string
  /** `unknown`: can't be judged without the PLC. */
  readonly verdict: 'pass' | 'refused' | 'unknown'
  /** The answer's `error` where refused; else what was found (`factory-a`, `0.2 of 2 s`), or ''. */
  readonly text: string
  /** How to mend it; '' where nothing is wrong. */
  readonly hint: string
}

export const outcomeKinds = ['done', 'refused', 'failed', 'unknown', 'deduplicated', 'interrupted', 'not ours'] as const
export type OutcomeKind = (typeof outcomeKinds)[number]

/** A write request as the journal has it. Times are RFC 3339 where text, ms else. */
export interface JournalledRequest {
  readonly id: string
  /** When it reached the process. */
  readonly time: string
  readonly entry: EntryId
  readonly broker: string
  readonly address: string
  readonly requestId?: string
  readonly plc: string
  readonly tag: string
  /** The requested value as compact JSON, at most 2,000 characters, and `…` where it is longer. */
  readonly value: string
  /** Absent: under way, or the process ended before it. */
  readonly outcome?: OutcomeKind
  /** As answered; '' on success. */
  readonly error: string
  /** The check that refused it. */
  readonly check?: string
  /** The tag's value before, as JSON, where it was known. */
  readonly before?: string
  /** ms from arrival to each step that was reached. */
  readonly steps: { readonly checked?: number; readonly sent?: number; readonly ended?: number }
  /** `answered`: the broker has confirmed the answer. */
  readonly answer: 'waiting' | 'answered' | 'undelivered'
  /** All of it on one line, to attach to a report. */
  readonly trace: string
}

/** A write request that ended just now. */
export interface EndedRequest {
  readonly id: string
  /** When it reached the process, and when it ended; ms since the epoch. */
  readonly at: number
  readonly endedAt: number
  readonly entry: EntryId
  readonly address: string
  readonly requestId?: string
  readonly plc: string
  readonly tag: string
  /** As compact JSON, at most 2,000 characters. */
  readonly valueJson: string
  readonly outcome: OutcomeKind
  readonly success: boolean
  /** As answered; '' on success. */
  readonly error: string
  /** The check or step that refused it. */
  readonly check?: string
  /** How to mend it; '' where nothing is wrong. */
  readonly hint: string
  readonly deduplicated: boolean
}
