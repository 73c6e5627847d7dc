/** The rows of what is chosen, one below the other: for the flat view, a search, and watch lists. Pure. */
import type { WatchedTag } from '#renderer/site/preferences'
import type { CatalogueEntry } from '#shared/plc'
import { belongs, rowKey, rowOf, type TagChoice, type TagFilter, type TagRow } from './rows.ts'
import { isEmptyQuery, matchesPlc, matchesText } from './search.ts'
import { childrenOf, nodeAt, rootNode, type TagIndex, type TagNode, type TagRoot } from './tag-index.ts'

/** How deep members are looked for, and how many rows a search may give. */
const deepest = 4
const mostFound = 100_000

/** Tags of a choice: those configured, those listed, and members of structures that a search finds. */
export function flatRows(indexes: readonly TagIndex[], choice: TagChoice, filter: TagFilter): TagRow[] {
  const rows: TagRow[] = []
  const searching = !isEmptyQuery(filter.query)
  const seen = new Set<string>()
  eachRoot(indexes, choice, (index, root) => {
    if (!matchesPlc(filter.query, index.plc)) return
    seen.clear()
    const add = (node: TagNode, entry?: CatalogueEntry) => {
      if (rows.length >= mostFound || !passes(index.plc, node, filter) || seen.has(node.address)) return
      seen.add(node.address)
      rows.push(flatRow(index, node, entry))
    }
    const node = rootNode(index, root)
    // What is not offered at first sight is found by who looks for it.
    const offered = choice.kind === 'hidden' || choice.kind === 'type' || searching || !root.entry?.hidden
    if (filter.only === 'all' && offered) walk(index, node, searching ? deepest : 0, add, root.entry)
    walkConfigured(node, add)
  })
  return rows
}

const none: ReadonlySet<string> = new Set()

function flatRow(index: TagIndex, node: TagNode, entry?: CatalogueEntry): TagRow {
  return { ...rowOf(index, { ...node, label: node.address }, 1, none, entry), open: undefined }
}

/** Roots of a choice; of all tags, or of all of a PLC, those that are not offered too. */
function eachRoot(indexes: readonly TagIndex[], choice: TagChoice, visit: (index: TagIndex, root: TagRoot) => void) {
  const whole = choice.kind === 'all' || choice.kind === 'plc'
  for (const index of indexes) {
    if ('plc' in choice && choice.plc !== index.plc) continue
    for (const root of index.roots) if (whole || belongs(choice, root.program, root.entry)) visit(index, root)
  }
}

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
export function listRows(indexes: readonly TagIndex[], tags: readonly WatchedTag[], filter: TagFilter): TagRow[] {
  return tags.flatMap(({ plc, address }) => {
    const index = indexes.find((one) => one.plc === plc)
    const node = index && nodeAt(index, address)
    if (!matchesPlc(filter.query, plc) || !passes(plc, node ?? goneNode(address), filter)) return []
    return index && node ? [{ ...flatRow(index, node), single: true }] : [goneRow(plc, address)]
  })
}

function goneNode(address: string): TagNode {
  return { address, step: '', type: undefined, branch: undefined }
}

function goneRow(plc: string, address: string): TagRow {
  return {
    key: rowKey(plc, address),
    plc,
    address,
    label: address,
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
}

export interface TagCounts {
  readonly published: number
  readonly writable: number
  /** Of the keys that were asked about. */
  readonly listed: number
}

/** How many rows each filter would leave of a choice; `watched`: the tags of a list that is chosen. */
export function tagCounts(
  indexes: readonly TagIndex[],
  choice: TagChoice,
  watched: readonly WatchedTag[],
  keys: ReadonlySet<string>,
): TagCounts {
  const counts = { published: 0, writable: 0, listed: 0 }
  const count = (plc: string, { address, branch }: TagNode) => {
    if (!branch?.tag?.enabled) return
    counts.published += 1
    if (branch.tag.writable) counts.writable += 1
    if (keys.has(rowKey(plc, address))) counts.listed += 1
  }
  if (choice.kind === 'list') {
    for (const { plc, address } of watched) {
      const index = indexes.find((one) => one.plc === plc)
      if (index) count(plc, nodeAt(index, address))
    }
  } else {
    eachRoot(indexes, choice, (index, root) => walkConfigured(rootNode(index, root), (node) => count(index.plc, node)))
  }
  return counts
}
