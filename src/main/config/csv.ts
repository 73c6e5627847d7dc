/**
 * Configured tags as CSV and back. One row a tag; a column that is absent changes nothing, an empty cell removes the key.
 * Tags are added and changed, never removed. Pure: nothing is saved here.
 */
import { CsvError, parse } from 'csv-parse/sync'
import type { PlcConfig, TagConfig } from '#shared/config'
import type { ConfigEdit, TagKeys } from '#shared/contract/edits'
import { aliasProblem, folded, tagNameProblem } from '#shared/names/rules'
import type { CsvRow } from '#shared/site'

const columns = [
  'plc',
  'tag',
  'alias',
  'enabled',
  'writable',
  'min',
  'max',
  'enum',
  'ignore_changes',
  'no_mqtt',
  'no_valkey',
  'no_kafka',
] as const
type Column = (typeof columns)[number]
type KeyColumn = Exclude<Column, 'plc' | 'tag'>

/** A heading, and the rows in the order of the file; RFC 4180. */
export function tagsToCsv(plcs: readonly Pick<PlcConfig, 'name' | 'tags'>[]): string {
  return [lineOf(columns), ...plcs.map(({ name, tags }) => tagRows(name, tags))].join('')
}

/** The rows of some tags of a PLC, without the heading. */
export function tagRows(plc: string, tags: readonly TagConfig[]): string {
  return tags.map((tag) => lineOf(columns.map((column) => cellOf(plc, tag, column)))).join('')
}

function lineOf(cells: readonly string[]): string {
  return `${cells.map(quoted).join(',')}\r\n`
}

function cellOf(plc: string, tag: TagConfig, column: Column): string {
  switch (column) {
    case 'plc':
      return plc
    case 'tag':
      return tag.name
    case 'enum':
      return tag.enum ? JSON.stringify(tag.enum) : ''
    case 'ignore_changes':
      return tag.ignore_changes.length > 0 ? JSON.stringify(tag.ignore_changes) : ''
    default:
      return String(tag[column] ?? '')
  }
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export interface ReadCsv {
  /** One for each row of the text, in its order; errors of the text as a whole are on line 1. */
  readonly rows: readonly CsvRow[]
  /** What the rows without errors ask for. */
  readonly edits: readonly ConfigEdit[]
}

const mostRows = 100_000

/** Reads a CSV against the PLCs as they are configured now. Never throws: what is wrong stands in the rows. */
export function readTagCsv(text: string, plcs: readonly PlcConfig[]): ReadCsv {
  const table = readTable(text)
  if (typeof table === 'string') return { rows: [wrong(1, '', '', table)], edits: [] }
  const byName = new Map(plcs.map((plc) => [plc.name, { tags: new Map(plc.tags.map((tag) => [tag.name, tag])) }]))
  const seen = new Map<string, number>()
  const changes = new Map<string, { name: string; keys: TagKeys }[]>()
  const rows = table.records.map(({ line, cells }): CsvRow => {
    const [plc = '', tag = ''] = [cells.plc, cells.tag]
    const there = byName.get(plc)
    if (!there)
      return wrong(line, plc, tag, `there is no PLC ${JSON.stringify(plc)}. Add it first; its name is case-sensitive.`)
    const problem = tagNameProblem(tag)
    if (problem) return wrong(line, plc, tag, `tag: ${problem}.`)
    const key = JSON.stringify([plc, folded(tag)])
    const earlier = seen.get(key)
    if (earlier !== undefined)
      return wrong(line, plc, tag, `this tag stands on line ${earlier} already. Remove one of them.`)
    seen.set(key, line)
    const read = readKeys(cells)
    if ('problem' in read) return wrong(line, plc, tag, read.problem)
    const before = there.tags.get(tag)
    const told = differences(before, read.keys)
    if (before && told.length === 0) return { line, plc, tag, what: 'same', text: '' }
    const list = changes.get(plc) ?? []
    changes.set(plc, list)
    list.push({ name: tag, keys: before ? read.keys : withoutNulls(read.keys) })
    return { line, plc, tag, what: before ? 'change' : 'add', text: told.join(', ') }
  })
  return { rows, edits: [...changes].map(([plc, tags]): ConfigEdit => ({ kind: 'set-tags', plc, tags })) }
}

interface Table {
  readonly records: readonly { readonly line: number; readonly cells: { readonly [column in Column]?: string } }[]
}

/** The rows by column; or what is wrong with the text as a whole. */
function readTable(text: string): Table | string {
  const delimiter = /^[^\r\n]*/.exec(text)?.[0].includes(';') ? ';' : ','
  try {
    const lines: { readonly record: readonly string[]; readonly line: number }[] = []
    parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      to: mostRows + 2,
      on_record: (record: string[], { lines: line }) => {
        lines.push({ record, line })
        return null
      },
    })
    const [head, ...body] = lines
    if (!head) return 'The file is empty. Expected a heading with plc and tag, then a row for each tag.'
    const names = head.record.map((name) => name.toLowerCase())
    const unknown = names.filter((name) => name !== '' && !columns.some((column) => column === name))
    if (unknown.length > 0) return `There is no column ${unknown.join(', ')}. Columns are ${columns.join(', ')}.`
    for (const needed of ['plc', 'tag']) {
      if (!names.includes(needed))
        return `The column ${needed} is missing. The first line names the columns: ${columns.join(', ')}.`
    }
    if (body.length > mostRows) return `More than ${mostRows} rows. Split the file.`
    return {
      records: body.map(({ record, line }) => ({
        line,
        cells: Object.fromEntries(names.map((name, i) => [name, record[i] ?? ''])),
      })),
    }
  } catch (error) {
    const where = error instanceof CsvError && typeof error.lines === 'number' ? ` (line ${error.lines})` : ''
    return `Not CSV${where}: ${error instanceof Error ? error.message : 'unknown error'}. Save it as CSV, UTF-8.`
  }
}

