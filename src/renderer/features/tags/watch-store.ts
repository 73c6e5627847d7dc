/** Watch lists: kept in the preferences, and the question to which one tags go. */
import { createStore } from 'zustand/vanilla'
import { preferences, setPreferences, type WatchedTag } from '#renderer/site/preferences'
import { showToast } from '#renderer/ui/live'

/** Tags that wait for a list to be chosen; empty: no question. */
export const waitingForList = createStore<{ readonly tags: readonly WatchedTag[] }>(() => ({ tags: [] }))

export function chooseListFor(tags: readonly WatchedTag[]): void {
  waitingForList.setState({ tags })
}

const mostTags = 500

/** Puts tags into a list, made where there is none of that name. */
export function addToList(name: string, tags: readonly WatchedTag[]): void {
  const { watchLists } = preferences.getState()
  const before = watchLists.find((list) => list.name === name)?.tags ?? []
  const news = tags.filter((tag) => !before.some(({ plc, address }) => plc === tag.plc && address === tag.address))
  const next = [...before, ...news].slice(0, mostTags)
  setPreferences({ watchLists: [...watchLists.filter((list) => list.name !== name), { name, tags: next }] })
  const left = before.length + news.length - next.length
  showToast({
    tone: left > 0 ? 'warn' : 'quiet',
    text: `Watch list ${name}: ${next.length} tags${left > 0 ? `. ${left} did not fit: a list holds ${mostTags}.` : ''}`,
  })
}

export function removeList(name: string): void {
  const { watchLists } = preferences.getState()
  const gone = watchLists.find((list) => list.name === name)
  setPreferences({ watchLists: watchLists.filter((list) => list !== gone) })
  if (!gone) return
  showToast({ text: `Watch list ${name} removed`, action: { label: 'Undo', run: () => addToList(name, gone.tags) } })
}
