/** Collects what is wrong with a configuration file: each with its place in the text and a subject people recognise. */
import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml'
import type { ConfigProblem } from '#shared/config'
import { shown } from '#shared/shown'

/** Keys and list indices from the root: `['plcs', 0, 'name']`. */
export type Path = readonly (string | number)[]

/** Where a problem is shown: at the key's value, at the key itself, or at the start of what lacks the key. */
export type Spot = 'value' | 'key'

export interface Problems {
  error(path: Path, text: string, spot?: Spot): void
  warn(path: Path, text: string, spot?: Spot): void
  /** An error found by its offset in the text, before there are paths. */
  errorAt(offset: number, text: string): void
  /** 1-based line of a path, to name the other place of a collision. */
  lineOf(path: Path): number
  /** Whether there is an error. */
  failed(): boolean
  /** In the order of the file, at most `mostProblems`, the last one saying how many more there are. */
  list(): ConfigProblem[]
}

export const mostProblems = 500

interface Source {
  readonly doc: Document
  readonly lines: LineCounter
}

/** `read` gives the document where the first problem asks for its place: of a good file it is never asked. */
export function collectProblems(read: () => Source): Problems {
  let known: Source | undefined
  const source = () => {
    known ??= read()
    return known
  }
  const found: ConfigProblem[] = []
  const counts = { error: 0, warning: 0 }

  function add(severity: ConfigProblem['severity'], path: Path, offset: () => number, text: () => string) {
    counts[severity]++
    // Errors must not be crowded out by warnings: each kind has its own room.
    if (counts[severity] > mostProblems) return
    found.push({ severity, path: pathText(path), ...place(source().lines, offset()), text: text() })
  }
  const told = (path: Path, text: string) => () => {
    const subject = subjectText(source().doc, path)
    return subject ? `${subject}: ${text}` : text
  }
  return {
    error: (path, text, spot = 'value') =>
      add('error', path, () => offsetOf(source().doc, path, spot), told(path, text)),
    warn: (path, text, spot = 'value') =>
      add('warning', path, () => offsetOf(source().doc, path, spot), told(path, text)),
    errorAt: (offset, text) =>
      add(
        'error',
        [],
        () => offset,
        () => text,
      ),
    lineOf: (path) => place(source().lines, offsetOf(source().doc, path, 'value')).line,
    failed: () => counts.error > 0,
    list: () => {
      const sorted = found.toSorted((a, b) => a.line - b.line || a.column - b.column)
      const last = sorted.at(-1)
      for (const severity of ['error', 'warning'] as const) {
        const more = counts[severity] - mostProblems
        if (more > 0 && last) sorted.push({ ...last, path: '', severity, text: `and ${more} more of this kind` })
      }
      return sorted
    },
  }
}

/** `plcs[0].tags[2].name` */
export function pathText(path: Path): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${cut(part)}`)).join('')
  return text.startsWith('.') ? text.slice(1) : text
}

/** A value as texts name it. Not for secrets; a text with an @ is not repeated, for a password may stand before it. */
export function found(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (typeof value === 'string')
    return value.includes('@') ? 'something else' : `the text ${JSON.stringify(cut(value))}`
  if (typeof value === 'number') return `the number ${value}`
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return 'a list'
  return 'a group of keys'
}

/** A text as messages repeat it: short enough, and not where it may hold a password. */
export function cut(text: string): string {
  return shown(text, 60)
}

/** The node of a path, or the deepest one on the way to it. Aliases are followed. */
function nodeOf(doc: Document, path: Path, spot: Spot): Node | null {
  let node: unknown = doc.contents
  let last: Node | null = doc.contents
  for (const [depth, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(doc)
    let next: unknown
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === part)
      const key = pair?.key as Node | undefined
      next = spot === 'key' && depth === path.length - 1 ? key : (pair?.value ?? key)
    } else if (isSeq(node)) {
      next = node.items[Number(part)]
    }
    if (!next) return last
    node = next
    last = next as Node
  }
  return last
}

function offsetOf(doc: Document, path: Path, spot: Spot): number {
  return nodeOf(doc, path, spot)?.range?.[0] ?? 0
}

function place(lines: LineCounter, offset: number): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

/** `PLC "Main PLC", tag "Counter", min`: what a problem concerns, as people call it. */
function subjectText(doc: Document, path: Path): string {
  const words: string[] = []
  for (let i = 0; i < path.length; i++) {
    const part = path[i]
    const index = path[i + 1]
    const noun = typeof part === 'string' && (i === 0 || (i === 2 && path[0] === 'plcs')) ? nouns[part] : undefined
    if (noun && typeof index === 'number') {
      const name = doc.getIn([...path.slice(0, i + 2), 'name'])
      words.push(`${noun} ${typeof name === 'string' && name ? JSON.stringify(cut(name)) : index + 1}`)
      i++
    } else if (typeof part === 'number') {
      words[words.length - 1] += `[${part}]`
    } else if (part !== undefined) {
      words.push(cut(part))
    }
  }
  return words.join(', ')
}
const nouns: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  plcs: 'PLC',
  tags: 'tag',
  mqtt: 'mqtt',
  valkey: 'valkey',
  kafka: 'kafka',
})
