/**
 * Values of the tags in sight. One subscription for the rows of the table, one for the tag whose detail is open; a value
 * whose subscription is over is forgotten, so that an old one never looks live.
 */
import { useSyncExternalStore } from 'react'
import type { WatchedTag } from '#renderer/site/preferences'
import { longestTagAddress, mostWatchedTags } from '#shared/contract/tags'
import type { TagReading } from '#shared/tag'
import { createHistories, type Histories } from './history.ts'
import { rowKey } from './rows.ts'

export interface Values {
  get(key: string): TagReading | undefined
  /** Tells of each new reading of one tag, and when it is forgotten, until stopped. */
  onChange(key: string, changed: () => void): () => void
  /** These and no others, at most `mostWatchedTags`; the rest is left out, as is what is too long to be asked for. */
  watch(tags: readonly WatchedTag[]): void
  /** The gateway can't tell any more: what is shown is from before, until it is told anew. `why` is for people. */
  lose(why: string): void
  stop(): void
}

/** Begins a subscription of `tags.values`; returns how to stop. */
export type SubscribeValues = (
  tags: readonly WatchedTag[],
  onItems: (readings: readonly TagReading[]) => void,
) => () => void

/** `histories` are told of all that comes. */
export function createValues(subscribe: SubscribeValues, histories: Histories = createHistories()): Values {
  const readings = new Map<string, TagReading>()
  const listeners = new Map<string, Set<() => void>>()
  let watched = ''
  let watchedKeys: readonly string[] = []
  let stopNow = () => {}

  function take(items: readonly TagReading[]) {
    for (const reading of items) {
      const key = rowKey(reading.plc, reading.address)
      readings.set(key, reading)
      histories.see(key, reading, Date.now())
      tell(key)
    }
  }
  function lose(why: string) {
    take([...readings.values()].map((reading) => outOfDate(reading, why)))
  }
  function tell(key: string) {
    for (const changed of listeners.get(key) ?? []) changed()
  }
  function watch(tags: readonly WatchedTag[]) {
    const some = tags.filter(({ address }) => address.length <= longestTagAddress).slice(0, mostWatchedTags)
    const keys = some.map(({ plc, address }) => rowKey(plc, address))
    const name = keys.join('\n\n')
    if (name === watched) return
    watched = name
    stopNow()
    // First those that come: what is watched before and after goes on.
    histories.begin(keys)
    histories.end(watchedKeys, Date.now())
    watchedKeys = keys
    const wanted = new Set(keys)
    const gone = [...readings.keys()].filter((key) => !wanted.has(key))
    for (const key of gone) readings.delete(key)
    for (const key of gone) tell(key)
    stopNow = some.length === 0 ? () => {} : subscribe(some, take)
  }
  return {
    get: (key) => readings.get(key),
    onChange: (key, changed) => {
      const own = listeners.get(key) ?? new Set()
      listeners.set(key, own.add(changed))
      return () => {
        own.delete(changed)
        if (own.size === 0) listeners.delete(key)
      }
    },
    watch,
    lose,
    stop: () => watch([]),
  }
}

/** What is stale or bad stays so, with what it says; what waits has nothing to be out of date. */
function outOfDate(reading: TagReading, why: string): TagReading {
  return reading.quality === 'good' ? { ...reading, quality: 'stale', error: why } : reading
}

/** The newest reading of a tag; undefined until there is one. */
export function useReading(values: Values, key: string): TagReading | undefined {
  return useSyncExternalStore(
    (changed) => values.onChange(key, changed),
    () => values.get(key),
  )
}
