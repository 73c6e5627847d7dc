/** The lines of the journal: of each request up to three, and the decisions of people. */
import type { EntryId } from '#shared/broker'
import type { OutcomeKind } from '#shared/write'

/** Longest text of a request in the journal, in characters: it can't be flooded away with a few large requests. */
export const longestText = 2_000

/** Texts of a request that are as long as their sender likes. */
export type SentText = 'address' | 'replyTo' | 'requestId' | 'plc' | 'tag' | 'value'

/** First line of a request. */
export interface AcceptedLine {
  readonly line: 'accepted'
  readonly id: string
  /** RFC 3339, when it reached the process. */
  readonly time: string
  readonly instance: string
  readonly boot: string
  readonly entry: EntryId
  /** Address of the broker, without credentials. */
  readonly broker: string
  readonly address: string
  readonly replyTo: string
  readonly requestId?: string
  readonly plc: string
  readonly tag: string
  /** The requested value as compact JSON. */
  readonly value: string
  /** Digest of the value, where there is a `request_id`: for comparing a repeated one. */
  readonly digest?: string
  /** What earlier versions wrote in its place: the value in canonical form. */
  readonly canonical?: string
  /** Which of the texts above are longer than `longestText`, and stand here with their beginning alone. */
  readonly cut?: readonly SentText[]
  /** Where the request could not be read: its first 1,000 bytes, as Latin-1. */
  readonly raw?: string
  /** Kafka: partition and offset. */
  readonly position?: { readonly partition: number; readonly offset: string }
  /** Kafka: the record's own time, ms since the epoch. */
  readonly recordTime?: number
}

/** Second line: what became of it. */
export interface OutcomeLine {
  readonly line: 'outcome'
  readonly id: string
  readonly time: string
  readonly outcome: OutcomeKind
  /** As answered; '' on success. */
  readonly error: string
  readonly skipped?: true
  /** The check that refused it. */
  readonly check?: string
  /** The tag's value before, as JSON, where it was known. */
  readonly before?: string
  /** ms from arrival to each step that was reached. */
  readonly steps: { readonly checked?: number; readonly sent?: number; readonly ended: number }
}

/** Third line: the answer's way out. Without it, a restarted gateway answers again what it finds in the outcome. */
export interface AnsweredLine {
  readonly line: 'answered' | 'undelivered'
  readonly id: string
  readonly time: string
  /** Why it could not be delivered. */
  readonly error?: string
}

/** A person's decision about isolation, or what was learnt of one that was made elsewhere. */
export interface DecisionLine {
  readonly line: 'decision'
  readonly id: string
  readonly time: string
  readonly instance: string
  readonly boot: string
  readonly namespace: string
  readonly what: 'takeover' | 'taken-over' | 'contest-cleared' | 'check-accepted' | 'commissioning'
  /** Who decided; '' where nobody gave a name. */
  readonly by: string
  readonly text: string
}

export type JournalLine = AcceptedLine | OutcomeLine | AnsweredLine | DecisionLine

/** A line of the journal; undefined for what is none of ours (cut off, edited). */
export function parseLine(text: string): JournalLine | undefined {
  if (text === '') return undefined
  try {
    const line: unknown = JSON.parse(text)
    return isLine(line) ? line : undefined
  } catch {
    return undefined
  }
}

function isLine(line: unknown): line is JournalLine {
  return typeof line === 'object' && line !== null && 'line' in line && 'id' in line && typeof line.id === 'string'
}
