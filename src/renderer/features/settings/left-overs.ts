import type { LeftOverItem, LeftOverList } from '#shared/site'

const kinds: Readonly<Record<LeftOverItem['kind'], readonly [one: string, more: string]>> = {
  retained: ['retained message', 'retained messages'],
  key: ['key', 'keys'],
  list: ['list', 'lists'],
  topic: ['topic', 'topics'],
  group: ['consumer group', 'consumer groups'],
}

/** `239 retained messages`, `4 topics, 1 consumer group, 3 requests not taken` */
export function countText({ items, more }: Pick<LeftOverList, 'items' | 'more'>): string {
  const parts = Object.entries(kinds).flatMap(([kind, [one, many]]) => {
    const count = items.filter((item) => item.kind === kind).length
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]
  })
  const lag = items.reduce((all, item) => all + (item.lag ?? 0), 0)
  if (lag > 0) parts.push(`${lag} requests not taken`)
  if (parts.length === 0) return 'nothing'
  return parts.join(', ') + (more ? ', and more' : '')
}

/** What holds records of its own: it is only removed where a person asks for it. */
export function lasting({ kind }: LeftOverItem): boolean {
  return kind === 'topic' || kind === 'group'
}
