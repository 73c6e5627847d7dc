/** Messages per second of each entry over the last ten minutes, one sample every 5 s, while the window is open. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SiteView } from '#renderer/site/site'
import { entryText } from '#shared/broker'

export const sampleMs = 5_000
export const mostSamples = 120

/** By `entryText`; newest last. */
export const rates = createStore<{ readonly [entry: string]: readonly number[] }>(() => ({}))

/** Takes samples until stopped. */
export function watchRates(site: StoreApi<SiteView>): () => void {
  const timer = setInterval(() => rates.setState((now) => nextRates(now, site.getState().cells), true), sampleMs)
  return () => clearInterval(timer)
}

/** One more sample of each entry; entries that are gone lose theirs. */
export function nextRates(
  now: { readonly [entry: string]: readonly number[] },
  cells: SiteView['cells'],
): { readonly [entry: string]: readonly number[] } {
  const traffic = Object.values(cells).flatMap((cell) => (cell.kind === 'traffic' ? [cell] : []))
  return Object.fromEntries(
    traffic.map(({ entry, value }) => {
      const key = entryText(entry)
      return [key, [...(now[key] ?? []), value.perSecond].slice(-mostSamples)]
    }),
  )
}
