/** Differences of two texts by lines, and their use: to show them (`shown-diff.ts`), and to carry an edit over to another layout. */
import type { DiffLine } from '#shared/diff'
import { commonAnchors } from './line-anchors.ts'

/** Pairs of equal lines [index in a, index in b], growing in both. Undefined where the texts have too little in common. */
export function matchLines(a: readonly string[], b: readonly string[]): [number, number][] | undefined {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const middle = matchMiddle(a.slice(start, a.length - end), b.slice(start, b.length - end))
  if (!middle) return undefined
  return [
    ...Array.from({ length: start }, (_, i): [number, number] => [i, i]),
    ...middle.map(([i, j]): [number, number] => [i + start, j + start]),
    ...Array.from({ length: end }, (_, i): [number, number] => [a.length - end + i, b.length - end + i]),
  ]
}

/** The fewest differences where they are not too many; else between lines that stand once in both, such as names. */
function matchMiddle(a: readonly string[], b: readonly string[]): [number, number][] | undefined {
  if (a.length === 0 || b.length === 0) return []
  const fewest = myers(a, b)
  if (fewest) return fewest
  const anchors = commonAnchors(a, b)
  if (anchors.length === 0) return undefined
  const pairs: [number, number][] = []
  let [i, j] = [0, 0]
  for (const [x, y] of [...anchors, [a.length, b.length]] as const) {
    for (const [k, l] of matchLines(a.slice(i, x), b.slice(j, y)) ?? []) pairs.push([i + k, j + l])
    if (x < a.length) pairs.push([x, y])
    ;[i, j] = [x + 1, y + 1]
  }
  return pairs
}

/** Old text to new text, with `context` unchanged lines around each change: passwords among them, so not for people. */
export function lineDiff(oldText: string, newText: string, context = 2): DiffLine[] {
  const a = oldText.split(/\r?\n/)
  const b = newText.split(/\r?\n/)
  const all: DiffLine[] = []
  let [i, j] = [0, 0]
  for (const [x, y] of [...(matchLines(a, b) ?? []), [a.length, b.length]] as const) {
    while (i < x) all.push({ kind: 'removed', text: a[i] ?? '', line: ++i })
    while (j < y) all.push({ kind: 'added', text: b[j] ?? '', line: ++j })
    if (x < a.length) all.push({ kind: 'same', text: a[x] ?? '', line: x + 1 })
    i = x + 1
    j = y + 1
  }
  const near = new Set<number>()
  for (const [index, { kind }] of all.entries()) {
    if (kind !== 'same') for (let k = index - context; k <= index + context; k++) near.add(k)
  }
  return all.filter((_, index) => near.has(index))
}

/**
 * Carries the edit from `plain` to `edited` over to `original`, which says the same as `plain` in another layout.
 * Lines that were not edited come from `original`. Undefined where that can't be told apart.
 */
export function carryOver(original: string, plain: string, edited: string): string | undefined {
  const [o, p, e] = [original, plain, edited].map((text) => text.split('\n')) as [string[], string[], string[]]
  const bare = (line: string) => line.replace(/\s+/g, '')
  const toOriginal = matchLines(p.map(bare), o.map(bare))
  const toEdited = matchLines(p, e)
  if (!toOriginal || !toEdited) return undefined
  const inOriginal = new Map(toOriginal)
  const shift = new Shift()
  const out: string[] = []
  let [doneO, doneP, doneE] = [0, 0, 0]
  for (const [atP, atE] of [...toEdited, [p.length, e.length]] as const) {
    const atO = atP === p.length ? o.length : inOriginal.get(atP)
    if (atO === undefined) continue
    const touched = !sameLines(p.slice(doneP, atP), e.slice(doneE, atE))
    // One by one: as arguments of one call, 100,000 lines would overflow the stack.
    for (const line of touched ? e.slice(doneE, atE) : o.slice(doneO, atO)) out.push(touched ? shift.moved(line) : line)
    if (atP < p.length) {
      out.push(o[atO] ?? '')
      shift.learn(p[atP] ?? '', o[atO] ?? '')
    }
    ;[doneO, doneP, doneE] = [atO + 1, atP + 1, atE + 1]
  }
  return out.join('\n')
}

/** Learns how far lines of each indentation are moved in the original, so that a new line stands under its neighbours. */
class Shift {
  private readonly byIndent = new Map<number, number>()

  learn(plain: string, original: string): void {
    if (plain.trim() !== '') this.byIndent.set(indentOf(plain), indentOf(original) - indentOf(plain))
  }

  moved(line: string): string {
    if (line.trim() === '') return line
    const known = [...this.byIndent.keys()].filter((indent) => indent <= indentOf(line))
    const by = this.byIndent.get(Math.max(...known)) ?? 0
    return by >= 0 ? ' '.repeat(by) + line : line.slice(Math.min(-by, indentOf(line)))
  }
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index])
}

/** Most differences that are followed: memory grows with their square. */
const mostDifferences = 1_000

/** E. Myers, "An O(ND) difference algorithm", 1986: greedy, forward. */
function myers(a: readonly string[], b: readonly string[]): [number, number][] | undefined {
  const most = Math.min(a.length + b.length, mostDifferences)
  const reach = new Int32Array(2 * most + 3)
  const offset = most + 1
  const trace: Int32Array[] = []
  for (let d = 0; d <= most; d++) {
    trace.push(reach.slice(offset - d - 1, offset + d + 2))
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach[offset + k - 1] ?? 0) < (reach[offset + k + 1] ?? 0))
      let x = down ? (reach[offset + k + 1] ?? 0) : (reach[offset + k - 1] ?? 0) + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      reach[offset + k] = x
      if (x >= a.length && x - k >= b.length) return walkBack(trace, a.length, b.length)
    }
  }
  return undefined
}

function walkBack(trace: readonly Int32Array[], endX: number, endY: number): [number, number][] {
  const pairs: [number, number][] = []
  let [x, y] = [endX, endY]
  for (let d = trace.length - 1; d >= 0; d--) {
    // Row d holds the diagonals -d-1 … d+1 as they were before round d.
    const before = (k: number) => trace[d]?.[k + d + 1] ?? 0
    const k = x - y
    const down = k === -d || (k !== d && before(k - 1) < before(k + 1))
    const fromK = down ? k + 1 : k - 1
    const fromX = d === 0 ? 0 : before(fromK)
    const fromY = d === 0 ? 0 : fromX - fromK
    const startX = d === 0 ? 0 : down ? fromX : fromX + 1
    while (x > startX) pairs.push([--x, --y])
    ;[x, y] = [fromX, fromY]
  }
  return pairs.reverse()
}
