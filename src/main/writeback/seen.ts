/** Requests with a `request_id` of the last minute, and Kafka records of before: so that nothing is executed twice. */
import type { EntryId } from '#shared/broker'
import { checkNames } from '#shared/write'
import { canonicalDigest, type Refusal } from './checks.ts'
import type { AcceptedLine, JournalLine, OutcomeLine } from './journal.ts'

/** How a request ended, as it is answered. `refusal` absent: success. */
export type Ending = Pick<Refusal, 'error' | 'skipped'> & { readonly success: boolean }

export interface SeenRequest {
  /** `valueDigest` of it. */
  readonly value: string
  /** Resolves when the first one has ended. */
  readonly ending: Promise<Ending>
}

/** How long a `request_id` is remembered, in ms. */
export const rememberMs = 60_000
/** More ids than this within a minute: the oldest are forgotten first. */
const maxIds = 50_000
/** Kafka positions remembered from the journal. */
const maxPositions = 50_000

export interface Seen {
  find(key: string): SeenRequest | undefined
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
  const ids = new Map<string, { readonly request: SeenRequest; readonly at: number }>()
  const positions = new Set<string>()
  const seen: Seen = {
    find: (key) => {
      const found = ids.get(key)
      return found && Date.now() - found.at <= rememberMs ? found.request : undefined
    },
    remember: (key, request) => {
      ids.delete(key)
      ids.set(key, { request, at: Date.now() })
      for (const [oldest, { at }] of ids) {
        if (ids.size <= maxIds && Date.now() - at <= rememberMs) break
        ids.delete(oldest)
      }
    },
    hasEnded: (position) => position !== undefined && positions.has(position),
    ended: (position) => {
      if (position === undefined) return
      positions.add(position)
      if (positions.size > maxPositions) positions.delete(positions.values().next().value as string)
    },
  }
  const accepted = new Map<string, Extract<JournalLine, { line: 'accepted' }>>()
  for (const line of before) {
    if (line.line === 'accepted') accepted.set(line.id, line)
    if (line.line !== 'outcome' || line.outcome === 'not ours') continue
    const request = accepted.get(line.id)
    if (!request) continue
    seen.ended(positionKey(request))
    const at = Date.parse(request.time)
    if (request.requestId === undefined || line.outcome === 'deduplicated' || !(now - at <= rememberMs)) continue
    if (line.check && !isRemembered(line.check)) continue
    ids.set(requestKey(request.entry, request.plc, request.tag, request.requestId), {
      request: { value: journalledDigest(request), ending: Promise.resolve(journalledEnding(line)) },
      at,
    })
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
