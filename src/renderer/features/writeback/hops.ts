/** The way of one request as rows with times: what happened, what is still to come, where it ended. Pure. */
import type { TesterHop } from '#shared/tester'

export const stations = ['sent', 'taken', 'received', 'checked', 'written', 'response', 'read-back'] as const
export type Station = (typeof stations)[number]

export const stationTitles: Readonly<Record<Station, string>> = {
  sent: 'Sent',
  taken: 'Broker took it',
  received: 'Gateway received',
  checked: 'Checks',
  written: 'PLC written',
  response: 'Response',
  'read-back': 'Read back',
}

export interface HopRow {
  readonly station: Station
  /** `skipped`: will not come any more, because it ended before. */
  readonly state: 'done' | 'failed' | 'pending' | 'skipped'
  readonly text: string
  /** ms from the sending to the station before, and to this one; absent while it has not been reached. */
  readonly from?: number
  readonly to?: number
}

export type Outcome =
  | { readonly kind: 'running'; readonly text: string }
  /** The PLC has the value, and it was read back the same. */
  | { readonly kind: 'proven'; readonly text: string }
  /** Written, but not proven by reading back. */
  | { readonly kind: 'written'; readonly text: string }
  | { readonly kind: 'refused'; readonly text: string }
  /** Nobody answered, or it could not be sent. */
  | { readonly kind: 'failed'; readonly text: string }
  /** Somebody else answered: this gateway never saw the request. */
  | { readonly kind: 'foreign'; readonly text: string }

type Hop<K extends TesterHop['kind']> = Extract<TesterHop, { readonly kind: K }>

function hop<K extends TesterHop['kind']>(hops: readonly TesterHop[], kind: K): Hop<K> | undefined {
  return hops.find((one): one is Hop<K> => one.kind === kind)
}

/** When the request left; undefined before. */
export function sentAt(hops: readonly TesterHop[]): number | undefined {
  return hop(hops, 'sent')?.at
}

/** ms from sending to the answer, else to the last hop; undefined before it was sent. */
export function latencyMs(hops: readonly TesterHop[]): number | undefined {
  const start = sentAt(hops)
  const end = hop(hops, 'response') ?? hops.findLast(({ kind }) => kind !== 'ended')
  return start === undefined || end === undefined ? undefined : end.at - start
}

export function responseOf(hops: readonly TesterHop[]): Hop<'response'> | undefined {
  return hop(hops, 'response')
}

/** The refusal with its repair, where this gateway refused. */
export function refusalOf(hops: readonly TesterHop[]): Hop<'refused'> | undefined {
  return hop(hops, 'refused')
}

export function hopRows(hops: readonly TesterHop[], withReadBack: boolean): readonly HopRow[] {
  const start = sentAt(hops) ?? hops[0]?.at ?? 0
  const over = hops.some(({ kind }) => kind === 'ended')
  const found = stations
    .filter((station) => station !== 'read-back' || withReadBack)
    .map((station) => {
      const reached = reachedBy(station, hops)
      return reached ? { station, ...reached } : ({ station, state: over ? 'skipped' : 'pending', text: '' } as const)
    })
  let before = 0
  return found.map((row) => {
    if (!('at' in row)) return row
    const to = Math.max(0, row.at - start)
    const from = Math.min(before, to)
    before = to
    return { station: row.station, state: row.state, text: row.text, from, to }
  })
}

interface Reached {
  readonly state: 'done' | 'failed'
  readonly text: string
  readonly at: number
}

function reachedBy(station: Station, hops: readonly TesterHop[]): Reached | undefined {
  const done = (one: { readonly text: string; readonly at: number } | undefined): Reached | undefined =>
    one && { state: 'done', text: one.text, at: one.at }
  const refused = hop(hops, 'refused')
  const failed = hop(hops, 'failed')
  const bad = (one: { readonly text: string; readonly at: number } | undefined): Reached | undefined =>
    one && { state: 'failed', text: one.text, at: one.at }
  switch (station) {
    case 'sent':
      return done(hop(hops, 'sent')) ?? bad(failed)
    case 'taken':
      return done(hop(hops, 'taken')) ?? (hop(hops, 'sent') && bad(failed))
    case 'received':
      return done(hop(hops, 'received'))
    case 'checked':
      return done(hop(hops, 'checked')) ?? bad(refused)
    case 'written':
      return done(hop(hops, 'written')) ?? (hop(hops, 'checked') && bad(refused))
    case 'read-back': {
      const read = hop(hops, 'read-back')
      return read && { state: read.same === false ? 'failed' : 'done', text: read.text, at: read.at }
    }
    case 'response':
      return done(hop(hops, 'response')) ?? bad(hop(hops, 'unanswered'))
  }
}

/** What became of it, in a word or two. */
export function outcomeOf(hops: readonly TesterHop[]): Outcome {
  const response = hop(hops, 'response')
  const refused = hop(hops, 'refused')
  const failed = hop(hops, 'failed')
  const over = hops.some(({ kind }) => kind === 'ended')
  if (failed) return { kind: 'failed', text: failed.text }
  if (response && !hop(hops, 'received')) {
    const text = 'Answered, but not by this gateway: it never received the request. Another gateway listens there.'
    return over ? { kind: 'foreign', text } : { kind: 'running', text: 'answered' }
  }
  if (response?.success) return writtenOutcome(hops, over)
  if (response) return { kind: 'refused', text: errorOf(response.payload) || refused?.text || response.text }
  const unanswered = hop(hops, 'unanswered')
  if (unanswered) return { kind: 'failed', text: unanswered.text }
  if (over) return { kind: 'failed', text: hops.at(-1)?.text || 'Given up before an answer came' }
  return { kind: 'running', text: 'under way' }
}

function writtenOutcome(hops: readonly TesterHop[], over: boolean): Outcome {
  const read = hop(hops, 'read-back')
  if (read?.same === true) return { kind: 'proven', text: read.text }
  if (read?.same === 'unknown') return { kind: 'written', text: `Written; ${read.text}` }
  if (read) return { kind: 'written', text: `Written, but read back differently: ${read.text}` }
  return over ? { kind: 'written', text: 'Written' } : { kind: 'running', text: 'written, reading back' }
}

/** `error` of an answer; '' where it has none or can't be read. */
export function errorOf(payload: string): string {
  try {
    const json: unknown = JSON.parse(payload)
    if (typeof json !== 'object' || json === null || !('error' in json)) return ''
    return typeof json.error === 'string' ? json.error : ''
  } catch {
    return ''
  }
}
