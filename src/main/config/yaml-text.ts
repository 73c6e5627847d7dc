/** YAML text to plain data. Bounded: a hostile file neither hangs nor fills the memory, and no text repeats its content. */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from 'yaml'
import type { Data } from './data.ts'
import { readPlainYaml } from './plain-yaml.ts'
import { collectProblems, cut, type Problems } from './problems.ts'

export interface YamlText {
  readonly doc: Document
  readonly problems: Problems
  /** Undefined where the text is not YAML, or more than we read. */
  readonly data?: Data
}

const deepest = 32
const mostAliases = 100
const mostNodes = 2_000_000

/** Reads the data alone: of a plain text without parsing all of YAML. Never throws. */
export function readData(text: string): Omit<YamlText, 'doc'> {
  const plain = readPlainYaml(text)
  if (!plain) return readYaml(text)
  const problems = collectProblems(() => {
    const lines = new LineCounter()
    return { doc: parseYaml(text, lines), lines }
  })
  return { data: plain.data, problems }
}

/** Reads YAML text. Never throws. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter()
  try {
    const doc = parseYaml(text, lines)
    const problems = collectProblems(() => ({ doc, lines }))
    for (const error of [...doc.errors, ...doc.warnings]) problems.errorAt(error.pos[0], yamlErrorText(error))
    if (problems.failed()) return { doc, problems }
    const data = toData(doc, problems)
    return problems.failed() ? { doc, problems } : { doc, problems, data }
  } catch {
    // The parser is recursive: what nests some thousand levels deep overflows its stack.
    const doc = parseYaml('', lines)
    const problems = collectProblems(() => ({ doc, lines }))
    problems.errorAt(
      0,
      'the file can not be read as YAML: it nests too deeply. A configuration has a few levels; restore it from a copy.',
    )
    return { doc, problems }
  }
}

/** The one way this program parses YAML: errors without a piece of the file in them, no check of quadratic cost. */
export function parseYaml(text: string, lineCounter: LineCounter = new LineCounter()): Document {
  return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false, logLevel: 'error', merge: false })
}

function toData(doc: Document, problems: Problems): Data {
  const anchors = new Map<string, Node>()
  const left = { aliases: mostAliases, nodes: mostNodes }

  function read(node: unknown, depth: number, insideAlias: boolean): Data {
    if (node === null || node === undefined) return null
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (left.aliases-- <= 0 || !target) {
        if (left.aliases >= -1)
          problems.errorAt(
            offsetOf(node),
            `too many aliases (*); at most ${mostAliases} are read. Write the values out.`,
          )
        return null
      }
      return read(target, depth + 1, true)
    }
    if (left.nodes-- <= 0 || depth > deepest) {
      if (!problems.failed())
        problems.errorAt(
          offsetOf(node),
          'nests too deeply or repeats itself; a configuration has a few levels. Write the values out.',
        )
      return null
    }
    if (!insideAlias && (isCollection(node) || isScalar(node)) && node.anchor) anchors.set(node.anchor, node)
    if (isSeq(node)) return node.items.map((item) => read(item, depth + 1, insideAlias))
    if (isMap(node)) return readMap(node.items, depth, insideAlias)
    if (isScalar(node)) return scalarData(node.value)
    return null
  }

  function readMap(pairs: readonly { key: unknown; value: unknown }[], depth: number, insideAlias: boolean): Data {
    const group: { [key: string]: Data } = Object.create(null)
    const seen = new Set<string>()
    for (const { key, value } of pairs) {
      if (!isScalar(key)) {
        problems.errorAt(offsetOf(key), 'a key must be a plain word.')
        continue
      }
      const name = String(key.value)
      if (name === '<<') problems.errorAt(offsetOf(key), 'merge keys (<<) are not read; write the keys out.')
      else if (seen.has(name))
        problems.errorAt(
          offsetOf(key),
          `the key ${JSON.stringify(cut(name))} stands twice in the same group; remove one of them.`,
        )
      seen.add(name)
      const data = read(value, depth + 1, insideAlias)
      if (data !== null) group[name] = data
    }
    return group
  }
  return read(doc.contents, 0, false)
}

function scalarData(value: unknown): Data {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return value === null || value === undefined ? null : String(value)
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0
}

/** The parser's error in our words. Its own may quote the file, and what is quoted can be a password. */
function yamlErrorText(error: YAMLError): string {
  return `the file is not valid YAML here: ${yamlTexts[error.code] ?? 'it can not be understood. Check spaces, colons and quotes on this line and the one before.'}`
}
const yamlTexts: { readonly [code in YAMLError['code']]?: string } = {
  BAD_ALIAS: 'a value that begins with * names an anchor that does not exist. Put the value in quotes.',
  ALIAS_PROPS: 'a value that begins with * must be put in quotes.',
  BAD_DIRECTIVE: 'a line that begins with % is not understood. Remove it.',
  BAD_DQ_ESCAPE: 'a backslash in double quotes begins an escape that does not exist. Write \\\\ or use single quotes.',
  BAD_INDENT: 'the indentation does not fit the lines around it.',
  BAD_SCALAR_START: 'a value begins with a character that has a meaning in YAML (@ ` % or similar). Put it in quotes.',
  BLOCK_IN_FLOW: 'a block stands inside [ ] or { }. Close the bracket, or write a comma.',
  MISSING_CHAR: 'a character is missing: a closing quote or bracket, a colon, a comma or a space.',
  MULTILINE_IMPLICIT_KEY: 'a key goes over more than one line; perhaps the colon after it, or a quote, is missing.',
  MULTIPLE_DOCS: 'a second document begins (---). Only one is read; remove the line.',
  TAB_AS_INDENT: 'a tab is used for indentation. Use spaces.',
  TAG_RESOLVE_FAILED: 'a value that begins with ! is read as a type. Put the value in quotes.',
  BAD_COLLECTION_TYPE: 'a value that begins with ! is read as a type. Put the value in quotes.',
  RESOURCE_EXHAUSTION: 'it nests too deeply. A configuration has a few levels.',
  UNEXPECTED_TOKEN: 'something stands here that does not belong here; perhaps a quote or a dash too many.',
}
