/**
 * The plain part of YAML, which configurations are made of: block lists and groups, values on one line, comments. Read
 * line by line, many times faster than all of YAML. It never guesses: where a text holds anything else, or a mistake,
 * the outcome is undefined and the whole parser must be asked.
 */
import { isScalar, parseDocument } from 'yaml'
import type { Data } from './data.ts'
import { readFlow, withoutEnd } from './plain-flow.ts'

export interface PlainYaml {
  /** The same as `readYaml` gives for this text. */
  readonly data: Data
  /** Lines of each item of a block list, in its order; undefined for any other list. */
  spansOf(list: readonly Data[]): readonly LineSpan[] | undefined
}

/** Lines of an item, counted from 0: the one with the dash, and the last one that is no comment. */
export interface LineSpan {
  readonly first: number
  readonly last: number
}

/** Below what the whole parser reads, so that it is asked before a limit is met. */
const deepest = 24
const mostLines = 1_000_000

/** Thrown inside this file alone. */
class NotPlain extends Error {}

export function readPlainYaml(text: string): PlainYaml | undefined {
  try {
    return new Reader(text).read()
  } catch (error) {
    if (error instanceof NotPlain) return undefined
    throw error
  }
}

const keyPattern = /^([A-Za-z_][A-Za-z0-9_]*):(?: +|$)/
const dashPattern = /^-(?: +|$)/
/** A word that can be nothing but text. */
const wordPattern = /^[A-Za-z_][A-Za-z0-9_.:[\]]*$/
const numberPattern = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/
/** Text without quotes on one line, and other values: what they are the whole parser says. */
const barePattern = /^(?:[A-Za-z0-9_/$\u00A1-\u167F]|-[0-9])[A-Za-z0-9_.:/\-+[\]{}()$@%*&!,;<>=?~^ \u00A1-\u167F]*$/
const reserved = new Set(['true', 'True', 'TRUE', 'false', 'False', 'FALSE', 'null', 'Null', 'NULL'])

class Reader {
  private readonly lines: readonly string[]
  private readonly spans = new Map<readonly Data[], LineSpan[]>()
  private at = -1
  /** Of the line that is looked at; -1 at the end. */
  private indent = 0
  private content = ''
  /** Last line that was taken. */
  private taken = -1

  constructor(text: string) {
    this.lines = (text.startsWith('\uFEFF') ? text.slice(1) : text).split('\n')
    if (this.lines.length > mostLines || text.includes('\t')) throw new NotPlain()
  }

  read(): PlainYaml {
    this.next()
    if (this.indent !== 0) throw new NotPlain()
    const data = this.block(0, 0)
    if (this.indent >= 0) throw new NotPlain()
    return { data, spansOf: (list) => this.spans.get(list) }
  }

  /** Goes to the next line with content. */
  private next(): void {
    this.taken = this.at
    while (++this.at < this.lines.length) {
      const line = this.lines[this.at] ?? ''
      // At the end of the text it ends no line.
      const ended = this.at < this.lines.length - 1
      const text = ended && line.endsWith('\r') ? line.slice(0, -1) : line
      let indent = 0
      while (text.charCodeAt(indent) === 0x20) indent++
      if (indent === text.length || text.charCodeAt(indent) === 0x23) continue
      if (text.includes('\r')) throw new NotPlain()
      this.indent = indent
      this.content = text.slice(indent)
      return
    }
    this.indent = -1
    this.content = ''
  }

  private block(indent: number, depth: number): Data {
    if (depth > deepest) throw new NotPlain()
    return dashPattern.test(this.content) ? this.list(indent, depth) : this.group(indent, depth)
  }

  private list(indent: number, depth: number): Data {
    const items: Data[] = []
    const spans: LineSpan[] = []
    while (this.indent === indent) {
      const dash = dashPattern.exec(this.content)
      if (!dash) break
      const first = this.at
      items.push(this.item(indent, dash[0].length, depth))
      spans.push({ first, last: this.taken })
    }
    if (this.indent > indent) throw new NotPlain()
    this.spans.set(items, spans)
    return items
  }

