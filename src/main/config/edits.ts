/**
 * Changes of a configuration, as the window makes them: small functions on the YAML document, so that comments and all
 * else stay. Each gives undefined, or a text that says why it can't be done; then nothing is saved. Whether the result
 * is a good configuration is decided by `file.ts` before it is written.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Service } from '#shared/broker'
import type { PlcConfig, TagConfig } from '#shared/config'
import type { WriteMode } from '#shared/write'

export type Edit = (doc: Document) => string | undefined

/** A value for a key of the file; undefined removes the key, so that its default holds. */
export type FileValue =
  | string
  | number
  | boolean
  | readonly FileValue[]
  | { readonly [key: string]: FileValue }
  | undefined
export type FileKeys = { readonly [key: string]: FileValue }

export const setNamespace = (namespace: string): Edit => setKeys({ namespace })

export const setWriteMode = (mode: WriteMode): Edit => setKeys({ write_mode: mode })

/** The tag the isolation run may write; undefined: none. */
export const setCommissioning = (chosen: { readonly plc: string; readonly tag: string } | undefined): Edit =>
  setKeys({ commissioning: chosen })

/** Keys at the top of the file. */
export function setKeys(keys: FileKeys): Edit {
  return (doc) => {
    const root = rootOf(doc)
    if (!root) return 'the file is not a group of keys'
    return assign(doc, root, keys)
  }
}

export const addPlc = (plc: FileKeys & { readonly name: string }): Edit => add([], 'plcs', plc)

export const removePlc = (name: string): Edit => remove([], 'plcs', name)

/** Keys of one PLC. For its name use `renamePlc`. `driver` goes with `family`, which would say the same in its stead. */
export const setPlc = (name: string, keys: FileKeys): Edit =>
  change(['plcs', name], 'driver' in keys ? { ...keys, family: undefined } : keys)

/** The controller that may be written; an empty list: any. */
export const setPin = (name: string, pin: PlcConfig['pin']): Edit =>
  setPlc(name, { pin: pin.length > 0 ? pin.map((one) => ({ ...one })) : undefined })

/** Renames a PLC wherever the file names it. */
export function renamePlc(oldName: string, newName: string): Edit {
  return (doc) => {
    const problem = setPlc(oldName, { name: newName })(doc)
    if (problem) return problem
    if (doc.getIn(['commissioning', 'plc']) === oldName) doc.setIn(['commissioning', 'plc'], newName)
    for (const service of ['mqtt', 'valkey', 'kafka']) {
      const entries = doc.get(service)
      for (const entry of isSeq(entries) ? entries.items : []) {
        const plcs = isMap(entry) ? entry.get('plcs') : undefined
        if (!isSeq(plcs)) continue
        for (const item of plcs.items) if (isScalar(item) && item.value === oldName) item.value = newName
      }
    }
    return undefined
  }
}

/** What the tag browser switches: `{ enabled: false }`, `{ writable: true, min: 0, max: 100 }`, `{ alias: undefined }`. */
export type TagKeys = { readonly [key in keyof TagConfig]?: TagConfig[key] | undefined }

/** Keys of one tag, by its name (not its alias). */
export const setTag = (plc: string, tag: string, keys: TagKeys): Edit => change(['plcs', plc, 'tags', tag], keys)

export const addTag = (plc: string, tag: TagKeys & { readonly name: string }): Edit => add(['plcs', plc], 'tags', tag)

export const removeTag = (plc: string, tag: string): Edit => remove(['plcs', plc], 'tags', tag)

export const addEntry = (service: Service, entry: FileKeys & { readonly name: string }): Edit => add([], service, entry)

export const setEntry = (service: Service, name: string, keys: FileKeys): Edit => change([service, name], keys)

/** Renames an entry. Its password stays where it is. */
export const renameEntry = (service: Service, name: string, to: string): Edit => setEntry(service, name, { name: to })

