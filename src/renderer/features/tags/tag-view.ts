/** What the tag screen shows: kept while the window's page is loaded, so that it is found again as it was left. */
import { createStore } from 'zustand/vanilla'
import { rowKey, type TagChoice, type TagFilter } from './rows.ts'
import { noSelection, type Selection } from './selection.ts'

export interface TagView {
  readonly typed: string
  readonly view: 'tree' | 'flat'
  readonly only: TagFilter['only']
  /** On the left; undefined: nobody chose. */
  readonly chosen: TagChoice | undefined
  readonly selection: Selection
  /** Keys of the open structures. */
  readonly open: ReadonlySet<string>
  /** Key of the tag whose detail is open. */
  readonly detail: string | undefined
}

const atFirst: TagView = {
  typed: '',
  view: 'tree',
  only: 'all',
  chosen: undefined,
  selection: noSelection,
  open: new Set(),
  detail: undefined,
}

export const tagView = createStore<TagView>(() => atFirst)

/**
 * What an address orders (`#/tags?plc=Main%20PLC&tag=Level`): `q` is text for the filter, `only` is `published` or
 * `writable`, `plc` shows one PLC's tags, `tag` with it opens its detail. Filters of before are taken off.
 */
export function withOrder(now: TagView, query: URLSearchParams): TagView {
  const only = query.get('only')
  const plc = query.get('plc')
  const tag = query.get('tag')
  const key = plc !== null && tag !== null ? rowKey(plc, tag) : undefined
  return {
    ...now,
    typed: query.get('q') ?? (key === undefined ? '' : (tag ?? '')),
    only: only === 'published' || only === 'writable' ? only : 'all',
    chosen: plc === null ? undefined : { kind: 'plc', plc },
    ...(key === undefined ? {} : { detail: key, selection: { active: key, anchor: key, keys: new Set([key]) } }),
  }
}
