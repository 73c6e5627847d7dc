/** What this person has chosen for this site: kept by the gateway's host in the user's folder, by configuration file. */
import { z } from 'zod'
import { createStore } from 'zustand/vanilla'
import type { api } from '#renderer/api/index'
import { longestPreferences } from '#shared/contract/app'
import { longestTagAddress } from '#shared/contract/tags'

export const themes = ['system', 'light', 'dark', 'contrast'] as const
export type Theme = (typeof themes)[number]
export const siteColours = ['plum', 'teal', 'indigo', 'brown', 'slate'] as const
export type SiteColour = (typeof siteColours)[number]

/** One tag of a watch list. */
export interface WatchedTag {
  readonly plc: string
  readonly address: string
}

export interface WatchList {
  readonly name: string
  readonly tags: readonly WatchedTag[]
}

export const mostWatchLists = 50
export const mostTagsInList = 500
/** Characters */
export const longestListName = 100
export const mostLeftNamespaces = 20

/** As many as fit of those that can be read: one that can't costs only itself. */
function some<T extends z.ZodType>(one: T, most: number) {
  const good = (value: unknown) => {
    const read = one.safeParse(value)
    return read.success ? [read.data] : []
  }
  return z
    .array(z.unknown())
    .catch([])
    .default([])
    .transform((all) => all.flatMap(good).slice(0, most))
}

const watchedTag = z.object({
  plc: z.string().min(1).max(500),
  address: z.string().min(1).max(longestTagAddress),
})
const watchList = z.object({
  name: z.string().min(1).max(longestListName),
  tags: some(watchedTag, mostTagsInList),
})

/** Whether a list can hold it: what is too long can't be read either. */
export function canWatch(tag: WatchedTag): boolean {
  return watchedTag.safeParse(tag).success
}

/**
 * Each key falls back to its default where it can't be read, so that an older or newer version's file still serves. Keys
 * of features are added here, with a bound.
 */
const schema = z.looseObject({
  theme: z.enum(themes).catch('system'),
  density: z.enum(['normal', 'touch']).catch('normal'),
  siteColour: z.enum(siteColours).catch('plum'),
  /** Single letters go to screens and act in tables; off for those who press them by accident. */
  letterKeys: z.boolean().catch(true),
  /** px by pane */
  panes: z.record(z.string().max(50), z.number().min(20).max(5_000)).catch({}),
  watchLists: some(watchList, mostWatchLists),
  /** Namespaces that this site has left, newest first: what stands under them can be listed and cleared. */
  leftNamespaces: some(z.string().min(1).max(64), mostLeftNamespaces),
  tagColumns: some(z.string().max(30), 20),
})

export type Preferences = z.output<typeof schema>

/** What a text says; defaults where it says nothing or can't be read. */
export function parsePreferences(text: string): Preferences {
  try {
    return schema.parse(text === '' ? {} : JSON.parse(text))
  } catch {
    return schema.parse({})
  }
}

export const preferences = createStore<Preferences>(() => parsePreferences(''))

/** Changes a few of them; saved by itself. */
export function setPreferences(changes: Partial<Preferences>): void {
  preferences.setState(changes)
}

function tooLong(length: number): string {
  const [have, most] = [length, longestPreferences].map((chars) => Math.ceil(chars / 1024))
  return `Your watch lists and choices come to ${have} KB, and at most ${most} KB are kept. Remove tags or watch lists; until then what you change is forgotten when the window closes.`
}

/** Changes come in bursts (a pane that is dragged). */
const saveAfterMs = 600

/** Loads them, and saves each change until stopped. `failed` is told why one could not be saved. */
export async function keepPreferences(client: Pick<typeof api, 'call'>, failed: (error: string) => void) {
  const { text } = await client.call('app.preferences', {})
  preferences.setState(parsePreferences(text), true)
  let timer: ReturnType<typeof setTimeout> | undefined
  async function save() {
    timer = undefined
    const text = JSON.stringify(preferences.getState())
    if (text.length > longestPreferences) return failed(tooLong(text.length))
    try {
      const { error } = await client.call('app.savePreferences', { text })
      if (error) failed(error)
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error))
    }
  }
  return preferences.subscribe(() => {
    clearTimeout(timer)
    timer = setTimeout(() => void save(), saveAfterMs)
  })
}
