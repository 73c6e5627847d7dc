/** One write request on its way through the pipeline, and its lines in the journal. */
import type { Arrival, Message } from '#main/bridges/bridge'
import { timestamp } from '#main/bridges/message'
import type { EntryId } from '#shared/broker'
import type { EndedRequest, OutcomeKind } from '#shared/write'
import { type EntryView, type Refusal, valueDigest } from './checks.ts'
import { type AcceptedLine, longestText, type OutcomeLine, type SentText } from './journal-lines.ts'
import type { WriteRequest } from './request.ts'
import type { Ending } from './seen.ts'
import type { EventJob } from './write-event.ts'

/** One broker entry as the pipeline needs it. */
export interface PipelineEntry extends EntryView {
  readonly id: EntryId
  /** Address of the broker for the journal, without credentials. */
  readonly broker: string
  /** Hands an answer out; `done` once, without an error when the broker has confirmed it. */
  respond(message: Message, until: number, done: (error?: Error) => void): void
}

export interface Job {
  readonly id: string
  readonly arrival: Arrival
  readonly request: WriteRequest
  readonly entry: PipelineEntry
  /** The requested value as compact JSON. */
  readonly valueJson: string
  /** When the checks on arrival were made, ms since the epoch. */
  checkedAt?: number
  /** When the bytes left for the PLC, ms since the epoch. */
  sentAt?: number
  /** The tag's value before, as JSON. */
  before?: string
  /** It has the `request_id` of an earlier one, and gets that one's outcome. */
  deduplicated?: boolean
  /** Tells those that wait for the outcome of this `request_id`. */
  ended?(ending: Ending): void
}

/** How a request ended: what is journalled and what is answered. */
export interface Outcome {
  readonly kind: OutcomeKind
  readonly ending: Ending
  /** The check or the step that refused it, and how to mend it. */
  readonly check?: Refusal['check']
  readonly hint?: string
}

export function refused({ check, error, skipped, hint }: Refusal): Outcome {
  return { kind: 'refused', ending: { success: false, error, ...(skipped ? { skipped } : {}) }, check, hint }
}

export function failed(kind: 'failed' | 'unknown', error: string): Outcome {
  return { kind, ending: { success: false, error } }
}

export function acceptedLine(job: Job, identity: { readonly instance: string; readonly boot: string }): AcceptedLine {
  const { id, arrival, request, entry, valueJson } = job
  const cut: SentText[] = []
  const sent = (name: SentText, text: string) => {
    if (text.length <= longestText) return text
    cut.push(name)
    return text.slice(0, longestText)
  }
  return {
    line: 'accepted',
    id,
    time: timestamp(arrival.at),
    ...identity,
    entry: entry.id,
    broker: entry.broker,
    address: sent('address', arrival.address),
    replyTo: sent('replyTo', arrival.replyTo),
    ...(request.requestId === undefined
      ? {}
      : { requestId: sent('requestId', request.requestId), digest: valueDigest(request) }),
    plc: sent('plc', request.plc),
    tag: sent('tag', request.tag),
    value: sent('value', valueJson),
    ...(cut.length > 0 ? { cut } : {}),
    ...(request.flaw === undefined ? {} : { raw: Buffer.from(arrival.payload.subarray(0, 1_000)).toString('latin1') }),
    ...(arrival.position ? { position: arrival.position } : {}),
    ...(arrival.recordTime === undefined ? {} : { recordTime: arrival.recordTime }),
  }
}

export function outcomeLine(job: Job, { kind, ending, check }: Outcome): OutcomeLine {
  const { at } = job.arrival
  const now = Date.now()
  return {
    line: 'outcome',
    id: job.id,
    time: timestamp(now),
    outcome: kind,
    error: ending.error,
    ...(ending.skipped ? { skipped: true } : {}),
    ...(check ? { check } : {}),
    ...(job.before === undefined ? {} : { before: job.before }),
    steps: {
      ...(job.checkedAt === undefined ? {} : { checked: job.checkedAt - at }),
      ...(job.sentAt === undefined ? {} : { sent: job.sentAt - at }),
      ended: now - at,
    },
  }
}

/** What is told of a request while it is on its way. */
export function eventJob({ id, arrival, entry }: Job): EventJob {
  const { address, payload, position } = arrival
  return { id, entry: entry.id, address, payload, ...(position ? { position } : {}) }
}

/** What is told of it at its end. */
export function endedRequest(job: Job, { kind, ending, check, hint }: Outcome, endedAt: number): EndedRequest {
  const { id, arrival, request, entry, valueJson } = job
  return {
    id,
    at: arrival.at,
    endedAt,
    entry: entry.id,
    address: arrival.address,
    ...(request.requestId === undefined ? {} : { requestId: request.requestId }),
    plc: request.plc,
    tag: request.tag,
    valueJson: valueJson.slice(0, 2_000),
    outcome: kind,
    success: ending.success,
    error: ending.error,
    ...(check ? { check } : {}),
    hint: hint ?? '',
    deduplicated: job.deduplicated === true,
  }
}
