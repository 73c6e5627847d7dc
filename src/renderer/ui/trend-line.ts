/** The line of a trend. Pure. */

export interface TrendPoint {
  /** ms since the epoch */
  readonly at: number
  /** `null`: from here on it is not known. */
  readonly value: number | null
}

/** Points of the line: a value holds to its end or to now, and where nothing is known there is no line. */
export function trendLine(points: readonly TrendPoint[], now: number): readonly TrendPoint[] {
  const last = points.at(-1)
  const line = points.flatMap((point, i) => {
    const before = points[i - 1]
    return point.value === null && before ? [{ at: point.at, value: before.value }, point] : [point]
  })
  return last && last.value !== null ? [...line, { at: now, value: last.value }] : line
}
