import { type MouseEvent, memo } from 'react'
import { type Column, cellClass } from './table-column.ts'

export interface RowActs<R> {
  /** The button went down on it. */
  press(row: R, event: MouseEvent): void
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

/** What the keys say that are held at a click. */
export const clickHow = (event: MouseEvent) => ({
  extend: event.shiftKey,
  toggle: event.ctrlKey || event.metaKey,
})

function Row<R>(props: VirtualRowProps<R>) {
  const { id, row, index, startPx, template, columns, still, isActive, isSelected, acts } = props
  const classes = ['vt-row', isSelected && 'selected', isActive && 'active', props.className]
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
      onMouseDown={(event) => acts.press(row, event)}
      onClick={(event) => acts.click(row, clickHow(event))}
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
