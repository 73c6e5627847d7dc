/** One line of the difference of two texts. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
  /** 1-based line in the old text (same, removed) or the new one (added). */
  readonly line: number
}
