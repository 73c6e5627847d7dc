/** Moments and spans of time as the window writes them: UTC, decimal point, units. `at` is ms since the epoch. */

/** `14:31:47` */
export function utcTime(at: number): string {
  return new Date(at).toISOString().slice(11, 19)
}

/** `14:31:47.802` */
export function utcTimeMs(at: number): string {
  return new Date(at).toISOString().slice(11, 23)
}

/** `14:31:47` where it was today (UTC), else `03-17 14:31`. */
export function utcShort(at: number, now: number): string {
  const text = new Date(at).toISOString()
  return text.slice(0, 10) === new Date(now).toISOString().slice(0, 10)
    ? text.slice(11, 19)
    : text.slice(5, 16).replace('T', ' ')
}

/** `2026-03-17 14:31:47` */
export function utcDateTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}

/** For the tooltip of a UTC time. */
export function localText(at: number): string {
  return `Local: ${new Date(at).toLocaleString(undefined, { timeZoneName: 'short' })}`
}

/** `0.3 s`, `48 s`, `3 min`, `2 h`, `5 d`: one figure, for ages and waits. Never negative. */
export function spanText(ms: number): string {
  const s = Math.max(0, ms) / 1_000
  if (s < 10) return `${s.toFixed(1)} s`
  if (s < 90) return `${Math.round(s)} s`
  if (s < 5_400) return `${Math.round(s / 60)} min`
  return s < 172_800 ? `${Math.round(s / 3_600)} h` : `${Math.round(s / 86_400)} d`
}

/** `32.4`, or `32` where nothing finer was measured. */
export function msText(ms: number): string {
  return ms.toFixed(Number.isInteger(ms) ? 0 : 1)
}

/** `1,204 bytes`, `12.4 KB` */
export function bytesText(bytes: number): string {
  if (bytes < 10_000) return `${bytes.toLocaleString('en-US')} ${bytes === 1 ? 'byte' : 'bytes'}`
  const units = ['KB', 'MB', 'GB']
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1_000 ** power).toFixed(1)} ${units[power - 1]}`
}
