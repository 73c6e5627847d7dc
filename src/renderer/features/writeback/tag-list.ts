/** Configured tags of one PLC, all pages, and the value of one tag: what the tester chooses from. */
import { useEffect, useMemo, useState } from 'react'
import { api } from '#renderer/api/index'
import { watchValues } from '#renderer/site/watch-values'
import { publishedName } from '#shared/config'
import { mostTagsInPage, type TagPageRow } from '#shared/contract/tags'
import type { TagReading } from '#shared/tag'

export interface TagList {
  readonly rows: readonly TagPageRow[]
  readonly loading: boolean
  /** Why there are none; '' else. */
  readonly error: string
}

const none: TagList = { rows: [], loading: false, error: '' }

/** Read anew when `version` (of the configuration) changes. */
export function useTagList(plc: string, version: string): TagList {
  const [list, setList] = useState<TagList>(none)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version is another list
  useEffect(() => {
    if (plc === '') return setList(none)
    const over = new AbortController()
    setList((now) => ({ ...now, loading: true }))
    readAll(plc, over.signal).then(
      (rows) => setList({ rows, loading: false, error: '' }),
      (error: unknown) => {
        if (!over.signal.aborted) setList({ rows: [], loading: false, error: textOf(error) })
      },
    )
    return () => over.abort()
  }, [plc, version])
  return list
}

async function readAll(plc: string, signal: AbortSignal): Promise<TagPageRow[]> {
  const rows: TagPageRow[] = []
  let total = 1
  while (rows.length < total) {
    const page = await api.call('tags.page', { plc, offset: rows.length, limit: mostTagsInPage }, { signal })
    if (page.rows.length === 0) break
    rows.push(...page.rows)
    total = page.total
  }
  return rows
}

/** Readings of these tags by address in the PLC; empty while nothing is known. At most a few. */
export function useReadings(plc: string, addresses: readonly string[]): ReadonlyMap<string, TagReading> {
  const [readings, setReadings] = useState<ReadonlyMap<string, TagReading>>(new Map())
  const key = addresses.join('\n')
  const tags = useMemo(() => (key === '' ? [] : key.split('\n').map((address) => ({ plc, address }))), [plc, key])
  useEffect(() => {
    setReadings(new Map())
    if (plc === '' || tags.length === 0) return
    return watchValues(tags, (items) =>
      setReadings((now) => new Map([...now, ...items.map((item) => [item.address, item] as const)])),
    )
  }, [plc, tags])
  return readings
}

/** Writable ones first, each part in the order of the file. */
export function writableFirst(rows: readonly TagPageRow[]): readonly TagPageRow[] {
  return [...rows.filter(({ writable }) => writable), ...rows.filter(({ writable }) => !writable)]
}

export function findRow(rows: readonly TagPageRow[], tag: string): TagPageRow | undefined {
  return rows.find((row) => publishedName(row) === tag) ?? rows.find(({ name }) => name === tag)
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
