/** Watch lists: kept in the preferences, and the question to which one tags go. */
import { createStore } from 'zustand/vanilla'
import {
  canWatch,
  longestListName,
  mostTagsInList,
  mostWatchLists,
  preferences,
  setPreferences,
  type WatchedTag,
} from '#renderer/site/preferences'
import { showToast } from '#renderer/ui/live'

/** Tags that wait for a list to be chosen; empty: no question. */
export const waitingForList = createStore<{ readonly tags: readonly WatchedTag[] }>(() => ({ tags: [] }))

export function chooseListFor(tags: readonly WatchedTag[]): void {
  waitingForList.setState({ tags })
}

/**
 * Puts tags into a list, made where there is none of that name. Gives the name it has; undefined, and says why, where it
 * could not be made.
 */
export function addToList(wanted: string, tags: readonly WatchedTag[]): string | undefined {
  const name = wanted.trim().slice(0, longestListName) || 'Watch list'
  const { watchLists } = preferences.getState()
  const list = watchLists.find((one) => one.name === name)
  if (!list && watchLists.length >= mostWatchLists) {
    const text = `Watch list ${name} was not made: ${mostWatchLists} are kept. Remove one that is not needed.`
    showToast({ tone: 'bad', text })
    return undefined
  }
  const before = list?.tags ?? []
  const news = tags.filter((tag) => !before.some(({ plc, address }) => plc === tag.plc && address === tag.address))
  const good = news.filter(canWatch)
  const next = [...before, ...good].slice(0, mostTagsInList)
  setPreferences({ watchLists: [...watchLists.filter((one) => one !== list), { name, tags: [...next] }] })
  const left = before.length + good.length - next.length
  const remarks = [
    left > 0 ? ` ${left} did not fit: a list holds ${mostTagsInList}.` : '',
    good.length < news.length ? ` ${news.length - good.length} was left out: its name is too long to be read.` : '',
  ].join('')
  showToast({ tone: remarks ? 'warn' : 'quiet', text: `Watch list ${name}: ${next.length} tags.${remarks}` })
  return name
}

export function removeList(name: string): void {
  const { watchLists } = preferences.getState()
  const gone = watchLists.find((list) => list.name === name)
  setPreferences({ watchLists: watchLists.filter((list) => list !== gone) })
  if (!gone) return
  showToast({
    text: `Watch list ${name} removed`,
    action: { label: 'Undo', run: () => void addToList(name, gone.tags) },
  })
}
