/**
 * Which reads serve many addresses best. In go the addresses of one tag, out come blocks: members and elements that lie
 * near each other are read together, where that takes fewer bytes on the wire than reading each alone. Pure.
 */
import { arrayLayout, bitsLayout, elementCount, type Layout } from './layout.ts'
import type { Step, Target } from './target.ts'

/** An address and where it stands in the plan. */
export interface Wanted {
  readonly index: number
  readonly address: string
  readonly target: Target
}

/** An address served by a block. */
export interface Share {
  readonly wanted: Wanted
  /** Bytes from the start of the block's value. */
  readonly offset: number
}

/** One read. */
export interface Block {
  readonly path: Buffer
  readonly shortPath: Buffer
  readonly count: number
  readonly layout: Layout
  readonly shares: readonly Share[]
  /**
   * Set where something is read that no address means as a whole, so that its shares may do well alone where it fails: the
   * path of the structure or array whose parts are read together.
   */
  readonly joins: Buffer | undefined
}

export interface BlockRules {
  /** Most bytes of a reply, its head included. */
  readonly room: number
  /** What a read costs besides its path and its value, in bytes. */
  readonly perRead: number
  /** Structures and arrays whose parts could not be read together, by `pathKey`: they are read apart. */
  isApart(key: string): boolean
}

/** Names are not case-sensitive. */
export function pathKey(path: Buffer): string {
  return path.toString('latin1').toLowerCase()
}

/** What is read at a path. */
export function blockKey({ path, count }: Pick<Block, 'path' | 'count'>): string {
  return `${count} ${pathKey(path)}`
}

/** Blocks for addresses of one base tag; each must have its steps. */
export function blocksOf(wanted: readonly Wanted[], rules: BlockRules): readonly Block[] {
  const root = treeOf(wanted)
  return root ? solve(root, rules).blocks : []
}

interface Node {
  readonly step: Step
  readonly children: Map<string | number, Node>
  /** Addresses that mean exactly this. */
  readonly own: Wanted[]
}

function treeOf(wanted: readonly Wanted[]): Node | undefined {
  let root: Node | undefined
  for (const one of wanted) {
    let node: Node | undefined
    for (const step of one.target.steps ?? []) {
      const siblings: Map<string | number, Node> | undefined = node?.children
      const next: Node = (node ? siblings?.get(step.key) : root) ?? { step, children: new Map(), own: [] }
      if (node) siblings?.set(step.key, next)
      else root = next
      node = next
    }
    node?.own.push(one)
  }
  return root
}

interface Solution {
  readonly blocks: readonly Block[]
  readonly cost: number
}

function solve(node: Node, rules: BlockRules): Solution {
  const { layout } = node.step
  const whole = blockOf(node, node.own.length === 0 || node.children.size > 0)
  if (node.children.size === 0) return single(whole, rules)
  const mayJoin = !rules.isApart(pathKey(whole.path))
  if (node.own.length > 0 && mayJoin) return single(whole, rules)
  const inner = layout.kind === 'array' || layout.kind === 'bits' ? runs(node, rules) : members(node, rules)
  const apart = node.own.length > 0 ? [single(blockOf({ ...node, children: new Map() }, false), rules)] : []
  const separate = joined([...apart, inner])
  if (!mayJoin || separate.blocks.length < 2 || !fits(whole, rules)) return separate
  const together = single(whole, rules)
  return together.cost < separate.cost ? together : separate
}

const joined = (solutions: readonly Solution[]): Solution => ({
  blocks: solutions.flatMap(({ blocks }) => blocks),
  cost: solutions.reduce((sum, { cost }) => sum + cost, 0),
})

const members = (node: Node, rules: BlockRules) =>
  joined([...node.children.values()].map((child) => solve(child, rules)))

/** Elements in their order; those that follow each other, or nearly so, make one read. */
function runs(node: Node, rules: BlockRules): Solution {
  const { layout, path } = node.step
  const mayJoin = !rules.isApart(pathKey(path))
  const children = [...node.children.entries()].sort(([a], [b]) => Number(a) - Number(b))
  const found: Solution[] = []
  let run: Node[] = []
  let best: Solution | undefined
  const end = () => {
    const range = run.length > 1 && rangeOf(layout, run[0] as Node, run.at(-1) as Node)
    if (range) found.push(single({ ...range, shares: sharesFrom(run), joins: path }, rules))
    else if (best) found.push(best)
  }
  for (const [, child] of children) {
    const alone = solve(child, rules)
    const range = best && mayJoin && rangeOf(layout, run[0] as Node, child)
    if (best && range && fits(range, rules)) {
      const cost = costOf(range, rules)
      if (cost <= best.cost + alone.cost) {
        run.push(child)
        best = { blocks: [], cost }
        continue
      }
    }
    end()
    run = [child]
    best = alone
  }
  end()
  return joined(found)
}

type Shape = Omit<Block, 'shares' | 'joins'>

/** One read from the first to the last of these elements; undefined where elements have no fixed size. */
function rangeOf(layout: Layout, { step: first }: Node, { step: last }: Node): Shape | undefined {
  const count = Number(last.key) - Number(first.key) + 1
  const { path, shortPath } = first
  if (layout.kind === 'bits') return { path, shortPath, count, layout: bitsLayout(count) }
  if (layout.kind !== 'array' || layout.of.size === 0) return undefined
  return { path, shortPath, count, layout: arrayLayout(layout.of, [count]) }
}

function blockOf(node: Node, joint: boolean): Block {
  const { path, shortPath, layout } = node.step
  return {
    path,
    shortPath,
    count: elementCount(layout),
    layout,
    shares: sharesFrom([node]),
    joins: joint ? path : undefined,
  }
}

/** Addresses under these nodes, counted from where the first begins. */
function sharesFrom(nodes: readonly Node[]): Share[] {
  const start = nodes[0]?.step.offset ?? 0
  return nodes.flatMap((node) => sharesOf(node, node.step.offset - start))
}

function sharesOf(node: Node, offset: number): Share[] {
  const inner = [...node.children.values()].flatMap((child) => sharesOf(child, offset + child.step.offset))
  return [...node.own.map((wanted) => ({ wanted, offset })), ...inner]
}

/** Heads of a reply, in front of the value. */
const replyHead = 4 + 4
/** Service, path length, count of elements. */
const requestHead = 2 + 2

function fits({ layout, count }: Shape, { room }: BlockRules): boolean {
  return layout.size > 0 && replyHead + layout.size <= room && count <= 0xffff
}

function costOf({ shortPath, layout }: Shape, { perRead }: BlockRules): number {
  return perRead + requestHead + shortPath.length + replyHead + layout.size
}

function single(block: Block, rules: BlockRules): Solution {
  return { blocks: [block], cost: costOf(block, rules) }
}
