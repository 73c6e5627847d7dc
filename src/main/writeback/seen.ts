/**
 * Requests with a `request_id`: those under way, and those that ended within the last minute; and Kafka records of
 * before: so that nothing is executed twice.
 */
import type { EntryId } from '#shared/broker'
import { checkNames } from '#shared/write'
import { canonicalDigest, type Refusal } from './checks.ts'
import type { AcceptedLine, JournalLine, OutcomeLine } from './journal-lines.ts'

/** How a request ended, as it is answered. `refusal` absent: success. */
export type Ending = Pick<Refusal, 'error' | 'skipped'> & { readonly success: boolean }

export interface SeenRequest {
  /** `valueDigest` of it. */
  readonly value: string
  /** Resolves when the first one has ended. */
  readonly ending: Promise<Ending>
}

/** How long a `request_id` is remembered after its request has ended, in ms. */
const rememberMs = 60_000
/** More ids than this that ended within a minute: the oldest are forgotten first. */
const maxIds = 50_000
/** Kafka positions remembered from the journal. */
const maxPositions = 50_000

export interface Seen {
  find(key: string): SeenRequest | undefined
  /** Until a minute after its end. */
  remember(key: string, request: SeenRequest): void
  /** True for a Kafka record that already has an outcome of ours. */
  hasEnded(position: string | undefined): boolean
  ended(position: string | undefined): void
}

export function requestKey(entry: EntryId, plc: string, tag: string, requestId: string): string {
  return JSON.stringify([entry.service, entry.name, plc, tag, requestId])
}

/** Where a Kafka record stands. Its time is part of it: a topic made anew begins at offset 0 again. */
export function positionKey({ entry, address, position, recordTime }: PositionOf): string | undefined {
  if (!position) return undefined
  return JSON.stringify([entry.service, entry.name, address, position.partition, position.offset, recordTime])
}

/** An `Arrival` or an `AcceptedLine`. */
interface PositionOf {
  readonly entry: EntryId
  readonly address: string
  readonly position?: { readonly partition: number; readonly offset: string }
  readonly recordTime?: number
}

/** What the journal remembers is taken over: a restart forgets no id and no record. */
export function createSeen(before: readonly JournalLine[], now = Date.now()): Seen {
  // Never forgotten. No more than wait for their PLC: all others end as they come.
  const underWay = new Map<string, SeenRequest>()
  // In the order of their ends. By the clock that nobody sets.
  const recent = new Map<string, { readonly request: SeenRequest; readonly until: number }>()
  const positions = new Set<string>()

  function remain(key: string, request: SeenRequest, ms: number) {
    const mono = performance.now()
    recent.delete(key)
    recent.set(key, { request, until: mono + ms })
    for (const [oldest, { until }] of recent) {
      if (recent.size <= maxIds && mono <= until) break
      recent.delete(oldest)
    }
  }

  const seen: Seen = {
    find: (key) => {
      const found = recent.get(key)
      return underWay.get(key) ?? (found && performance.now() <= found.until ? found.request : undefined)
    },
    remember: (key, request) => {
      underWay.set(key, request)
      void request.ending.then(() => {
        underWay.delete(key)
        remain(key, request, rememberMs)
      })
    },
    hasEnded: (position) => position !== undefined && positions.has(position),
    ended: (position) => {
      if (position === undefined) return
      positions.add(position)
      if (positions.size > maxPositions) positions.delete(positions.values().next().value as string)
    },
  }

  const accepted = new Map<string, AcceptedLine>()
  for (const line of before) {
    if (line.line === 'accepted') accepted.set(line.id, line)
    if (line.line !== 'outcome' || line.outcome === 'not ours') continue
    const request = accepted.get(line.id)
    if (!request) continue
    seen.ended(positionKey(request))
    // A clock that was set back makes it no younger.
    const ms = Math.min(rememberMs, rememberMs - (now - Date.parse(line.time)))
    if (request.requestId === undefined || line.outcome === 'deduplicated' || !(ms > 0)) continue
    if (line.check && !isRemembered(line.check)) continue
    const ending = Promise.resolve(journalledEnding(line))
    const key = requestKey(request.entry, request.plc, request.tag, request.requestId)
    remain(key, { value: journalledDigest(request), ending }, ms)
  }
  return seen
}

/** As it was answered. A repeated request ended as its first one did, whatever its own outcome is called. */
export function journalledEnding({ error, skipped }: OutcomeLine): Ending {
  return { success: error === '', error, ...(skipped ? { skipped } : {}) }
}

/** Of a request that the journal remembers. */
export function journalledDigest({ digest, canonical }: AcceptedLine): string {
  return digest ?? canonicalDigest(canonical ?? '')
}

const earlyChecks: ReadonlySet<string> = new Set(checkNames.slice(0, checkNames.indexOf('request-id') + 1))

/** False for a refusal by a check up to the id's own: such a request says nothing about its id. */
export function isRemembered(check: string): boolean {
  return !earlyChecks.has(check)
}
