import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef } from 'react'
import { type Column, VirtualTable } from '#renderer/ui/VirtualTable.tsx'
import { ChangedCell, NameCell, QualityCell, ToggleCell, TypeCell, ValueCell } from './cells.tsx'
import type { TagRow } from './rows.ts'
import { type Selection, select } from './selection.ts'
import type { Values } from './values.ts'

/** Columns that may be switched off. */
export const optionalColumns = [
  { id: 'type', title: 'Type' },
  { id: 'quality', title: 'Quality, age' },
  { id: 'changed', title: 'Changed' },
  { id: 'alias', title: 'Published as' },
] as const

type Act = 'published' | 'writable' | 'test' | 'watch'

export interface TagTableProps {
  readonly label: string
  readonly rows: readonly TagRow[]
  readonly isTree: boolean
  readonly hiddenColumns: readonly string[]
  readonly values: Values
  readonly selection: Selection
  readonly onSelection: (selection: Selection) => void
  readonly onOpenRow: (row: TagRow, open: boolean) => void
  /** Space, `w`, `W`, `a`: on the selected rows, or on the one whose box was clicked. */
  readonly onAct: (act: Act, rows: readonly TagRow[]) => void
  readonly onDetail: (row: TagRow) => void
  readonly empty: React.ReactNode
}

const actKeys: ReadonlyMap<string, Act> = new Map([
  [' ', 'published'],
  ['w', 'writable'],
  ['W', 'test'],
  ['a', 'watch'],
])

/** Rows come into sight in bursts while one scrolls: values are asked for when it rests. */
const restMs = 120

export function TagTable(props: TagTableProps) {
  const { label, rows, isTree, hiddenColumns, values, selection, onSelection, onOpenRow, onAct, onDetail } = props
  const acts = useLatest(props)
  const columns = useMemo(
    () =>
      tagColumns(values, hiddenColumns, {
        toggle: (what, row) => {
          // The keys go on where the mouse was: on this row alone.
          acts.current.onSelection({ active: row.key, anchor: row.key, keys: new Set([row.key]) })
          acts.current.onAct(what, [row])
        },
        open: (row) => row.open !== undefined && acts.current.onOpenRow(row, !row.open),
      }),
    [values, hiddenColumns, acts],
  )
  const onRange = useVisibleValues(rows, values)

  function selected(row: TagRow): readonly TagRow[] {
    return selection.keys.has(row.key) ? rows.filter(({ key }) => selection.keys.has(key)) : [row]
  }
  function onKey(event: KeyboardEvent, row: TagRow): boolean {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') {
      onSelection({ ...selection, keys: new Set(rows.map(({ key }) => key)) })
      return true
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    const acting = actKeys.get(event.key)
    if (acting) {
      // One press acts once: a key held down repeats, and the last state would be chance.
      if (!event.repeat) onAct(acting, acting === 'test' ? [row] : selected(row))
      return true
    }
    switch (event.key) {
      case 'ArrowRight':
      case 'ArrowLeft':
        return moveInTree(event.key === 'ArrowRight', row)
      case 'Escape':
        onSelection({ active: row.key, anchor: row.key, keys: new Set([row.key]) })
        return selection.keys.size > 1
      default:
        return false
    }
  }
  function moveInTree(right: boolean, row: TagRow): boolean {
    if (!isTree) return false
    if (row.open === !right) onOpenRow(row, right)
    else if (!right) {
      const at = rows.indexOf(row)
      const parent = rows.slice(0, at).findLast(({ level }) => level < row.level)
      if (parent) onSelection(select(selection, parent.key, { extend: false, toggle: false }, rows))
    }
    return true
  }
  return (
    <VirtualTable
      label={label}
      columns={columns}
      rows={rows}
      rowKey={keyOf}
      active={selection.active}
      isSelected={(row) => selection.keys.has(row.key)}
      onActive={(row, how) => {
        onSelection(select(selection, row.key, how, rows))
        onDetail(row)
      }}
      onOpen={(row) => (row.open === undefined ? onDetail(row) : onOpenRow(row, !row.open))}
      onKey={onKey}
      {...(isTree ? { tree: (row: TagRow) => ({ level: row.level, open: row.open }) } : {})}
      onRange={onRange}
      empty={props.empty}
    />
  )
}

function keyOf({ key }: TagRow): string {
  return key
}

/** The newest of something, for callbacks that must not change. */
function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value)
  latest.current = value
  return latest
}

/** Asks for the values of the rows in sight, a little after they came to rest. */
function useVisibleValues(rows: readonly TagRow[], values: Values): (first: number, last: number) => void {
  const range = useRef({ first: 0, last: -1 })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useLatest(rows)
  const ask = useCallback(() => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      const { first, last } = range.current
      const seen = latest.current.slice(first, last + 1)
      values.watch(seen.filter(({ single }) => single).map(({ plc, address }) => ({ plc, address })))
    }, restMs)
  }, [latest, values])
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows in the same range are asked for too
  useEffect(ask, [rows])
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      values.stop()
    },
    [values],
  )
  return useCallback(
    (first, last) => {
      range.current = { first, last }
      ask()
    },
    [ask],
  )
}

function tagColumns(
  values: Values,
  hidden: readonly string[],
  act: {
    readonly toggle: (what: 'published' | 'writable', row: TagRow) => void
    readonly open: (row: TagRow) => void
  },
): readonly Column<TagRow>[] {
  const all: readonly Column<TagRow>[] = [
    {
      id: 'published',
      header: 'Pub',
      label: 'Published',
      width: '40px',
      align: 'centre',
      cell: (row) => <ToggleCell row={row} what="published" onToggle={(one) => act.toggle('published', one)} />,
    },
    {
      id: 'writable',
      header: 'Wr',
      label: 'Writable',
      width: '32px',
      align: 'centre',
      cell: (row) => <ToggleCell row={row} what="writable" onToggle={(one) => act.toggle('writable', one)} />,
    },
    {
      id: 'plc',
      header: 'PLC',
      width: 'minmax(90px, 0.5fr)',
      cell: ({ plc }) => (
        <span className="mid text" title={plc}>
          {plc}
        </span>
      ),
    },
    {
      id: 'name',
      header: 'Name',
      width: 'minmax(190px, 1.8fr)',
      cell: (row) => <NameCell row={row} onOpen={act.open} />,
    },
    {
      id: 'value',
      header: 'Value',
      width: 'minmax(126px, 0.6fr)',
      align: 'right',
      className: 'tag-value',
      cell: (row) => <ValueCell row={row} values={values} />,
    },
    { id: 'type', header: 'Type', width: 'minmax(72px, 0.7fr)', cell: (row) => <TypeCell row={row} values={values} /> },
    {
      id: 'quality',
      header: 'Quality, age',
      width: 'minmax(112px, 0.3fr)',
      cell: (row) => <QualityCell row={row} values={values} />,
    },
    {
      id: 'changed',
      header: 'Changed',
      width: 'minmax(112px, 0.4fr)',
      cell: (row) => <ChangedCell row={row} values={values} />,
    },
    {
      id: 'alias',
      header: 'Published as',
      width: 'minmax(84px, 0.9fr)',
      cell: (row) => <span className="alias text">{row.tag?.alias ?? ''}</span>,
    },
  ]
  return all.filter(({ id }) => !hidden.includes(id))
}
