/** The rows of the table, from what is chosen on the left, what is open, and the filter. Pure. */
import type { WatchedTag } from '#renderer/site/preferences'
import type { TagPageRow } from '#shared/contract/tags'
import type { CatalogueEntry } from '#shared/plc'
import { rootLabel, stepLabel } from './address-path.ts'
import { isEmptyQuery, matchesPlc, matchesText, type TagQuery } from './search.ts'
import {
  childrenOf,
  hasChildren,
  nodeAt,
  rootNode,
  type TagIndex,
  type TagNode,
  type TagRoot,
  typeText,
} from './tag-index.ts'

export interface TagRow {
  /** `plc` and `address`, joined by a line break: also the key of its value. */
  readonly key: string
  readonly plc: string
  readonly address: string
  readonly label: string
  /** 1-based depth in the tree. */
  readonly level: number
  /** `undefined`: it has nothing below it. */
  readonly open: boolean | undefined
  /** The PLC's name of its type; '' where not known. */
  readonly type: string
  /** Whether a single value stands for it: elementary types and strings, and what is not known. */
  readonly single: boolean
  readonly tag: TagPageRow | undefined
  /** Published tags below it (and itself). */
  readonly published: number
  readonly access: CatalogueEntry['access'] | undefined
  /** Why the controller's list does not offer it at first sight. */
  readonly why: string | undefined
  /** In place of a tag: elements that are not shown. */
  readonly note: string | undefined
}

/** What the left pane has chosen. */
export type TagChoice =
  | { readonly kind: 'all' }
  | { readonly kind: 'controller'; readonly plc: string }
  | { readonly kind: 'program'; readonly plc: string; readonly program: string }
  | { readonly kind: 'hidden'; readonly plc: string }
  | { readonly kind: 'type'; readonly plc: string; readonly type: string }
  | { readonly kind: 'list'; readonly name: string }

export interface TagFilter {
  readonly query: TagQuery
  readonly only: 'all' | 'published' | 'writable' | 'listed'
  /** For `listed`: the keys that count (tags in trouble). */
  readonly keys?: ReadonlySet<string>
}

export function rowKey(plc: string, address: string): string {
  return `${plc}\n${address}`
}

/** Rows of the tree under a choice; `open` has the keys of the open ones. */
export function treeRows(indexes: readonly TagIndex[], choice: TagChoice, open: ReadonlySet<string>): TagRow[] {
  const rows: TagRow[] = []
  for (const index of indexes) {
    if ('plc' in choice && choice.plc !== index.plc) continue
    for (const root of index.roots) {
      if (!belongs(choice, root.program, root.entry)) continue
      if (open.has(rowKey(index.plc, root.address))) addRows(rows, index, rootNode(index, root), 1, open, root.entry)
      else rows.push(closedRow(index, root))
    }
  }
  return rows
}

/** Rows of closed roots, by the index they belong to: of many tags most stay closed. */
const closedRows = new WeakMap<TagRoot, TagRow>()

function closedRow(index: TagIndex, root: TagRoot): TagRow {
  const known = closedRows.get(root)
  if (known) return known
  const row = rowOf(index, rootNode(index, root), 1, none, root.entry)
  closedRows.set(root, row)
  return row
}

function belongs(choice: TagChoice, program: string | undefined, entry: CatalogueEntry | undefined): boolean {
  switch (choice.kind) {
    case 'all':
      return !entry?.hidden
    case 'controller':
      return program === undefined && !entry?.hidden
    case 'program':
      return program === choice.program && !entry?.hidden
    case 'hidden':
      return entry?.hidden === true
    case 'type':
      return entry?.type.name === choice.type
    case 'list':
      return false
  }
}

function addRows(
  rows: TagRow[],
  index: TagIndex,
  node: TagNode,
  level: number,
  open: ReadonlySet<string>,
  entry?: CatalogueEntry,
): void {
  const row = rowOf(index, node, level, open, entry)
  rows.push(row)
  if (row.open !== true) return
  const { nodes, more } = childrenOf(index.types, node)
  for (const child of nodes) addRows(rows, index, child, level + 1, open, undefined)
  if (more > 0) rows.push(moreRow(row, more))
}

