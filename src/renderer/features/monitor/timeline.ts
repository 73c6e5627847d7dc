/** Messages as the monitor shows them: a bounded list that can be paused, counting what goes by meanwhile. Pure. */
import type { MonitorFilter } from '#shared/contract/monitor'
import type { MonitorMessage } from '#shared/monitor'

export const mostShown = 5_000

export interface Timeline {
  /** Oldest first. */
  readonly shown: readonly MonitorMessage[]
  readonly paused: boolean
  /** Came while paused, and wait to be shown: the newest of them. */
  readonly held: readonly MonitorMessage[]
  /** Came while paused. */
  readonly heldCount: number
  /** Begun anew: what comes first are messages of before, shown in place of what is there though it is paused. */
  readonly fresh: boolean
  /** The gateway dropped so many because this window was too slow. */
  readonly dropped: number
}

export const emptyTimeline: Timeline = { shown: [], paused: false, held: [], heldCount: 0, fresh: false, dropped: 0 }

export function arrived(now: Timeline, items: readonly MonitorMessage[], dropped: number): Timeline {
  if (now.fresh) return { ...now, shown: newest(items), fresh: false, dropped }
  if (!now.paused) return { ...now, shown: newest([...now.shown, ...items]), dropped: now.dropped + dropped }
  return {
    ...now,
    held: newest([...now.held, ...items]),
    heldCount: now.heldCount + items.length,
    dropped: now.dropped + dropped,
  }
}

export function paused(now: Timeline): Timeline {
  return { ...now, paused: true, held: [], heldCount: 0 }
}

/** Shows what was held; what was more than fits is counted as dropped. */
export function resumed(now: Timeline): Timeline {
  return {
    ...now,
    shown: newest([...now.shown, ...now.held]),
    paused: false,
    held: [],
    heldCount: 0,
    dropped: now.dropped + now.heldCount - now.held.length,
  }
}

/** The gateway tells anew, beginning with what it has of before. Until then what is shown stays. */
export function begun(now: Timeline): Timeline {
  return { ...now, held: [], heldCount: 0, fresh: true }
}

/** An empty list, as much paused as before. */
export function cleared(now: Timeline): Timeline {
  return { ...emptyTimeline, paused: now.paused }
}

function newest(messages: readonly MonitorMessage[]): readonly MonitorMessage[] {
  return messages.length > mostShown ? messages.slice(-mostShown) : messages
}

export const views = ['all', 'own', 'foreign', 'writes', 'errors'] as const
export type ViewId = (typeof views)[number]

/** What the gateway is asked for. Errors are answers that refuse; which these are is seen in the message. */
export function filterOf(view: ViewId, text: string, entries: MonitorFilter['entries']): MonitorFilter {
  const base = { ...(text === '' ? {} : { text }), ...(entries === undefined ? {} : { entries }) }
  switch (view) {
    case 'all':
      return base
    case 'own':
    case 'foreign':
      return { ...base, owner: view }
    case 'writes':
      return { ...base, kinds: ['request', 'response'] }
    case 'errors':
      return { ...base, kinds: ['response', 'health'] }
  }
}

/** Whether a message tells of something that went wrong. */
export function isError({ kind, preview }: Pick<MonitorMessage, 'kind' | 'preview'>): boolean {
  if (kind === 'response') return /"success"\s*:\s*false/.test(preview)
  return kind === 'health' && /"online"\s*:\s*false/.test(preview)
}
