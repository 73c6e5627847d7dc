/** The rows of the table, from what is chosen on the left, what is open, and the filter. Pure. */
import type { TagPageRow } from '#shared/contract/tags'
import type { CatalogueEntry } from '#shared/plc'
import { rootLabel, stepLabel } from './address-path.ts'
import type { TagQuery } from './search.ts'
import { childrenOf, hasChildren, rootNode, type TagIndex, type TagNode, type TagRoot, typeText } from './tag-index.ts'

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

/** What the left pane has chosen: the table shows of it what passes the filter, as a tree or flat. */
export type TagChoice =
  | { readonly kind: 'all' }
  | { readonly kind: 'plc'; readonly plc: string }
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
      // Among tags of one program its name says nothing; among others it tells two of the same name apart.
      const label = choice.kind === 'program' ? rootLabel(root.address) : root.address
      if (open.has(rowKey(index.plc, root.address)))
        addRows(rows, index, { ...rootNode(index, root), label }, 1, open, root.entry)
      else rows.push(closedRow(index, root, label))
    }
  }
  return rows
}

/** Rows of closed roots, by the index they belong to: of many tags most stay closed. */
const closedRows = new WeakMap<TagRoot, TagRow>()

const none: ReadonlySet<string> = new Set()

function closedRow(index: TagIndex, root: TagRoot, label: string): TagRow {
  const known = closedRows.get(root)
  if (known?.label === label) return known
  const row = rowOf(index, { ...rootNode(index, root), label }, 1, none, root.entry)
  closedRows.set(root, row)
  return row
}

/** Whether a root of the chosen PLC is of the choice. */
export function belongs(choice: TagChoice, program: string | undefined, entry: CatalogueEntry | undefined): boolean {
  switch (choice.kind) {
    case 'all':
    case 'plc':
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
  node: LabelledNode,
  level: number,
  open: ReadonlySet<string>,
  entry?: CatalogueEntry,
): void {
  const row = rowOf(index, node, level, open, entry)
  rows.push(row)
  if (row.open !== true) return
  const { nodes, more } = childrenOf(index.types, node)
  for (const child of nodes) addRows(rows, index, { ...child, label: stepLabel(child.step) }, level + 1, open)
  if (more > 0) rows.push(moreRow(row, more))
}

interface LabelledNode extends TagNode {
  readonly label: string
}

/** The row of a node; `open` has the keys of the open ones. */
export function rowOf(
  index: TagIndex,
  node: LabelledNode,
  level: number,
  open: ReadonlySet<string>,
  entry?: CatalogueEntry,
): TagRow {
  const { plc } = index
  const { address, label, type } = node
  const key = rowKey(plc, address)
  const { tag } = node.branch ?? {}
  return {
    key,
    plc,
    address,
    label,
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
