/** Values, ages and times as the table writes them. Pure. */

/** A number in two parts, so that decimal points stand below each other; other values in one. */
export function valueParts(json: string): {
  readonly whole: string
  readonly fraction: string
  readonly isNumber: boolean
} {
  const match = /^(-?\d+)(\.\d+)?$/.exec(json)
  if (match) return { whole: match[1] ?? '', fraction: match[2] ?? '', isNumber: true }
  return {
    whole: json,
    fraction: '',
    isNumber: /^-?\d/.test(json) || json === 'true' || json === 'false' || json === 'null',
  }
}

/** `0.3 s`, `48 s`, `12 min`, `3 h`, `5 d` */
export function ageText(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.floor(seconds)} s`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** UTC: `14:32:04.311` today, `03-16 22:10` earlier; '' for 0. */
export function timeText(at: number, now: number): string {
  if (at === 0) return ''
  const iso = new Date(at).toISOString()
  return iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10)
    ? iso.slice(11, 23)
    : iso.slice(5, 16).replace('T', ' ')
}

/** The same without milliseconds. */
export function shortTime(at: number, now: number): string {
  return timeText(at, now).replace(/\.\d+$/, '')
}

/** For a tooltip: UTC in full, and local time. */
export function timeTitle(at: number): string {
  if (at === 0) return 'never'
  const date = new Date(at)
  return `${date.toISOString()} (local ${date.toLocaleString()})`
}