export const removeEntry = (service: Service, name: string): Edit => remove([], service, name)

/** Several changes as one: all of them, or none. */
export function together(...edits: readonly Edit[]): Edit {
  return (doc) => {
    for (const edit of edits) {
      const problem = edit(doc)
      if (problem) return problem
    }
    return undefined
  }
}

/** `['plcs', 'Main PLC', 'tags', 'Counter']`: list, name, list, name. */
type Names = readonly string[]

function change(names: Names, keys: FileKeys): Edit {
  return (doc) => {
    const found = find(doc, names)
    return typeof found === 'string' ? found : assign(doc, found, keys)
  }
}

function add(parent: Names, list: string, item: FileKeys & { readonly name: string }): Edit {
  return (doc) => {
    const holder = find(doc, parent)
    if (typeof holder === 'string') return holder
    if (find(doc, [...parent, list, item.name]) instanceof Object)
      return `${list}: ${JSON.stringify(item.name)} is there already`
    const present = listOf(doc, holder, list)
    if (!present) {
      holder.set(doc.createNode(list), doc.createNode([plain(item)]))
      return undefined
    }
    if (present.items.length === 0) present.flow = false
    present.add(doc.createNode(plain(item)))
    return undefined
  }
}

function remove(parent: Names, list: string, name: string): Edit {
  return (doc) => {
    const holder = find(doc, parent)
    if (typeof holder === 'string') return holder
    const items = listOf(doc, holder, list)
    const index = items?.items.findIndex((item) => nameOf(doc, item) === name) ?? -1
    if (!items || index < 0) return notThere(list, name)
    items.delete(index)
    if (items.items.length === 0) holder.delete(list)
    return undefined
  }
}

/** The group of keys under these names, or why there is none. */
export function find(doc: Document, names: Names): YAMLMap | string {
  const root = rootOf(doc)
  if (!root) return 'the file is not a group of keys'
  let group: YAMLMap = root
  for (let i = 0; i + 1 < names.length; i += 2) {
    const [list, name] = [names[i] ?? '', names[i + 1] ?? '']
    const item: unknown = listOf(doc, group, list)?.items.find((candidate) => nameOf(doc, candidate) === name)
    const target: unknown = isAlias(item) ? item.resolve(doc) : item
    if (!isMap(target)) return notThere(list, name)
    group = target
  }
  return group
}

export function assign(doc: Document, group: YAMLMap, keys: FileKeys): undefined {
  for (const [key, value] of Object.entries(keys)) {
    const present = group.get(key, true)
    if (value === undefined) group.delete(key)
    // The node stays where only its value changes: its comment and its quotes hang on it.
    else if (isScalar(present) && typeof value !== 'object') setScalar(present, value)
    else
      group.set(
        key,
        doc.createNode(Array.isArray(value) ? value : typeof value === 'object' ? plain(value as FileKeys) : value),
      )
  }
}

function setScalar(
  node: { value: unknown; source?: string | undefined; type?: string | undefined },
  value: string | number | boolean,
) {
  if (typeof node.value !== typeof value) delete node.type
  delete node.source
  node.value = value
}

function rootOf(doc: Document): YAMLMap | undefined {
  return isMap(doc.contents) ? doc.contents : undefined
}

export function listOf(doc: Document, group: YAMLMap, key: string): YAMLSeq | undefined {
  const value = group.get(key, true)
  const target = isAlias(value) ? value.resolve(doc) : value
  return isSeq(target) ? target : undefined
}

export function nameOf(doc: Document, item: unknown): unknown {
  const target = isAlias(item) ? item.resolve(doc) : item
  return isMap(target) ? target.get('name') : undefined
}

/** Without keys that have no value. */
export function plain(keys: FileKeys): FileKeys {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined))
}

export function notThere(list: string, name: string): string {
  return `${list}: there is no ${JSON.stringify(name)} any more; reload the configuration`
}
