import { Clock } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { api, connection } from '#renderer/api/index'
import { preferences } from '#renderer/site/preferences'
import { useConfig } from '#renderer/site/site'
import { Icon } from '#renderer/ui/Icon.tsx'
import type { ConfigView } from '#shared/site'
import { type TagCounts, tagCounts } from './flat-rows.ts'
import { rowKey, type TagChoice, type TagFilter } from './rows.ts'
import type { TagIndex } from './tag-index.ts'

/** How many of the chosen tags are published, writable and in trouble; a press shows these alone. */
export function FilterChips(props: {
  readonly indexes: readonly TagIndex[]
  readonly choice: TagChoice
  readonly only: TagFilter['only']
  readonly onOnly: (only: TagFilter['only']) => void
  readonly onTrouble: (keys: ReadonlySet<string>) => void
}) {
  const { indexes, choice, only, onOnly, onTrouble } = props
  const config = useConfig()
  const trouble = useTrouble(config)
  const counts = useCounts(indexes, choice, trouble)
  const toggle = (wanted: TagFilter['only']) => onOnly(only === wanted ? 'all' : wanted)
  useEffect(() => onTrouble(trouble), [trouble, onTrouble])
  return (
    <>
      <Chip word="Published" count={counts.published} on={only === 'published'} onPress={() => toggle('published')} />
      <Chip word="Writable" count={counts.writable} on={only === 'writable'} onPress={() => toggle('writable')} />
      {(counts.listed > 0 || only === 'listed') && (
        <Chip word="Not good" count={counts.listed} warn on={only === 'listed'} onPress={() => toggle('listed')} />
      )}
    </>
  )
}

function useCounts(indexes: readonly TagIndex[], choice: TagChoice, keys: ReadonlySet<string>): TagCounts {
  const lists = useStore(preferences, (now) => now.watchLists)
  // Objects of a choice are made anew; its content counts.
  const key = JSON.stringify(choice)
  return useMemo(() => {
    const wanted: TagChoice = JSON.parse(key)
    const list = wanted.kind === 'list' ? lists.find(({ name }) => name === wanted.name) : undefined
    return tagCounts(indexes, wanted, list?.tags ?? [], keys)
  }, [indexes, lists, key, keys])
}

function Chip(props: {
  readonly word: string
  readonly count: number
  readonly on: boolean
  readonly warn?: boolean
  readonly onPress: () => void
}) {
  const { word, count, on, warn, onPress } = props
  return (
    <button type="button" className={`tag-chip ${warn ? 'warn' : ''}`} aria-pressed={on} onClick={onPress}>
      {warn && <Icon of={Clock} small />}
      {word} <b>{count}</b>
    </button>
  )
}

const askMs = 3_000
const noKeys: ReadonlySet<string> = new Set()

/** Keys of the tags whose last value is not good, asked for while the screen is open. */
function useTrouble(config: ConfigView | undefined): ReadonlySet<string> {
  const [trouble, setTrouble] = useState(noKeys)
  const plcs =
    config?.plcs
      .filter(({ enabled }) => enabled)
      .map(({ name }) => name)
      .join('\n') ?? ''
  useEffect(() => {
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    async function ask() {
      const answers = await Promise.all(plcs.split('\n').filter(Boolean).map(notGoodKeys))
      if (over) return
      // Without a connection nobody knows better than before.
      if (connection.getState().kind === 'open') {
        const keys = new Set(answers.flat())
        setTrouble((now) => (sameKeys(now, keys) ? now : keys))
      }
      timer = setTimeout(() => void ask(), askMs)
    }
    void ask()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [plcs])
  return trouble
}

async function notGoodKeys(plc: string): Promise<string[]> {
  const answer = await api.call('tags.notGood', { plc }).catch(() => undefined)
  return answer?.addresses.map((address) => rowKey(plc, address)) ?? []
}

function sameKeys(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((key) => b.has(key))
}
