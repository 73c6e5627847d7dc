/** Durations as the configuration file writes them. */

const unitMs = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const

/** ms of `1h2m3s4ms`, in this order, each part at most once; undefined where it is none or not a whole number of ms. */
export function durationMs(value: string): number | undefined {
  const match =
    /^(?:(\d{1,9}(?:\.\d{1,3})?)h)?(?:(\d{1,9}(?:\.\d{1,3})?)m)?(?:(\d{1,9}(?:\.\d{1,3})?)s)?(?:(\d{1,12})ms)?$/.exec(
      value,
    )
  if (!match || value === '') return undefined
  const [, h, m, s, ms] = match
  const sum = Number(h ?? 0) * unitMs.h + Number(m ?? 0) * unitMs.m + Number(s ?? 0) * unitMs.s + Number(ms ?? 0)
  return Number.isSafeInteger(Math.round(sum)) ? Math.round(sum) : undefined
}

/** The shortest text of a duration in ms that `durationMs` reads back. */
export function durationText(ms: number): string {
  if (ms === 0) return '0s'
  let rest = ms
  let out = ''
  for (const unit of ['h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / unitMs[unit])
    rest -= count * unitMs[unit]
    if (count > 0) out += `${count}${unit}`
  }
  return out
}
