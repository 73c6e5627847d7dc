import { Check, ChevronDown, ChevronRight, CircleDashed, Clock, OctagonX } from 'lucide-react'
import { useState } from 'react'
import { Box } from '#renderer/ui/Choice.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { useNow } from '#renderer/ui/ticker'
import type { Quality } from '#shared/tag'
import { ageText, timeText, timeTitle, valueParts } from './format.ts'
import type { TagRow } from './rows.ts'
import { useReading, type Values } from './values.ts'

export const qualityLooks: Readonly<
  Record<Quality, { readonly icon: typeof Check; readonly word: string; readonly tone: string }>
> = {
  good: { icon: Check, word: 'Good', tone: '' },
  stale: { icon: Clock, word: 'Stale', tone: 'warn' },
  bad: { icon: OctagonX, word: 'Bad', tone: 'bad' },
  waiting: { icon: CircleDashed, word: 'Waiting', tone: '' },
}

/** A box in the table: the mouse's way to what the keys of the table do. */
export function ToggleCell(props: {
  readonly row: TagRow
  readonly what: 'published' | 'writable'
  readonly onToggle: (row: TagRow) => void
}) {
  const { row, what, onToggle } = props
  if (row.note !== undefined) return null
  const on = row.tag?.enabled === true && (what === 'published' || row.tag.writable)
  const some = what === 'published' && !on && row.published > 0
  return (
    <button
      type="button"
      tabIndex={-1}
      className="tag-cell"
      role="checkbox"
      aria-checked={some ? 'mixed' : on}
      aria-label={`${row.address} ${what}`}
      title={some ? `${row.published} below it published` : undefined}
      onClick={(event) => {
        event.stopPropagation()
        onToggle(row)
      }}
    >
      <Box checked={some ? 'some' : on} />
    </button>
  )
}

export function NameCell({ row, onOpen }: { readonly row: TagRow; readonly onOpen: (row: TagRow) => void }) {
  if (row.note !== undefined) return <span className="note-text text">{row.note}</span>
  const isGroup = row.open !== undefined
  return (
    <span className={`tag-name ${isGroup ? 'group' : ''}`} title={row.address}>
      <Indent level={row.level} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: for the mouse; the keys are the table's */}
      <span
        className="chevron"
        onClick={(event) => {
          event.stopPropagation()
          onOpen(row)
        }}
      >
        {isGroup && <Icon of={row.open ? ChevronDown : ChevronRight} small />}
      </span>
      <span className="text">{row.label}</span>
      {row.why && <span className="why text">{row.why}</span>}
    </span>
  )
}

function Indent({ level }: { readonly level: number }) {
  return level > 1 ? <span className="indent" style={{ width: (level - 1) * 18 }} /> : null
}

export function ValueCell({ row, values }: { readonly row: TagRow; readonly values: Values }) {
  const reading = useReading(values, row.key)
  if (!reading || reading.valueJson === undefined) return <span className="value-cell" />
  const { whole, fraction, isNumber } = valueParts(reading.valueJson)
  const stale = reading.quality !== 'good'
  return (
    <Flash change={reading.changedAt} live={!stale}>
      <span
        className={`value-cell ${isNumber ? '' : 'text'} ${stale ? 'stale' : ''}`}
        title={stale ? reading.error : undefined}
      >
        <span className="whole">{whole}</span>
        {whole.length < 11 && <span className="fraction">{fraction}</span>}
      </span>
    </Flash>
  )
}

/** Flashes once when `change` becomes another than it was when the cell came into sight. */
function Flash(props: { readonly change: number; readonly live: boolean; readonly children: React.ReactNode }) {
  const [first] = useState(props.change)
  const flashes = props.live && props.change !== first
  return (
    <span key={props.change} className={`flash-place ${flashes ? 'flash' : ''}`}>
      {props.children}
    </span>
  )
}

export function QualityCell({ row, values }: { readonly row: TagRow; readonly values: Values }) {
  const reading = useReading(values, row.key)
  const now = useNow()
  if (!reading) return null
  const { icon, word, tone } = qualityLooks[reading.quality]
  return (
    <span className={`quality ${tone}`} title={reading.error || timeTitle(reading.at)}>
      <Icon of={icon} />
      {word}
      {reading.at > 0 && <span className="age">{ageText(now - reading.at)}</span>}
    </span>
  )
}

export function ChangedCell({ row, values }: { readonly row: TagRow; readonly values: Values }) {
  const reading = useReading(values, row.key)
  if (!reading) return null
  return (
    <span className="changed" title={timeTitle(reading.changedAt)}>
      {timeText(reading.changedAt, Date.now())}
    </span>
  )
}

export function TypeCell({ row, values }: { readonly row: TagRow; readonly values: Values }) {
  const reading = useReading(values, row.key)
  return <span className="type text">{row.type || reading?.type || ''}</span>
}
