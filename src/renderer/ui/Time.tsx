import { localText, utcShort, utcTime, utcTimeMs } from './times.ts'

const forms = { time: utcTime, ms: utcTimeMs, short: (at: number) => utcShort(at, Date.now()) }

/** A moment in UTC, local on hover. `at`: ms since the epoch. */
export function Time({ at, form = 'short' }: { readonly at: number; readonly form?: keyof typeof forms }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={localText(at)}>
      {forms[form](at)}
    </time>
  )
}
