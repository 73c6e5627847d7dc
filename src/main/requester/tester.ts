/**
 * The write-back tester: one request on its way, hop by hop. In come the hops of a client of its own, as any sender sees
 * them, and the events of this gateway's pipeline; out goes one story of both. It never touches the pipeline itself.
 */
import type { Hop, Requester } from '#main/bridges/requester'
import { asError } from '#main/link'
import { type EntryId, entryText } from '#shared/broker'
import type { TesterHop } from '#shared/tester'
import type { TagValue } from '#shared/value'
import { isJsonObject, parseJson, valueToJson } from '#shared/value'
import type { EndedRequest } from '#shared/write'
import { askedBy, isAnswerTo, sameJson } from './answer.ts'

export interface RequestToTest {
  readonly entry: EntryId
  readonly address: string
  readonly payload: string
  readonly key?: string
  readonly retain?: boolean
}

/** What the pipeline tells of a request. */
export type PipelineEvent =
  | { readonly kind: 'received' | 'checked' | 'writing'; readonly at: number; readonly job: EventJob }
  | { readonly kind: 'ended'; readonly at: number; readonly job: EventJob; readonly request: EndedRequest }

interface EventJob {
  readonly id: string
  readonly entry: EntryId
  readonly address: string
  readonly payload: Uint8Array
  readonly position?: { readonly partition: number; readonly offset: string }
}

export interface TestOptions {
  readonly request: RequestToTest
  readonly requester: Pick<Requester, 'send'>
  /** An answer is awaited so long, in ms. */
  readonly timeoutMs: number
  /** Hears the pipeline of this gateway. Returns how to stop. */
  onWrite(listener: (event: PipelineEvent) => void): () => void
  /** Reads the tag from its PLC after the answer; undefined: not wanted. */
  readBack?(signal: AbortSignal): Promise<ReadBack>
  emit(hop: TesterHop): void
}

export type ReadBack =
  | { readonly ok: true; readonly value: TagValue; readonly at: number }
  | { readonly ok: false; readonly error: string }

/** Longest answer that is passed on, in characters. */
const longestPayload = 64 * 1024

/** Sends the request once and tells its way; `ended` is told last, once. Resolves then; never rejects. */
export async function testRequest(options: TestOptions, signal: AbortSignal): Promise<void> {
  const { request, requester, emit } = options
  const asked = askedBy(request.payload)
  const follow = followPipeline(request, emit)
  const unhear = options.onWrite(follow.hear)
  try {
    const hops = requester.send(
      {
        address: request.address,
        payload: request.payload,
        ...(request.key === undefined ? {} : { key: request.key }),
        ...(request.retain ? { retain: true } : {}),
        isAnswer: (payload) => isAnswerTo(asked, payload),
        timeoutMs: options.timeoutMs,
      },
      signal,
    )
    for await (const hop of hops) {
      if (hop.kind === 'sent') follow.sent(hop.at)
      if (hop.kind === 'taken') follow.position(hop.position)
      emit(clientHop(hop))
    }
    if (options.readBack && !signal.aborted) emit(await readBackHop(options.readBack, request.payload, signal))
  } catch (error) {
    emit({ kind: 'failed', at: Date.now(), text: `${entryText(request.entry)}: ${asError(error).message}` })
  } finally {
    unhear()
  }
  emit({ kind: 'ended', at: Date.now(), text: '' })
}

function clientHop(hop: Hop): TesterHop {
  const { at } = hop
  switch (hop.kind) {
    case 'sent':
      return { kind: 'sent', at, text: 'by a client of its own' }
    case 'taken':
      return { kind: 'taken', at, text: takenText(hop) }
    case 'collected':
      return { kind: 'taken', at, text: 'somebody took it from the list' }
    case 'response':
      return {
        kind: 'response',
        at,
        text: successOf(hop.payload) ? 'answered: done' : 'answered: not done',
        address: hop.address,
        payload: hop.payload.slice(0, longestPayload),
        success: successOf(hop.payload),
      }
    case 'unanswered':
      return { kind: 'unanswered', at, text: 'nobody answered in time. Does a gateway listen on this address?' }
    case 'failed':
      return { kind: 'failed', at, text: hop.error }
  }
}

function takenText({ position, noSubscriber }: Extract<Hop, { kind: 'taken' }>): string {
  if (noSubscriber) return 'the broker has it, and nobody subscribes to this topic'
  return position
    ? `the broker has it: partition ${position.partition}, offset ${position.offset}`
    : 'the broker has it'
}

function successOf(payload: string): boolean {
  try {
    const json = parseJson(payload)
    return isJsonObject(json) && json.success === true
  } catch {
    return false
  }
}

/** Finds the request among those the pipeline tells of: same entry, address and bytes, not before it was sent. */
function followPipeline(request: RequestToTest, emit: (hop: TesterHop) => void) {
  const bytes = new TextEncoder().encode(request.payload)
  let sentAt: number | undefined
  let position: { readonly partition: number; readonly offset: string } | undefined
  let id: string | undefined

  function isOurs({ entry, address, payload, position: at }: EventJob): boolean {
    if (entryText(entry) !== entryText(request.entry) || address !== request.address) return false
    if (position && at && (position.offset !== at.offset || position.partition !== at.partition)) return false
    return sameBytes(payload, bytes)
  }

  return {
    sent: (at: number) => {
      sentAt = at
    },
    position: (at: typeof position) => {
      position = at
    },
    hear: (event: PipelineEvent) => {
      const { at, job } = event
      if (id === undefined && event.kind === 'received' && sentAt !== undefined && isOurs(job)) {
        id = job.id
        return emit({ kind: 'received', at, text: 'it is in the journal', id })
      }
      if (job.id !== id) return
      switch (event.kind) {
        case 'received':
          return
        case 'checked':
          return emit({ kind: 'checked', at, text: 'all checks have passed' })
        case 'writing':
          return emit({ kind: 'writing', at, text: 'the bytes left for the PLC' })
        case 'ended':
          return emit(endedHop(event.request))
      }
    },
  }
}

function endedHop({ endedAt, success, deduplicated, outcome, error, check = '', hint }: EndedRequest): TesterHop {
  if (success) {
    const text = deduplicated
      ? 'not written again: this request_id was done within the last minute'
      : 'the PLC has taken the value'
    return { kind: 'written', at: endedAt, text }
  }
  return { kind: 'refused', at: endedAt, text: error, check: check || outcome, hint }
}

async function readBackHop(
  readBack: (signal: AbortSignal) => Promise<ReadBack>,
  payload: string,
  signal: AbortSignal,
): Promise<TesterHop> {
  const read = await readBack(signal)
  if (!read.ok) return { kind: 'read-back', at: Date.now(), text: read.error, same: 'unknown' }
  const text = valueToJson(read.value)
  return { kind: 'read-back', at: read.at, text, same: isSame(read.value, text, payload) }
}

/** A BOOL may have been asked for as 0 or 1, a whole number as text (LINT). */
function isSame(value: TagValue, json: string, payload: string): boolean | 'unknown' {
  const { value: wanted } = askedBy(payload)
  if (wanted === undefined) return 'unknown'
  try {
    if (typeof value === 'boolean' && typeof wanted !== 'boolean') return sameJson(wanted, parseJson(value ? '1' : '0'))
    if (typeof value === 'bigint' && typeof wanted === 'string') return wanted === String(value)
    return sameJson(parseJson(json), wanted)
  } catch {
    return 'unknown'
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
