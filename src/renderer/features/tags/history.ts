/** The values of the last minute of the tags this window has seen, for their trends. Bounded. */
import type { TrendPoint } from '#renderer/ui/trend-line'
import type { TagReading } from '#shared/tag'

export const trendMs = 60_000
const mostPoints = 1_200
const mostTags = 500

/** What was seen of each tag, also while its detail was not open. */
export interface Histories {
  get(key: string): readonly TrendPoint[]
  /** Somebody watches these from now on. */
  begin(keys: readonly string[]): void
  see(key: string, reading: TagReading, now: number): void
  /** One watcher less; where it was the last, what becomes of the value is not known from now on. */
  end(keys: readonly string[], now: number): void
}

export function createHistories(): Histories {
  // In the order in which they were seen last.
  const points = new Map<string, readonly TrendPoint[]>()
  const watchers = new Map<string, number>()
  function put(key: string, next: readonly TrendPoint[]) {
    points.delete(key)
    if (next.length > 0) points.set(key, next)
    if (points.size <= mostTags) return
    const oldest = points.keys().next().value
    if (oldest !== undefined) points.delete(oldest)
  }
  return {
    get: (key) => points.get(key) ?? none,
    begin: (keys) => {
      for (const key of keys) watchers.set(key, (watchers.get(key) ?? 0) + 1)
    },
    see: (key, reading, now) => {
      const before = points.get(key) ?? none
      put(key, withReading(before, reading, now))
    },
    end: (keys, now) => {
      for (const key of keys) {
        const left = (watchers.get(key) ?? 1) - 1
        if (left > 0) watchers.set(key, left)
        else watchers.delete(key)
        const known = points.get(key)
        if (left <= 0 && known) points.set(key, withGap(known, now))
      }
    },
  }
}
const none: readonly TrendPoint[] = []

/** With a new reading; points before the span leave, but for the one that holds at its beginning. */
export function withReading(points: readonly TrendPoint[], reading: TagReading, now: number): readonly TrendPoint[] {
  const value = numberOf(reading)
  if (value === undefined) return withGap(points, reading.at || now)
  const last = points.at(-1)
  if (last?.value === value) return points
  // What changed while nobody could know begins when it was read: when it changed is not known better.
  const begins = last?.value === null ? reading.at : reading.changedAt || reading.at
  const at = Math.max(begins, last?.at ?? now - trendMs)
  const kept = [...points, { at, value }].slice(-mostPoints)
  const first = kept.findIndex((point) => point.at >= now - trendMs)
  return first > 1 ? kept.slice(first - 1) : kept
}

/** Ends what was known at `at`: a value that is not known to hold is not drawn. */
function withGap(points: readonly TrendPoint[], at: number): readonly TrendPoint[] {
  const last = points.at(-1)
  return !last || last.value === null ? points : [...points, { at: Math.max(at, last.at), value: null }]
}

/** Undefined where it has no number, or it is not good. */
export function numberOf({ quality, valueJson }: TagReading): number | undefined {
  if (quality !== 'good' || valueJson === undefined) return undefined
  if (valueJson === 'true' || valueJson === 'false') return valueJson === 'true' ? 1 : 0
  return /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(valueJson) ? Number(valueJson) : undefined
}

export interface TrendSummary {
  readonly min: number
  readonly max: number
  readonly changes: number
}

/** Of what is known of the last minute; undefined where nothing is. */
export function trendSummary(points: readonly TrendPoint[], now: number): TrendSummary | undefined {
  const begin = now - trendMs
  const known = points.flatMap(({ at, value }, i) => {
    const until = points[i + 1]?.at ?? now
    return value === null || until < begin ? [] : [{ at, value }]
  })
  if (known.length === 0) return undefined
  const values = known.map(({ value }) => value)
  return {
    min: Math.min(...values),
    max: Math.max(...values),
    changes: known.filter(({ at, value }, i) => i > 0 && at >= begin && value !== known[i - 1]?.value).length,
  }
}