type Cells = Table['records'][number]['cells']

function readKeys(cells: Cells): { readonly keys: TagKeys } | { readonly problem: string } {
  const keys: { [key in KeyColumn]?: unknown } = {}
  for (const [column, cell] of Object.entries(cells) as [Column, string][]) {
    if (column === 'plc' || column === 'tag') continue
    const read = cell === '' ? { value: null } : readCell(column, cell)
    if ('problem' in read) return { problem: `${column}: ${read.problem}` }
    keys[column] = read.value
  }
  return { keys: keys as TagKeys }
}

type ReadCell = { readonly value: unknown } | { readonly problem: string }

function readCell(column: KeyColumn, cell: string): ReadCell {
  switch (column) {
    case 'alias': {
      const problem = aliasProblem(cell)
      return problem ? { problem: `${problem}.` } : { value: cell }
    }
    case 'min':
    case 'max': {
      const value = Number(cell)
      return Number.isFinite(value)
        ? { value }
        : { problem: `expected a number with a decimal point, found ${JSON.stringify(cell)}.` }
    }
    case 'enum':
      return readList(cell, plainValue)
    case 'ignore_changes':
      return readList(cell, (item) => item)
    case 'enabled':
    case 'writable':
    case 'no_mqtt':
    case 'no_valkey':
    case 'no_kafka': {
      const word = cell.toLowerCase()
      if (['true', '1', 'yes'].includes(word)) return { value: true }
      if (['false', '0', 'no'].includes(word)) return { value: false }
      return { problem: `expected true or false, found ${JSON.stringify(cell)}.` }
    }
  }
}

/** `[1,2,3]`, or `1|2|3` as one types it in a table. */
function readList(cell: string, toItem: (text: string) => unknown): ReadCell {
  if (!cell.startsWith('[')) return { value: cell.split('|').map((item) => toItem(item.trim())) }
  const problem = `expected a list such as [1,2,3], found ${JSON.stringify(cell.slice(0, 60))}.`
  try {
    const list: unknown = JSON.parse(cell)
    const plain = (item: unknown) => ['string', 'number', 'boolean'].includes(typeof item)
    return Array.isArray(list) && list.every(plain) ? { value: list } : { problem }
  } catch {
    return { problem }
  }
}

function plainValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}

const absent: { readonly [column in KeyColumn]?: unknown } = {
  enabled: true,
  writable: false,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: false,
  no_kafka: false,
}

/** `writable: false → true`, for each key that would be another one. */
function differences(before: TagConfig | undefined, keys: TagKeys): readonly string[] {
  return Object.entries(keys).flatMap(([key, value]) => {
    const column = key as KeyColumn
    const was = before ? before[column] : absent[column]
    const is = value ?? absent[column]
    if (JSON.stringify(was) === JSON.stringify(is)) return []
    return [before ? `${key}: ${shown(was)} → ${shown(is)}` : `${key}: ${shown(is)}`]
  })
}

function shown(value: unknown): string {
  return value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value)
}

function withoutNulls(keys: TagKeys): TagKeys {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== null))
}

function wrong(line: number, plc: string, tag: string, text: string): CsvRow {
  return { line, plc, tag, what: 'error', text }
}
