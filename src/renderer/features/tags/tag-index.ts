/**
 * All that is known of one PLC's tags: those of the configuration and those its controller lists, put together. Pure; made
 * anew when either changes.
 */
import type { TagPageRow } from '#shared/contract/tags'
import type { CatalogueEntry, TypeRef } from '#shared/plc'
import { addressPath, elementSteps } from './address-path.ts'

/** Members of the structures, by their name. */
export type TypeMembers = Readonly<Record<string, readonly { readonly name: string; readonly type: TypeRef }[]>>

/** Configured tags by the steps of their addresses. */
export interface Branch {
  readonly steps: Map<string, Branch>
  tag?: TagPageRow
  /** Published tags here and below. */
  published: number
}

export interface TagIndex {
  readonly plc: string
  readonly configured: ReadonlyMap<string, TagPageRow>
  readonly catalogue: readonly CatalogueEntry[]
  readonly types: TypeMembers
  /** Roots in the order they are shown: by name, numbers by their value. */
  readonly roots: readonly TagRoot[]
  /** Programs, by name, with the number of their tags. */
  readonly programs: readonly { readonly name: string; readonly count: number }[]
  readonly branches: ReadonlyMap<string, Branch>
}

/** A tag of the controller, or the root of what is configured without being listed there. */
export interface TagRoot {
  readonly address: string
  readonly program: string | undefined
  /** Undefined where the controller's list does not have it, or was never asked for. */
  readonly entry: CatalogueEntry | undefined
}

/** One node of the tree: a tag, a member or an element. */
export interface TagNode {
  readonly address: string
  /** Last step, or '' for a root. */
  readonly step: string
  readonly type: TypeRef | undefined
  /** What is configured at and below it; undefined where nothing is. */
  readonly branch: Branch | undefined
}

/** Elements of an array that are shown; more can be added by their address. */
const mostElements = 10_000

export function createTagIndex(
  plc: string,
  configured: readonly TagPageRow[],
  catalogue: readonly CatalogueEntry[],
  types: TypeMembers,
): TagIndex {
  const branches = branchesOf(configured)
  const roots = rootsOf(catalogue, branches)
  return {
    plc,
    configured: new Map(configured.map((tag) => [tag.name, tag])),
    catalogue,
    types,
    roots,
    programs: programsOf(roots),
    branches,
  }
}

function branchesOf(configured: readonly TagPageRow[]): Map<string, Branch> {
  const branches = new Map<string, Branch>()
  for (const tag of configured) {
    const { root, steps } = addressPath(tag.name)
    let branch = branchAt(branches, root)
    for (const step of [undefined, ...steps]) {
      if (step !== undefined) branch = branchAt(branch.steps, step)
      if (tag.enabled) branch.published += 1
    }
    branch.tag = tag
  }
  return branches
}

function branchAt(of: Map<string, Branch>, step: string): Branch {
  const known = of.get(step)
  if (known) return known
  const made: Branch = { steps: new Map(), published: 0 }
  of.set(step, made)
  return made
}

function rootsOf(catalogue: readonly CatalogueEntry[], branches: ReadonlyMap<string, Branch>): TagRoot[] {
  const roots = new Map<string, TagRoot>()
  for (const entry of catalogue) roots.set(entry.name, rootOf(entry.name, entry))
  for (const address of branches.keys()) if (!roots.has(address)) roots.set(address, rootOf(address, undefined))
  return [...roots.values()]
    .map((root) => ({ root, key: nameKey(root.address) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ root }) => root)
}

function rootOf(address: string, entry: CatalogueEntry | undefined): TagRoot {
  const program = address.startsWith('Program:') ? addressPath(address).program : undefined
  return { address, program, entry }
}

function programsOf(roots: readonly TagRoot[]) {
  const counts = new Map<string, number>()
  for (const { program, entry } of roots) {
    if (program !== undefined && !entry?.hidden) counts.set(program, (counts.get(program) ?? 0) + 1)
  }
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => compareNames(a.name, b.name))
}

/** Orders names as a person does: `Tank_2` before `Tank_10`. A collator takes ten times as long. */
function nameKey(name: string): string {
  return name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(10, '0'))
}

function compareNames(a: string, b: string): number {
  const [left, right] = [nameKey(a), nameKey(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** The node of a root. */
export function rootNode(index: TagIndex, { address, entry }: TagRoot): TagNode {
  return { address, step: '', type: entry?.type, branch: index.branches.get(address) }
}

/** The node at any address, with all that is known of it. */
export function nodeAt(index: TagIndex, address: string): TagNode {
  const { root, steps } = addressPath(address)
  const branch = steps.reduce<Branch | undefined>((at, step) => at?.steps.get(step), index.branches.get(root))
  return { address, step: '', type: typeAt(index, address), branch }
}

/** Members, elements, and configured bits or parts that the type does not tell of. `more` elements are not shown. */
export function childrenOf(
  types: TypeMembers,
  node: TagNode,
): { readonly nodes: readonly TagNode[]; readonly more: number } {
  const { address, branch } = node
  const known = typeChildren(types, node)
  const below = (step: string, type?: TypeRef): TagNode => ({
    address: address + step,
    step,
    type,
    branch: branch?.steps.get(step),
  })
  const steps = new Set(known.children.map(({ step }) => step))
  const others = [...(branch?.steps.keys() ?? [])].filter((step) => !steps.has(step)).sort(compareNames)
  return {
    nodes: [...known.children.map(({ step, type }) => below(step, type)), ...others.map((step) => below(step))],
    more: known.more,
  }
}

export function hasChildren(types: TypeMembers, { type, branch }: TagNode): boolean {
  if (type && (type.dims.length > 0 || (type.kind === 'struct' && (types[type.name]?.length ?? 0) > 0))) return true
  return (branch?.steps.size ?? 0) > 0
}

interface TypeChildren {
  readonly children: readonly { readonly step: string; readonly type: TypeRef }[]
  readonly more: number
}

function typeChildren(types: TypeMembers, { type }: TagNode): TypeChildren {
  if (!type) return { children: [], more: 0 }
  if (type.dims.length > 0) {
    const { steps, more } = elementSteps(type.dims, mostElements)
    const element: TypeRef = { ...type, dims: [] }
    return { children: steps.map((step) => ({ step, type: element })), more }
  }
  const members = type.kind === 'struct' ? (types[type.name] ?? []) : []
  return { children: members.map(({ name, type: of }) => ({ step: `.${name}`, type: of })), more: 0 }
}

/** `REAL`, `REAL[12]`, `Tank_T` */
export function typeText({ name, dims }: TypeRef): string {
  return dims.length === 0 ? name : `${name}[${dims.join(',')}]`
}

/** The type of any address, as far as the controller's list tells; undefined where it does not. */
export function typeAt(index: TagIndex, address: string): TypeRef | undefined {
  const { root, steps } = addressPath(address)
  let type = index.catalogue.find(({ name }) => name === root)?.type
  for (const step of steps) {
    if (!type) return undefined
    if (step.startsWith('[')) type = type.dims.length > 0 ? { ...type, dims: [] } : undefined
    else {
      const member = type.kind === 'struct' && type.dims.length === 0 ? index.types[type.name] : undefined
      type = member?.find(({ name }) => `.${name}` === step)?.type
    }
  }
  return type
}
