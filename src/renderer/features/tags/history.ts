/** The values of the last minute of one tag, for its trend. Bounded. */
import type { TrendPoint } from '#renderer/ui/Trend.tsx'
import type { TagReading } from '#shared/tag'

export const trendMs = 60_000
const mostPoints = 1_200

/** With a new reading; points before the span leave, but for the one that holds at its beginning. */
export function withReading(points: readonly TrendPoint[], reading: TagReading, now: number): readonly TrendPoint[] {
  const value = numberOf(reading)
  if (value === undefined) return points
  const last = points.at(-1)
  if (last?.value === value) return points
  // What changed while nobody listened begins at the edge: when it changed before is not known better.
  const at = Math.max(reading.changedAt || reading.at, last?.at ?? now - trendMs)
  const kept = [...points, { at, value }].slice(-mostPoints)
  const first = kept.findIndex((point) => point.at >= now - trendMs)
  return first > 1 ? kept.slice(first - 1) : kept
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

export function trendSummary(points: readonly TrendPoint[], now: number): TrendSummary | undefined {
  const seen = points.filter(({ at }) => at >= now - trendMs)
  const values = points.map(({ value }) => value)
  if (values.length === 0) return undefined
  return {
    min: Math.min(...values),
    max: Math.max(...values),
    changes: Math.max(0, seen.length - (seen.length === points.length ? 1 : 0)),
  }
}
