import { ArrowRight, Search } from 'lucide-react'
import { useDeferredValue, useMemo, useState } from 'react'
import { serviceTitles } from '#renderer/site/chips'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { CopyButton } from '#renderer/ui/CopyButton.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { type Column, VirtualTable } from '#renderer/ui/VirtualTable.tsx'
import { filterNames, type NameChange, type NameChanges } from './name-changes.ts'

/** Every derived name before and after. */
export function NameTable(props: {
  readonly names: NameChanges
  readonly before: string
  readonly after: string
  readonly every: boolean
  readonly onEvery: (every: boolean) => void
}) {
  const { names, before, after, every, onEvery } = props
  const [typed, setTyped] = useState('')
  const wanted = useDeferredValue(typed)
  const rows = useMemo(() => filterNames(names.rows, wanted), [names, wanted])
  const columns = useMemo(() => nameColumns(before, after), [before, after])
  return (
    <div className="pane ns-table">
      <div className="bar">
        <h2>
          {names.names} names on {names.entries} {names.entries === 1 ? 'broker' : 'brokers'}
        </h2>
        <span className="grow" />
        <Input icon={Search} value={typed} onValue={setTyped} placeholder="Filter names" aria-label="Filter names" />
        <Button small aria-pressed={every} onClick={() => onEvery(!every)}>
          Every tag
        </Button>
      </div>
      <VirtualTable
        label="Names before and after"
        columns={columns}
        rows={rows}
        rowKey={({ key }) => key}
        rowClass={({ kind }) => (kind === 'entry' ? 'entry' : '')}
        dense
        still
      />
    </div>
  )
}

const purposeTitles: Readonly<Record<string, string>> = {
  base: 'Base',
  'tag value': 'Tag value',
  'tag changes': 'Changes',
  health: 'Health',
  'write requests': 'Write request',
  'write responses': 'Write response',
  'requests put aside': 'Stale requests',
  'client id': 'Client id',
  'consumer group': 'Consumer group',
  presence: 'Presence',
  holder: 'Holder',
  owner: 'Owner record',
}

function nameColumns(before: string, after: string): readonly Column<NameChange>[] {
  return [
    {
      id: 'purpose',
      header: 'For',
      width: '176px',
      cell: (row) =>
        row.kind === 'entry' ? (
          <span className="text">
            <b>{serviceTitles[row.entry.service]}</b>
            <span className="dim">{row.entry.name}</span>
          </span>
        ) : (
          <span className="text mid">
            {purposeTitles[row.purpose] ?? row.purpose}
            <span className="stands">{row.stands > 1 ? `${row.stands} tags` : row.what}</span>
          </span>
        ),
    },
    {
      id: 'before',
      header: 'Before',
      width: 'minmax(220px, 1fr)',
      cell: (row) =>
        row.kind === 'entry' ? (
          <span className="dim text">{row.address}</span>
        ) : (
          <Address text={row.before} namespace={before} as="was" />
        ),
    },
    {
      id: 'arrow',
      header: (
        <>
          <Icon of={ArrowRight} small />
          <span className="hidden-text">becomes</span>
        </>
      ),
      width: '28px',
      align: 'centre',
      cell: () => null,
    },
    {
      id: 'after',
      header: 'After',
      width: 'minmax(220px, 1fr)',
      cell: (row) => {
        if (row.kind === 'entry') return <span className="dim">{row.names} names</span>
        if (row.after === row.before && before !== after) return <span className="dim">the same</span>
        return (
          <>
            <Address text={row.after} namespace={after} />
            <CopyButton text={row.after} what={row.what} />
          </>
        )
      },
    },
  ]
}
