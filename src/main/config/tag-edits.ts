/** Changes of many tags of one PLC at once: each is found by its name in one go, not by looking through the list for each. */
import { type Document, isAlias, isMap, type YAMLMap, type YAMLSeq } from 'yaml'
import { assign, type Edit, type FileKeys, find, listOf, nameOf, notThere, plain } from './edits.ts'

export interface NamedKeys {
  readonly name: string
  readonly keys: FileKeys
}

/** Refused where one of them is there already. */
export function addTags(plc: string, tags: readonly NamedKeys[]): Edit {
  return (doc) => {
    const holder = find(doc, ['plcs', plc])
    if (typeof holder === 'string') return holder
    const present = listOf(doc, holder, 'tags')
    const there = new Set(present?.items.map((item) => nameOf(doc, item)))
    for (const { name } of tags) {
      if (there.has(name)) return `tags: ${JSON.stringify(name)} is there already`
      there.add(name)
    }
    append(doc, holder, present, tags)
    return undefined
  }
}

/** Changes keys of tags by name; one that is not there is added. */
export function setTags(plc: string, tags: readonly NamedKeys[]): Edit {
  return (doc) => {
    const holder = find(doc, ['plcs', plc])
    if (typeof holder === 'string') return holder
    const present = listOf(doc, holder, 'tags')
    const byName = new Map<unknown, YAMLMap>()
    for (const item of present?.items ?? []) {
      const target: unknown = isAlias(item) ? item.resolve(doc) : item
      if (isMap(target)) byName.set(target.get('name'), target)
    }
    const absent = new Map<string, NamedKeys>()
    for (const tag of tags) {
      const group = byName.get(tag.name)
      if (group) assign(doc, group, tag.keys)
      else absent.set(tag.name, { name: tag.name, keys: { ...absent.get(tag.name)?.keys, ...tag.keys } })
    }
    append(doc, holder, present, [...absent.values()])
    return undefined
  }
}

/** Refused where one of them is not there. */
export function removeTags(plc: string, names: readonly string[]): Edit {
  return (doc) => {
    const holder = find(doc, ['plcs', plc])
    if (typeof holder === 'string') return holder
    const present = listOf(doc, holder, 'tags')
    const gone = new Set<unknown>(names)
    const found = new Set<unknown>(present?.items.map((item) => nameOf(doc, item)).filter((name) => gone.has(name)))
    const missing = names.find((name) => !found.has(name))
    if (missing !== undefined) return notThere('tags', missing)
    if (!present) return undefined
    present.items = present.items.filter((item) => !gone.has(nameOf(doc, item)))
    if (present.items.length === 0) holder.delete('tags')
    return undefined
  }
}

function append(doc: Document, holder: YAMLMap, present: YAMLSeq | undefined, tags: readonly NamedKeys[]) {
  if (tags.length === 0) return
  const items = tags.map(({ name, keys }) => plain({ name, ...keys }))
  if (!present) {
    holder.set(doc.createNode('tags'), doc.createNode(items))
    return
  }
  if (present.items.length === 0) present.flow = false
  for (const item of items) present.add(doc.createNode(item))
}
