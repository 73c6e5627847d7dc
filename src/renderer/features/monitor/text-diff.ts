/** The difference of two short texts by lines: what the message before had, and what this one has. Pure. */
import type { DiffLine } from '#shared/diff'

/** Longer texts are compared by their first lines only. */
const mostLines = 400

export function textDiff(before: string, after: string): readonly DiffLine[] {
  const a = before.split('\n').slice(0, mostLines)
  const b = after.split('\n').slice(0, mostLines)
  const common = commonLengths(a, b)
  const lines: DiffLine[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const old = a[i]
    const fresh = b[j]
    if (old !== undefined && old === fresh) {
      lines.push({ kind: 'same', text: old, line: ++i })
      j++
    } else if (old !== undefined && (fresh === undefined || length(common, i + 1, j) >= length(common, i, j + 1))) {
      lines.push({ kind: 'removed', text: old, line: ++i })
    } else if (fresh !== undefined) {
      lines.push({ kind: 'added', text: fresh, line: ++j })
    }
  }
  return lines
}

/** Length of the longest common subsequence of `a` from i and `b` from j. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (let i = a.length - 1; i >= 0; i--) {
    const row = table[i] ?? []
    for (let j = b.length - 1; j >= 0; j--) {
      row[j] =
        a[i] === b[j] ? length(table, i + 1, j + 1) + 1 : Math.max(length(table, i + 1, j), length(table, i, j + 1))
    }
  }
  return table
}

function length(table: readonly (readonly number[])[], i: number, j: number): number {
  return table[i]?.[j] ?? 0
}
