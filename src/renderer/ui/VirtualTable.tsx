import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import {
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react'
import { Icon } from './Icon.tsx'
import { type Column, cellClass } from './table-column.ts'
import { tableMove } from './table-keys.ts'
import { clickHow, type RowActs, VirtualRow } from './VirtualRow.tsx'
import './VirtualTable.css'

export type { Column } from './table-column.ts'

export interface Sort {
  readonly column: string
  readonly down: boolean
}

export interface VirtualTableProps<R> {
  readonly label: string
  readonly columns: readonly Column<R>[]
  readonly rows: readonly R[]
  readonly rowKey: (row: R) => string
  /** The row with the keyboard, by key; undefined: none yet. */
  readonly active?: string | undefined
  readonly onActive?: (row: R, how: { readonly extend: boolean; readonly toggle: boolean }) => void
  readonly isSelected?: (row: R) => boolean
  /** Enter, or a double click. */
  readonly onOpen?: (row: R) => void
  /** A key on the active row that the table does not use itself; true where it was used. */
  readonly onKey?: (event: KeyboardEvent, row: R) => boolean
  /** Makes it a tree: 1-based level, and whether it is open; `undefined` for a leaf. */
  readonly tree?: (row: R) => { readonly level: number; readonly open: boolean | undefined }
  readonly rowClass?: (row: R) => string
  readonly sort?: Sort | undefined
  readonly onSort?: (column: string) => void
  readonly dense?: boolean
  /** Rows in sight changed: first and last index. */
  readonly onRange?: (first: number, last: number) => void
  /** In place of rows. */
  readonly empty?: ReactNode
  /** A table to read only: no row has the keyboard. */
  readonly still?: boolean
}

/** Rows beyond the sight on either side, so that a quick scroll shows no gap. */
const overscan = 8

/**
 * A table of any length: only the rows in sight exist. Arrow keys, Page up/down, Home and End move the active row; with
 * Shift they extend the selection. The table has the focus and names its active row.
 */
export function VirtualTable<R>(props: VirtualTableProps<R>) {
  const { label, columns, rows, rowKey, active, onActive, onOpen, onKey, tree, dense, onRange, still } = props
  const id = useId()
  const scrollRef = useRef<HTMLDivElement>(null)
  const bodyRef = useRef<HTMLDivElement>(null)
  const rowPx = useRowPx(dense)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => rowPx,
    overscan,
    scrollPaddingStart: rowPx,
    getItemKey: (index) => {
      const row = rows[index]
      return row === undefined ? index : rowKey(row)
    },
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when the density changes
  useEffect(() => virtual.measure(), [rowPx])
  const items = virtual.getVirtualItems()
  const first = virtual.range?.startIndex ?? 0
  const last = virtual.range?.endIndex ?? -1
  useEffect(() => onRange?.(first, last), [onRange, first, last])

  const activeIndex = active === undefined ? -1 : rows.findIndex((row) => rowKey(row) === active)
  // A table that is shown again has its row in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it is shown, not when a row is chosen
  useEffect(() => {
    if (activeIndex >= 0) virtual.scrollToIndex(activeIndex)
  }, [])
  const template = columns.map(({ width }) => width).join(' ')

  // Rows are drawn anew only where something of theirs has changed: what they call stays the same.
  const latest = useRef(props)
  latest.current = props
  const pressed = useRef<{ readonly row: R; readonly x: number; readonly y: number }>(undefined)
  const [acts] = useState<RowActs<R>>(() => ({
    press: (row, { clientX: x, clientY: y }) => {
      pressed.current = { row, x, y }
    },
    click: (row, how) => {
      pressed.current = undefined
      latest.current.onActive?.(row, how)
    },
    open: (row) => latest.current.onOpen?.(row),
  }))

  // A list that grows moves its rows while the button is down: the browser then says that the body was clicked, since
  // the button came up on another row. Meant is the row it went down on, unless the hand moved too.
  function onBodyClick(event: MouseEvent) {
    const from = pressed.current
    if (event.target !== bodyRef.current || from === undefined) return
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) < 4) acts.click(from.row, clickHow(event))
  }

  /** The table keeps the keyboard: what is in a row for the mouse alone would take keys that are meant for the active row. */
  function onFocus({ target }: FocusEvent<HTMLElement>) {
    const forMouse = target !== scrollRef.current && target.tabIndex === -1 && bodyRef.current?.contains(target)
    if (forMouse) scrollRef.current?.focus({ preventScroll: true })
  }

  function onKeyDown(event: KeyboardEvent) {
    const pageRows = Math.max(1, Math.floor((scrollRef.current?.clientHeight ?? rowPx) / rowPx) - 2)
    const to = tableMove(event.key, activeIndex, rows.length, pageRows)
    const target = to === undefined ? undefined : rows[to]
    if (to !== undefined && target !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault()
      onActive?.(target, { extend: event.shiftKey, toggle: false })
      virtual.scrollToIndex(to)
      return
    }
    const row = rows[activeIndex]
    if (row === undefined) return
    if (event.key === 'Enter' && onOpen) {
      event.preventDefault()
      // Held down it would open and close as often as the keyboard repeats it.
      if (!event.repeat) onOpen(row)
    } else if (onKey?.(event, row)) {
      event.preventDefault()
      event.stopPropagation()
    }
  }
  const role = still ? 'table' : tree ? 'treegrid' : 'grid'
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is one of three, all have them
    // biome-ignore lint/a11y/noStaticElementInteractions: as above
    <div
      ref={scrollRef}
      className={`vt ${dense ? 'dense' : ''}`}
      role={role}
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-multiselectable={props.isSelected && !still ? true : undefined}
      aria-activedescendant={activeIndex >= 0 && !still ? `${id}-${activeIndex}` : undefined}
      tabIndex={0}
      onKeyDown={still ? undefined : onKeyDown}
      onFocus={still ? undefined : onFocus}
    >
      <div className="vt-inner" role="presentation">
        <div role="rowgroup" className="vt-headgroup">
          <div className="vt-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
          </div>
        </div>
        {rows.length === 0 && props.empty}
        <div
          ref={bodyRef}
          role="rowgroup"
          className="vt-body"
          style={{ height: virtual.getTotalSize() }}
          onClick={onBodyClick}
        >
          {items.map((item) => {
            const row = rows[item.index]
            if (row === undefined) return null
            const isActive = item.index === activeIndex
            const place = tree?.(row)
            return (
              <VirtualRow
                key={item.key}
                id={`${id}-${item.index}`}
                row={row}
                index={item.index}
                startPx={item.start}
                template={template}
                columns={columns}
                still={still === true}
                isActive={isActive}
                isSelected={props.isSelected?.(row) ?? isActive}
                level={place?.level}
                open={place?.open}
                className={props.rowClass?.(row) ?? ''}
                acts={acts}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

function HeaderCell<R>(props: {
  readonly column: Column<R>
  readonly sort: Sort | undefined
  readonly onSort: ((column: string) => void) | undefined
}) {
  const { column, sort, onSort } = props
  const sorted = sort?.column === column.id ? (sort.down ? 'descending' : 'ascending') : 'none'
  return (
    <span
      role="columnheader"
      className={cellClass(column)}
      aria-label={column.label}
      title={column.label}
      aria-sort={column.sortable ? sorted : undefined}
    >
      {column.sortable && onSort ? (
        <button type="button" tabIndex={-1} onClick={() => onSort(column.id)}>
          {column.header}
          {sorted !== 'none' && <Icon of={sorted === 'descending' ? ArrowDown : ArrowUp} />}
        </button>
      ) : (
        column.header
      )}
    </span>
  )
}

/** Height of a row as the tokens say: it changes with the density. */
function useRowPx(dense: boolean | undefined): number {
  const touch = typeof document !== 'undefined' && document.documentElement.dataset.density === 'touch'
  return touch ? (dense ? 32 : 40) : dense ? 24 : 28
}
