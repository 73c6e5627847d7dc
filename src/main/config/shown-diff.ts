/**
 * Differences as people see them: in a window, perhaps of another computer. A password in clear is not among what is
 * shown, however it is written; that it was changed is.
 */
import { isAlias, isNode, isPair, isScalar, type Node, visit } from 'yaml'
import type { DiffLine } from '#shared/diff'
import { referenceOf } from './fields.ts'
import { lineDiff } from './line-diff.ts'
import { hidden } from './secrets.ts'
import { parseYaml } from './yaml-text.ts'

/** Old text to new text, with some unchanged lines around each change; texts that are no YAML, too. */
export function shownDiff(oldText: string, newText: string): DiffLine[] {
  const [before, after] = [shownLines(oldText), shownLines(newText)]
  return lineDiff(oldText, newText).map((line) => ({
    ...line,
    text: (line.kind === 'added' ? after : before)[line.line - 1] ?? '',
  }))
}

/** In the name of a key, of ours or of another product. */
const word = '(?:password|passwd|passphrase|secret|token)'
const secretKey = new RegExp(word, 'i')
// Bounded, here and below: a line may be millions of letters.
const key = `[\\w.-]{0,40}${word}[\\w.-]{0,40}`
const reference = `["']?\\$\\{[^{}\\n]*\\}["']?[ \\t]*(?=[,}\\]\\r\\n#]|$)`
/** Keys that say where a secret is kept. */
const referring = new RegExp(`${key}["']?\\s*:[ \\t]*${reference}`, 'gi')
/** A value behind such a key on one line, also in a remark. */
const onLine = new RegExp(`(${key}(?:["']\\s*:\\s*|\\s*:\\s+|\\s*=\\s*))(?!${hidden}|${reference})\\S.*$`, 'i')
const inUrl = /:\/\/\S{0,500}@/g

function shownLines(text: string): readonly string[] {
  const { ranges, whole } = secretsIn(text)
  const lines: string[] = []
  let at = 0
  let next = 0
  for (const ended of text.split('\n')) {
    const line = ended.replace(/\r$/, '')
    let [shown, done] = ['', 0]
    while ((ranges[next]?.[1] ?? at + 1) <= at) next++
    for (let i = next; (ranges[i]?.[0] ?? Number.POSITIVE_INFINITY) < at + line.length; i++) {
      const [from, to] = ranges[i] ?? [at, at]
      shown += line.slice(done, Math.max(from - at, 0)) + hidden
      done = to - at
    }
    // A remark behind a secret goes with it: it may be about what it was before.
    const rest = line.slice(done)
    lines.push(withoutOneLine(shown + (done > 0 ? rest.replace(/^\s+#.*$/, '') : rest)))
    at += ended.length + 1
  }
  return whole ? lines : withoutMoreLines(lines)
}

type Span = readonly [from: number, to: number]

/** Where values of such keys stand, in order. `whole`: all that goes over several lines is among them. */
function secretsIn(text: string): { readonly ranges: readonly Span[]; readonly whole: boolean } {
  // Most files refer to a store: to parse 50,000 tags for that takes seconds.
  if (!secretKey.test(text.replace(referring, ''))) return { ranges: [], whole: true }
  try {
    const doc = parseYaml(text)
    const secrets: unknown[] = []
    const anchored: Node[] = []
    visit(doc, (_key, node) => {
      if (isPair(node) && isScalar(node.key) && secretKey.test(String(node.key.value))) secrets.push(node.value)
      if (isNode(node) && !isAlias(node) && node.anchor) anchored.push(node)
    })
    const meant = new Set(secrets.flatMap((node) => (isAlias(node) ? [node.source] : [])))
    const nodes = [...secrets, ...anchored.filter((node) => !isAlias(node) && meant.has(node.anchor ?? ''))]
    return { ranges: outermost(nodes.flatMap(spanOf)), whole: doc.errors.length === 0 }
  } catch {
    // The parser is recursive: what nests some thousand levels deep overflows its stack.
    return { ranges: [], whole: false }
  }
}

/** None of what is no secret: nothing, a reference, another place. */
function spanOf(node: unknown): readonly Span[] {
  if (!isNode(node) || isAlias(node) || !node.range) return []
  if (isScalar(node) && (node.value === null || referenceOf(String(node.value)))) return []
  return [[node.range[0], node.range[1]]]
}

function outermost(spans: readonly Span[]): readonly Span[] {
  const out: Span[] = []
  for (const span of spans.toSorted((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (span[0] >= (out.at(-1)?.[1] ?? 0)) out.push(span)
  }
  return out
}

function withoutOneLine(line: string): string {
  return line.replace(onLine, `$1${hidden}`).replace(inUrl, `://${hidden}@`)
}

/** Of a text that can't be parsed: whatever may belong to such a key of a line before. */
function withoutMoreLines(lines: readonly string[]): readonly string[] {
  let indent = -1
  return lines.map((line) => {
    const begins = line.search(/\S/)
    if (begins < 0) return line
    if (indent >= 0 && begins <= indent && /^\s*(#|-\s|["']?[\w.-]+["']?\s*:(\s|$))/.test(line)) indent = -1
    if (indent >= 0) return line.slice(0, begins) + hidden
    if (secretKey.test(line.replace(referring, ''))) indent = begins
    return line
  })
}
