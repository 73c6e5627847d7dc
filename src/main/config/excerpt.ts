/**
 * A configuration text without the tags that a change does not name. One of 20,000 is then edited as fast as one of ten;
 * the others come back letter by letter. Pure.
 */
import type { ConfigEdit } from '#shared/contract/edits'
import { sameData } from '#shared/same-data'
import { type Data, type GroupData, isGroup } from './data.ts'
import { type LineSpan, type PlainYaml, readPlainYaml } from './plain-yaml.ts'
import { readData } from './yaml-text.ts'

export interface Excerpt {
  readonly text: string
  /** The edited excerpt with all that was left out; undefined where it can't be told what belongs where. */
  restore(edited: string): string | undefined
}

/** Fewer tags side by side are not left out. */
const fewest = 3

/** Undefined where there is nothing to leave out, or the text holds more than plain YAML. */
export function excerptOf(text: string, edits: readonly ConfigEdit[]): Excerpt | undefined {
  const plain = readPlainYaml(text)
  if (!plain) return undefined
  const named = namedTags(edits)
  const runs = tagListsOf(plain.data).flatMap((tags) => unnamedRuns(tags, plain, named))
  if (runs.length === 0) return undefined
  const lines = text.split('\n')
  const word = freeWord(text)
  const kept: string[] = []
  const left = new Map<string, LeftOut>()
  let at = 0
  for (const { first, last, items } of runs) {
    for (const line of lines.slice(at, first)) kept.push(line)
    const name = `${word}${left.size}`
    const stub = stubFor(lines[first] ?? '', name)
    left.set(name, { stub, lines: lines.slice(first, last + 1), items })
    kept.push(stub)
    at = last + 1
  }
  for (const line of lines.slice(at)) kept.push(line)
  return { text: kept.join('\n'), restore: (edited) => restored(edited, word, left) }
}

interface Run extends LineSpan {
  /** What its lines say. */
  readonly items: readonly Data[]
}

interface LeftOut {
  /** The line that stands in its place. */
  readonly stub: string
  readonly lines: readonly string[]
  readonly items: readonly Data[]
}

/** Names in any edit that concerns tags; of any PLC, for it may be renamed by the edit before. */
function namedTags(edits: readonly ConfigEdit[]): ReadonlySet<Data> {
  const names = new Set<Data>()
  for (const edit of edits) {
    if (edit.kind === 'remove-tags') for (const name of edit.tags) names.add(name)
    else if (edit.kind === 'add-tags' || edit.kind === 'set-tags') for (const { name } of edit.tags) names.add(name)
  }
  return names
}

function tagListsOf(data: Data): Data[][] {
  const plcs = isGroup(data) ? data.plcs : undefined
  if (!Array.isArray(plcs)) return []
  return plcs.flatMap((plc) => (isGroup(plc) && Array.isArray(plc.tags) ? [plc.tags] : []))
}

/** Tags side by side that no edit names. Comments behind the last of them stay, since they may belong to what follows. */
function unnamedRuns(tags: readonly Data[], plain: PlainYaml, named: ReadonlySet<Data>): Run[] {
  const spans = plain.spansOf(tags)
  if (!spans) return []
  const runs: Run[] = []
  let from = 0
  for (let i = 0; i <= tags.length; i++) {
    if (i < tags.length && !named.has(nameOf(tags[i]))) continue
    const [first, last] = [spans[from]?.first, spans[i - 1]?.last]
    if (i - from >= fewest && first !== undefined && last !== undefined)
      runs.push({ first, last, items: tags.slice(from, i) })
    from = i + 1
  }
  return runs
}

function nameOf(tag: Data | undefined): Data {
  return (isGroup(tag) && tag.name) || null
}

/** The beginning of a name that the text does not have. */
function freeWord(text: string): string {
  for (let i = 0; ; i++) {
    const word = `left_out_${i}_`
    if (!text.includes(word)) return word
  }
}

function stubFor(line: string, name: string): string {
  const indent = line.length - line.trimStart().length
  return `${' '.repeat(indent)}- name: ${name}${line.endsWith('\r') ? '\r' : ''}`
}

function restored(edited: string, word: string, left: ReadonlyMap<string, LeftOut>): string | undefined {
  const out: string[] = []
  for (const line of edited.split('\n')) {
    const at = line.indexOf(word)
    const run = at < 0 ? undefined : left.get(line.slice(at).trimEnd())
    if (at >= 0 && run?.stub !== line) return undefined
    if (!run) out.push(line)
    else for (const one of run.lines) out.push(one)
  }
  const text = out.join('\n')
  // Read again and compared: what was put back must be where it was, and nothing else may have changed.
  const [short, whole] = [readData(edited).data, readPlainYaml(text)?.data]
  return short !== undefined && whole !== undefined && sameData(expanded(short, left), whole) ? text : undefined
}

/** The data of an excerpt with the tags that were left out. */
function expanded(data: Data, left: ReadonlyMap<string, LeftOut>): Data {
  if (!isGroup(data) || !Array.isArray(data.plcs)) return data
  const itemsOf = (tag: Data) => left.get(String(nameOf(tag)))?.items ?? [tag]
  const plcs = data.plcs.map((plc): Data => {
    if (!isGroup(plc) || !Array.isArray(plc.tags)) return plc
    const whole: GroupData = { ...plc, tags: plc.tags.flatMap(itemsOf) }
    return whole
  })
  return { ...data, plcs }
}
