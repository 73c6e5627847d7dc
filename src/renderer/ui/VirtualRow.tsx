import { type MouseEvent, memo } from 'react'
import { type Column, cellClass } from './table-column.ts'

export interface RowActs<R> {
  click(row: R, how: { readonly extend: boolean; readonly toggle: boolean }): void
  open(row: R): void
}

export interface VirtualRowProps<R> {
  readonly id: string
  readonly row: R
  readonly index: number
  readonly startPx: number
  readonly template: string
  readonly columns: readonly Column<R>[]
  readonly still: boolean
  readonly isActive: boolean
  readonly isSelected: boolean
  readonly level: number | undefined
  readonly open: boolean | undefined
  readonly className: string
  readonly acts: RowActs<R>
}

function Row<R>(props: VirtualRowProps<R>) {
  const { id, row, index, startPx, template, columns, still, isActive, isSelected, acts } = props
  const classes = ['vt-row', isSelected && 'selected', isActive && 'active', props.className]
  const onClick = (event: MouseEvent) =>
    acts.click(row, { extend: event.shiftKey, toggle: event.ctrlKey || event.metaKey })
  return (
    <div
      id={id}
      role="row"
      className={classes.filter(Boolean).join(' ')}
      aria-rowindex={index + 2}
      aria-selected={still ? undefined : isSelected}
      aria-level={props.level}
      aria-expanded={props.open}
      style={{ gridTemplateColumns: template, transform: `translateY(${startPx}px)` }}
      onClick={onClick}
      onDoubleClick={() => acts.open(row)}
    >
      {columns.map((column) => (
        <span key={column.id} role={still ? 'cell' : 'gridcell'} className={cellClass(column)}>
          {column.cell(row, index)}
        </span>
      ))}
    </div>
  )
}

/** One row in sight, drawn anew only where one of its properties is another one. */
export const VirtualRow = memo(Row) as typeof Row
