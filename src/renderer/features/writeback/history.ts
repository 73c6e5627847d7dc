/** What was sent from the tester: one entry a request, kept for this window, to repeat or export. Pure. */
import { type EntryId, entryText } from '#shared/broker'
import { isExpected, type NegativeCase } from '#shared/negative-cases'
import type { TesterHop } from '#shared/tester'
import type { RequestMessage } from '#shared/write-request'
import type { Draft } from './draft.ts'
import { latencyMs, type Outcome, outcomeOf, sentAt } from './hops.ts'

export interface Sent {
  /** Unique in this window. */
  readonly key: string
  readonly at: number
  readonly entry: EntryId
  readonly plc: string
  readonly tag: string
  readonly valueJson: string
  readonly requestId: string
  readonly message: RequestMessage
  readonly retain: boolean
  readonly draft: Draft
  /** Sent to be refused: which refusal is the right one. */
  readonly negative?: NegativeCase
  readonly hops: readonly TesterHop[]
}

/** More would only fill the memory; the journal has all of them. */
export const mostSent = 200

export interface Verdict {
  readonly outcome: Outcome
  /** Of a negative case: whether it was refused for the right reason; absent while it is under way, and of any other. */
  readonly expected?: boolean
}

export function verdictOf({ hops, negative }: Pick<Sent, 'hops' | 'negative'>): Verdict {
  const outcome = outcomeOf(hops)
  if (!negative || outcome.kind === 'running') return { outcome }
  return { outcome, expected: outcome.kind === 'refused' && isExpected(negative, outcome.text) }
}

/** JSON lines: what was sent, each hop, and how it ended. Attached to reports, so nothing is left out. */
export function exportText(all: readonly Sent[]): string {
  return all.map((sent) => `${JSON.stringify(exported(sent))}\n`).join('')
}

function exported(sent: Sent) {
  const { outcome, expected } = verdictOf(sent)
  const start = sentAt(sent.hops)
  return {
    time: new Date(sent.at).toISOString(),
    entry: entryText(sent.entry),
    address: sent.message.address,
    ...(sent.message.key === undefined ? {} : { key: sent.message.key }),
    payload: sent.message.payload,
    ...(sent.retain ? { retained: true } : {}),
    ...(sent.negative ? { case: sent.negative.id, expected: expected ?? false } : {}),
    outcome: outcome.kind,
    text: outcome.text,
    latencyMs: latencyMs(sent.hops) ?? null,
    hops: sent.hops.map((hop) => ({
      ...hop,
      at: new Date(hop.at).toISOString(),
      ms: start === undefined ? null : hop.at - start,
    })),
  }
}
