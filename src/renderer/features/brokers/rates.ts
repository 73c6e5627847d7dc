/** Messages per second of each entry over the last ten minutes, one sample every 5 s, while the window is open. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { type SiteView, trafficOf } from '#renderer/site/site'
import { entryText } from '#shared/broker'

export const sampleMs = 5_000
export const mostSamples = 120

/** By `entryText`; newest last. */
export const rates = createStore<{ readonly [entry: string]: readonly number[] }>(() => ({}))

/** Takes samples until stopped. */
export function watchRates(site: StoreApi<SiteView>): () => void {
  const timer = setInterval(() => rates.setState((now) => nextRates(now, site.getState()), true), sampleMs)
  return () => clearInterval(timer)
}

/** One more sample of each entry; entries that are gone lose theirs. */
export function nextRates(
  now: { readonly [entry: string]: readonly number[] },
  view: Pick<SiteView, 'cells'>,
): { readonly [entry: string]: readonly number[] } {
  return Object.fromEntries(
    trafficOf(view).map(([entry, { perSecond }]) => {
      const key = entryText(entry)
      return [key, [...(now[key] ?? []), perSecond].slice(-mostSamples)]
    }),
  )
}