function rowOf(
  index: TagIndex,
  node: TagNode,
  level: number,
  open: ReadonlySet<string>,
  entry?: CatalogueEntry,
): TagRow {
  const { plc } = index
  const { address, step, type } = node
  const key = rowKey(plc, address)
  const { tag } = node.branch ?? {}
  return {
    key,
    plc,
    address,
    label: step === '' ? rootLabel(address) : stepLabel(step),
    level,
    open: hasChildren(index.types, node) ? open.has(key) : undefined,
    type: type ? typeText(type) : (tag?.type ?? ''),
    single: isSingle(index, node),
    tag,
    published: node.branch?.published ?? 0,
    access: entry?.access,
    why: entry?.why,
    note: undefined,
  }
}

function isSingle(index: TagIndex, node: TagNode): boolean {
  const { type, branch } = node
  if (type) return type.kind !== 'struct' && type.dims.length === 0
  return branch?.tag !== undefined || !hasChildren(index.types, node)
}

function moreRow(parent: TagRow, more: number): TagRow {
  return {
    key: `${parent.key}\nmore`,
    plc: parent.plc,
    address: parent.address,
    label: '',
    level: parent.level + 1,
    open: undefined,
    type: '',
    single: false,
    tag: undefined,
    published: 0,
    access: undefined,
    why: undefined,
    note: `${more} more elements. Add one by its address, ${parent.label}[n].`,
  }
}

/** How deep members are looked for, and how many rows a search may give. */
const deepest = 4
const mostFound = 100_000

/** All tags one below the other: those configured, those listed, and members of structures that a search finds. */
export function flatRows(indexes: readonly TagIndex[], filter: TagFilter): TagRow[] {
  const rows: TagRow[] = []
  for (const index of indexes) {
    if (!matchesPlc(filter.query, index.plc)) continue
    const seen = new Set<string>()
    const add = (node: TagNode, entry?: CatalogueEntry) => {
      if (rows.length >= mostFound || !passes(index.plc, node, filter) || seen.has(node.address)) return
      seen.add(node.address)
      rows.push({ ...rowOf(index, node, 1, none, entry), label: node.address, open: undefined })
    }
    const searching = !isEmptyQuery(filter.query)
    for (const root of index.roots) {
      const node = rootNode(index, root)
      if (filter.only === 'all' && (searching || !root.entry?.hidden)) {
        walk(index, node, searching ? deepest : 0, add, root.entry)
      }
      walkConfigured(node, add)
    }
  }
  return rows
}
const none: ReadonlySet<string> = new Set()

/** Visits what is configured at and below a node, whatever the types tell. */
function walkConfigured(node: TagNode, visit: (node: TagNode) => void): void {
  const { address, branch } = node
  if (!branch) return
  if (branch.tag) visit(node)
  for (const [step, below] of branch.steps)
    walkConfigured({ address: address + step, step, type: undefined, branch: below }, visit)
}

/** Visits a node and, down to `depth`, its members; elements of arrays are not visited. */
function walk(
  index: TagIndex,
  node: TagNode,
  depth: number,
  visit: (node: TagNode, entry?: CatalogueEntry) => void,
  entry?: CatalogueEntry,
): void {
  visit(node, entry)
  if (depth === 0 || node.type?.kind !== 'struct' || node.type.dims.length > 0) return
  for (const child of childrenOf(index.types, node).nodes) walk(index, child, depth - 1, visit)
}

function passes(plc: string, { address, branch }: TagNode, { query, only, keys }: TagFilter): boolean {
  const tag = branch?.tag
  if (only === 'published' && !tag?.enabled) return false
  if (only === 'writable' && !(tag?.enabled && tag.writable)) return false
  if (only === 'listed' && !keys?.has(rowKey(plc, address))) return false
  return matchesText(query, (tag?.alias === undefined ? address : `${address} ${tag.alias}`).toLowerCase())
}

/** Rows of a watch list, in its order; tags that are gone are shown too. */
export function listRows(indexes: readonly TagIndex[], tags: readonly WatchedTag[]): TagRow[] {
  return tags.map(({ plc, address }) => {
    const index = indexes.find((one) => one.plc === plc)
    const row = index && rowOf(index, nodeAt(index, address), 1, none)
    const label = indexes.length > 1 ? `${plc}: ${address}` : address
    if (row) return { ...row, label, open: undefined, single: true }
    return {
      key: rowKey(plc, address),
      plc,
      address,
      label,
      level: 1,
      open: undefined,
      type: '',
      single: true,
      tag: undefined,
      published: 0,
      access: undefined,
      why: undefined,
      note: undefined,
    }
  })
}
