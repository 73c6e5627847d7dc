import type { ReactNode } from 'react'

export interface Column<R> {
  readonly id: string
  readonly header: ReactNode
  /** Said in place of a short header (`Pub` → `Publish`). */
  readonly label?: string
  /** Track of a CSS grid: `126px`, `minmax(160px, 2fr)`. */
  readonly width: string
  readonly align?: 'left' | 'right' | 'centre'
  readonly sortable?: boolean
  readonly className?: string
  /** The cell's content; a short text is cut at the end. */
  readonly cell: (row: R, index: number) => ReactNode
}

/** Classes of the cells of a column; undefined where there are none. */
export function cellClass<R>({ align, className }: Pick<Column<R>, 'align' | 'className'>): string | undefined {
  return [align && align !== 'left' && align, className].filter(Boolean).join(' ') || undefined
}
