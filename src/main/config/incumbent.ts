/**
 * Files written by the incumbent product: it leaves out what is false, so that an absent `enabled` or `publish_changes`
 * means no there, and yes here.
 */
import { type Document, isMap, isSeq, type YAMLMap } from 'yaml'
import type { ConfigProblem } from '#shared/config'
import { sameData } from '#shared/same-data'
import { type Data, isGroup } from './data.ts'
import { keepLayout } from './document-text.ts'
import { readData, readYaml, type YamlText } from './yaml-text.ts'

/** Keys of the file that only the incumbent writes. */
export const incumbentKeys = ['web', 'ui'] as const

/** Keys that count as false where absent, by list. */
const falseWhenAbsent = {
  plcs: ['enabled'],
  mqtt: ['enabled'],
  valkey: ['enabled', 'publish_changes'],
  kafka: ['enabled', 'publish_changes'],
} as const

/** Key by which a file is known to be the incumbent's; undefined for one of ours. */
export function incumbentMark(data: Data | undefined): string | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined
  return incumbentKeys.find((key) => key in data)
}

/** The same data with `false` written where it is meant, and how many places these are. Does not change `data`. */
export function withIncumbentDefaults(data: Data): { readonly data: Data; readonly places: number } {
  let places = 0
  const fill = (item: Data, keys: readonly string[]): Data => {
    if (!isGroup(item)) return item
    const absent = keys.filter((key) => !(key in item))
    places += absent.length
    return Object.assign(Object.create(null), item, Object.fromEntries(absent.map((key) => [key, false])))
  }
  if (!isGroup(data)) return { data, places }
  const filled: { [key: string]: Data } = Object.assign(Object.create(null), data)
  for (const [list, keys] of Object.entries(falseWhenAbsent)) {
    const items = filled[list]
    if (!Array.isArray(items)) continue
    filled[list] = items.map((item) => {
      const whole = fill(item, keys)
      if (list === 'plcs' && isGroup(whole) && Array.isArray(whole.tags))
        whole.tags = whole.tags.map((tag) => fill(tag, ['enabled']))
      return whole
    })
  }
  return { data: filled, places }
}

export type Import =
  | {
      readonly ok: true
      readonly text: string /** What was changed, a line each. */
      readonly changes: readonly string[]
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] }

/**
 * Text of a file of ours that means the same: `false` written out where the incumbent left it out, `web` and `ui`
 * removed, all else as it was. A file of ours comes back unchanged. Whether it is a good configuration is another
 * question: `parseConfig` answers it.
 */
export function importIncumbent(text: string): Import {
  const read = readYaml(text)
  if (read.data === undefined) return { ok: false, problems: read.problems.list() }
  if (!incumbentMark(read.data)) return { ok: true, text, changes: [] }
  const print = keepLayout(read.doc, text)
  const changes = [...writeOut(read), ...removeMarks(read.doc)]
  const made = print()
  return sameData(readData(made).data, withoutMarks(withIncumbentDefaults(read.data).data))
    ? { ok: true, text: made, changes }
    : { ok: false, problems: [{ severity: 'error', path: '', line: 1, column: 1, text: sharedText }] }
}

/** A list that stands elsewhere, or twice, in which `false` can't be written for one place. */
const sharedText =
  'the file was written by another product and can not be imported: it writes several places as one (& and *), so that what is left out can not be written out. Write the values out in each place with a text editor; then try again.'

function withoutMarks(data: Data): Data {
  if (!isGroup(data)) return data
  return Object.fromEntries(Object.entries(data).filter(([key]) => !incumbentKeys.some((mark) => mark === key)))
}

function writeOut({ doc }: YamlText): string[] {
  const changes: string[] = []
  const write = (map: YAMLMap, keys: readonly string[], what: string) => {
    for (const key of keys) {
      const value = map.get(key)
      if (value !== undefined && value !== null) continue
      map.set(key, false)
      changes.push(`${what} ${JSON.stringify(map.get('name') ?? '')}: ${key}: false`)
    }
  }
  for (const [list, keys] of Object.entries(falseWhenAbsent)) {
    for (const item of mapsOf(doc, [list])) write(item, keys, list)
  }
  for (const plc of mapsOf(doc, ['plcs'])) {
    const tags = plc.get('tags')
    for (const tag of isSeq(tags) ? tags.items : []) if (isMap(tag)) write(tag, ['enabled'], 'tag')
  }
  return changes
}

function removeMarks(doc: Document): string[] {
  return incumbentKeys.filter((key) => doc.delete(key)).map((key) => `${key}: removed`)
}

function mapsOf(doc: Document, path: readonly string[]): YAMLMap[] {
  const list = doc.getIn(path)
  return isSeq(list) ? list.items.filter(isMap) : []
}
