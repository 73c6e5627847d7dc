/** Write requests that ended, newest kept, for the window. */
import { companionPath } from '#main/config/paths'
import { type JournalAnswer, type JournalQuestion, readJournalPage } from '#main/writeback/journal-pages'
import type { EndedRequest } from '#shared/write'
import type { Site } from './site.ts'

export interface WriteHistory {
  /** Those kept, oldest first, then each one. Returns how to stop. */
  listen(listener: (request: EndedRequest) => void): () => void
}

const most = 200

export function createWriteHistory(site: Site): WriteHistory {
  let kept: EndedRequest[] = []
  const listeners = new Set<(request: EndedRequest) => void>()
  site.onWrite((event) => {
    if (event.kind !== 'ended') return
    kept.push(event.request)
    if (kept.length >= 2 * most) kept = kept.slice(-most)
    for (const listener of listeners) listener(event.request)
  })
  return {
    listen: (listener) => {
      for (const request of kept.slice(-most)) listener(request)
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** One page of the journal, newest first; also while no gateway runs. */
export function journalPage(site: Site, question: JournalQuestion): Promise<JournalAnswer> {
  return readJournalPage(companionPath(site.configPath, 'journal'), question)
}
