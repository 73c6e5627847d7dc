/** Sends one write request as an outside client, and says what came back. */
import type { Hop } from '#main/bridges/requester'
import { buildRequest, type RequestParts } from '#shared/write-request'
import type { CheckContext, RunEntry } from './context.ts'

/** Fields of an answer that the checks look at. */
export interface Answer {
  readonly success: boolean
  readonly error: string
  readonly skipped: boolean
  readonly text: string
}

export type Asked =
  /** `answers`: at least one; more than one came from somebody else. `ms`: from sending to the first. */
  | { readonly kind: 'answered'; readonly answers: readonly Answer[]; readonly ms: number }
  | { readonly kind: 'unanswered' }
  /** The broker did not take it. */
  | { readonly kind: 'failed'; readonly error: string }

export interface AskOptions {
  readonly retain?: boolean
  /** Absent: those of the run. */
  readonly answerMs?: number
  readonly lingerMs?: number
  /** The broker has it. */
  onTaken?(): void
}

type Target = Pick<RunEntry, 'id' | 'key' | 'base' | 'requester'>

/**
 * `parts.requestId` tells the answer from others, and is needed. A time of its own would count from before the connection,
 * which takes seconds on Kafka.
 */
export async function ask(
  context: CheckContext,
  entry: Target,
  parts: RequestParts & { readonly requestId: string },
  options: AskOptions = {},
): Promise<Asked> {
  const { address, payload, key } = buildRequest(entry.id.service, entry.base, parts)
  return await askRaw(
    context,
    entry,
    { address, payload, requestId: parts.requestId, ...(key ? { key } : {}) },
    options,
  )
}

/** As `ask`, with an address and a payload that may be wrong on purpose. */
export async function askRaw(
  context: CheckContext,
  entry: Target,
  message: { readonly address: string; readonly payload: string; readonly requestId: string; readonly key?: string },
  options: AskOptions = {},
): Promise<Asked> {
  const { times, signal } = context
  const { requestId, ...sent } = message
  const hops = context.client(entry).send(
    {
      ...sent,
      ...(options.retain ? { retain: true } : {}),
      isAnswer: (payload) => idOf(payload) === requestId,
      timeoutMs: options.answerMs ?? times.answerMs,
      lingerMs: options.lingerMs ?? times.lingerMs,
    },
    signal,
  )
  const answers: Answer[] = []
  let sentAt = 0
  let firstAt = 0
  for await (const hop of hops) {
    const failed = take(hop)
    if (failed !== undefined) return { kind: 'failed', error: failed }
  }
  signal.throwIfAborted()
  return answers.length > 0 ? { kind: 'answered', answers, ms: Math.max(0, firstAt - sentAt) } : { kind: 'unanswered' }

  function take(hop: Hop): string | undefined {
    if (hop.kind === 'failed') return hop.error
    if (hop.kind === 'sent') sentAt = hop.at
    if (hop.kind === 'taken') options.onTaken?.()
    if (hop.kind !== 'response') return undefined
    if (answers.length === 0) firstAt = hop.at
    answers.push(answerOf(hop.payload))
    return undefined
  }
}

/** What an asked request came to, in words. */
export function askedText(asked: Asked): string {
  switch (asked.kind) {
    case 'answered':
      return asked.answers.map(({ success, error }) => (success ? 'success' : error)).join(' | ')
    case 'unanswered':
      return 'no answer'
    case 'failed':
      return asked.error
  }
}

function idOf(payload: string): unknown {
  return parsed(payload).request_id
}

function answerOf(text: string): Answer {
  const { success, error, skipped } = parsed(text)
  return { success: success === true, error: typeof error === 'string' ? error : '', skipped: skipped === true, text }
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