  private item(indent: number, dash: number, depth: number): Data {
    const rest = this.content.slice(dash)
    if (rest === '' || rest.startsWith('#')) return this.nested(indent, depth)
    if (keyPattern.test(rest)) {
      // The group begins on the line of the dash: its keys stand under the first one.
      this.indent = indent + dash
      this.content = rest
      return this.group(this.indent, depth + 1)
    }
    if (dashPattern.test(rest)) throw new NotPlain()
    const value = lineValue(rest)
    this.next()
    if (this.indent > indent) throw new NotPlain()
    return value
  }

  private group(indent: number, depth: number): Data {
    if (depth > deepest) throw new NotPlain()
    const group: { [key: string]: Data } = Object.create(null)
    const seen = new Set<string>()
    while (this.indent === indent) {
      const key = keyPattern.exec(this.content)
      const name = key?.[1]
      if (!key || name === undefined || seen.has(name) || reserved.has(name)) throw new NotPlain()
      seen.add(name)
      const rest = this.content.slice(key[0].length)
      const value = rest === '' || rest.startsWith('#') ? this.nested(indent, depth, true) : this.scalar(rest, indent)
      if (value !== null) group[name] = value
    }
    if (this.indent > indent) throw new NotPlain()
    return group
  }

  private scalar(rest: string, indent: number): Data {
    const value = lineValue(rest)
    this.next()
    if (this.indent > indent) throw new NotPlain()
    return value
  }

  /** What stands under a key or a dash with nothing behind it. */
  private nested(indent: number, depth: number, listHere = false): Data {
    this.next()
    if (this.indent > indent) return this.block(this.indent, depth + 1)
    if (listHere && this.indent === indent && dashPattern.test(this.content)) return this.list(indent, depth + 1)
    return null
  }
}

/** A value on the rest of a line, with a comment behind it or not. */
function lineValue(rest: string): Data {
  const first = rest[0] ?? ''
  if (first === '"' || first === "'") return quoted(rest, first)
  const comment = rest.indexOf(' #')
  const text = withoutEnd(comment < 0 ? rest : rest.slice(0, comment))
  if (first === '[' || first === '{') {
    // A hash inside a list is rare, and the whole parser knows it.
    const flow = readFlow(text, bare)
    if (!flow) throw new NotPlain()
    return flow.data
  }
  return bare(text)
}

function quoted(rest: string, quote: string): Data {
  const end = rest.indexOf(quote, 1)
  const text = rest.slice(1, end)
  const after = rest.slice(end + 1)
  if (end < 0 || text.includes('\\') || !/^(?: +#.*| *)$/.test(after)) throw new NotPlain()
  return text
}

const mostKnown = 5_000
const known = new Map<string, Data>()

function bare(text: string): Data {
  if (wordPattern.test(text) && !text.endsWith(':') && !reserved.has(text)) return text
  if (text === 'true') return true
  if (text === 'false') return false
  if (numberPattern.test(text)) return Number(text)
  if (!barePattern.test(text) || text.includes(': ') || text.endsWith(':')) throw new NotPlain()
  const before = known.get(text)
  if (before !== undefined) return before
  const value = asked(text)
  if (known.size >= mostKnown) known.clear()
  known.set(text, value)
  return value
}

/** What the whole parser makes of a value that stands alone. */
function asked(text: string): Data {
  const doc = parseDocument(`key: ${text}\n`, { prettyErrors: false, logLevel: 'error' })
  const node = doc.getIn(['key'], true)
  if (doc.errors.length > 0 || doc.warnings.length > 0 || !isScalar(node) || node.tag || node.anchor) {
    throw new NotPlain()
  }
  const { value } = node
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null)
    return value
  throw new NotPlain()
}
