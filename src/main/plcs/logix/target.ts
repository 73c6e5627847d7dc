/** Addresses → what to ask the controller for: path, number of elements, layout of the answer. Pure. */
import { cipClass } from '#main/plcs/cip'
import { integerRanges } from '#shared/plc'
import type { ReadOutcome } from '#shared/tag'
import type { Address, AddressPart } from './address.ts'
import { element, logical, symbol, wideInstance } from './eip.ts'
import { arrayLayout, atomic, elementCount, type Layout, type StructLayout, type StructMember } from './layout.ts'
import type { Model } from './model.ts'
import type { SymbolEntry } from './tag-list.ts'

/** One step from a base tag down to what an address means; the first is the base tag itself. */
export interface Step {
  /** Tells it from its siblings: a member's name in lower case, an element's place in its array. */
  readonly key: string | number
  readonly layout: Layout
  /** Bytes from the start of the step before. */
  readonly offset: number
  /** Path up to here, by name. */
  readonly path: Buffer
  /** The same by the tag's number, where reads may use it; else equal to `path`. */
  readonly shortPath: Buffer
}

/** The read that tells what is behind a name of which nothing is known. */
export interface Probe {
  readonly path: Buffer
  /** Two for a name without indices: an array has a second element. */
  readonly count: number
  /** The name ends in one index: should it be that of a BOOL array, this is the bit of the word that is read. */
  readonly bit?: number
}

/** Where an address leads. */
export interface Target {
  /** Path of the tag, member or element on the wire, by name. */
  readonly path: Buffer
  readonly shortPath: Buffer
  /** The way there, where every type on it is known; the last step is the target. */
  readonly steps?: readonly Step[]
  readonly count: number
  /** Of what lies at the path; undefined where only a reply can tell. */
  readonly layout?: Layout
  /** The address is this bit of the integer at the path. */
  readonly bit?: number
  /** The integer is a word of a BOOL array. */
  readonly boolArray: boolean
  /** Set where the type is not known: the read that tells what is behind the name. */
  readonly probe?: Probe
  /** Bit of the byte at the target, for BOOL members that share it: only for who reads the structure around it. */
  readonly packedBit?: number
}

export type Failure = Extract<ReadOutcome, { ok: false }>
export type TargetResult = { readonly ok: true; readonly target: Target } | Failure

/**
 * Longest path that is sent, in bytes: a request with it still fits the smallest packets (unconnected ones through a
 * slot), with the data that may follow it. Every address of real programs is shorter; CIP itself ends at 510.
 */
const longestPath = 460

class Unreachable extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.text)
    this.failure = failure
  }
}

/** What an address leads to in this model. Templates of its base tag must be loaded; `text` begins the error texts. */
export function findTarget(address: Address, model: Model, text: string): TargetResult {
  const fail = (reason: Failure['reason'], words: string) =>
    new Unreachable({ ok: false, reason, text: `${text}: ${words}` })
  try {
    return { ok: true, target: walk(address, model, fail) }
  } catch (error) {
    if (error instanceof Unreachable) return error.failure
    throw error
  }
}

type Fail = (reason: Failure['reason'], words: string) => Unreachable

function walk(address: Address, model: Model, fail: Fail): Target {
  const base = model.find(address)
  const way = makeWay(address, model, base)
  let layout = base && model.layoutOf(base)
  let wordBit: number | undefined
  let packedBit: number | undefined
  for (const [i, part] of address.parts.entries()) {
    if (wordBit !== undefined) throw fail('bad-address', `an element of a BOOL array has no member ${part.name}`)
    if (i === 0) way.take(part.name.toLowerCase(), way.head, layout, 0)
    else {
      const member = layout && memberOf(layout, part.name, fail)
      layout = member?.layout
      packedBit = member?.bit
      way.take(part.name.toLowerCase(), [symbol(part.name)], layout, member?.offset ?? 0)
    }
    if (part.indices.length === 0) continue
    packedBit = undefined
    if (layout?.kind === 'bits') {
      const index = checkIndices(part, [32 * layout.words], fail)
      wordBit = index & 31
      layout = atomic('DWORD')
      way.take(index >> 5, [element(index >> 5)], layout, 4 * (index >> 5))
    } else {
      const of = layout && elementOf(layout, part, fail)
      const place = layout?.kind === 'array' ? placeOf(part.indices, layout.dims) : 0
      layout = of
      way.take(place, part.indices.map(element), layout, place * (layout?.size ?? 0))
    }
  }
  if (wordBit !== undefined && address.bit !== undefined) throw fail('bad-address', 'a bit of a BOOL does not exist')
  if (address.bit !== undefined && layout) checkBit(layout, address.bit, fail)
  if (layout === undefined && base) explainUnknown(address, model.whyUnknown(base), fail)
  const bit = wordBit ?? address.bit
  const { path, shortPath, steps } = way.end()
  if (path.length > longestPath) throw fail('bad-address', tooManyParts(path.length))
  const probe = layout ? undefined : probeOf(address, model, path)
  return {
    path,
    shortPath,
    ...(steps ? { steps } : {}),
    count: layout ? elementCount(layout) : 1,
    boolArray: wordBit !== undefined,
    ...(layout ? { layout } : {}),
    ...(bit === undefined ? {} : { bit }),
    ...(packedBit === undefined ? {} : { packedBit }),
    ...(probe ? { probe } : {}),
  }
}

const tooManyParts = (bytes: number) =>
  `it has too many parts: ${bytes} bytes on the wire, and a request holds ${longestPath}. Is it spelled right? Else copy its value to a tag with a shorter address.`

/** Elements of a BOOL array are bits of its words: word `i >> 5` is there wherever element `i` is. */
function probeOf(address: Address, model: Model, path: Buffer): Probe | undefined {
  const [index, ...others] = address.parts.at(-1)?.indices ?? []
  if (index === undefined) return { path, count: 2 }
  if (others.length > 0 || !model.boolArrays) return undefined
  const array = path.subarray(0, path.length - element(index).length)
  return { path: Buffer.concat([array, element(index >> 5)]), count: 1, bit: index & 31 }
}

/** Gathers the steps of an address with both ways to name them. */
function makeWay(address: Address, model: Model, base: SymbolEntry | undefined) {
  const scope = address.program === undefined ? [] : [symbol(`Program:${address.program}`)]
  const { controller, programs } = model.numbering
  const numbered = base !== undefined && (address.program === undefined ? controller : programs)
  const head = [...scope, symbol(address.parts[0].name)]
  let path = Buffer.alloc(0)
  let shortPath = Buffer.alloc(0)
  let steps: Step[] | undefined = []
  return {
    head,
    take: (key: string | number, segments: readonly Buffer[], layout: Layout | undefined, offset: number) => {
      const byNumber = [...scope, logical('class', cipClass.symbol), wideInstance(base?.instance ?? 0)]
      const short = numbered && segments === head ? byNumber : segments
      path = Buffer.concat([path, ...segments])
      shortPath = Buffer.concat([shortPath, ...short])
      if (layout) steps?.push({ key, layout, offset, path, shortPath })
      else steps = undefined
    },
    end: () => ({ path, shortPath, steps }),
  }
}

/** Place of an element in its array, the last index running fastest. */
function placeOf(indices: readonly number[], dims: readonly number[]): number {
  return indices.reduce((place, index, i) => place * (dims[i] ?? 1) + index, 0)
}

/** A whole structure without its template can't be decoded; members by name can. */
function explainUnknown(address: Address, why: string, fail: Fail) {
  if (why && address.parts.length === 1)
    throw fail('unsupported-type', `its structure is not known: ${why} Its members can be read by name.`)
}

type Member = Pick<StructMember, 'layout' | 'offset' | 'bit'>

/** Undefined for a member of a type nobody knows. */
function memberOf(layout: Layout, name: string, fail: Fail): Member | undefined {
  switch (layout.kind) {
    case 'struct':
      return structMember(layout, name, fail)
    case 'string': {
      const member = name.toUpperCase()
      if (member === 'LEN') return { layout: atomic('DINT'), offset: 0 }
      if (member === 'DATA') return { layout: arrayLayout(atomic('SINT'), [layout.capacity]), offset: 4 }
      throw fail('unknown-tag', `a string has no member ${name}; it has LEN and DATA`)
    }
    case 'array':
    case 'bits':
      throw fail('bad-address', `before .${name} an index is missing`)
    case 'atomic':
      throw fail('unknown-tag', `${layout.name} has no member ${name}`)
    case 'short-string':
      throw fail('unknown-tag', `a string has no member ${name}`)
  }
}

const mostNamed = 12

function structMember(layout: StructLayout, name: string, fail: Fail): Member | undefined {
  const member = layout.members.get(name.toLowerCase())
  if (member || layout.strange?.has(name.toLowerCase())) return member
  const shown = [...layout.members.values()].filter(({ hidden }) => !hidden).map((one) => one.name)
  const names = shown.length > mostNamed ? [...shown.slice(0, mostNamed), '…'] : shown
  throw fail('unknown-tag', `${layout.name} has no member ${name}; it has ${names.join(', ')}`)
}

function elementOf(layout: Layout, part: AddressPart, fail: Fail): Layout {
  if (layout.kind !== 'array') throw fail('bad-address', `${part.name} is not an array`)
  checkIndices(part, layout.dims, fail)
  return layout.of
}

function checkIndices(part: AddressPart, dims: readonly number[], fail: Fail): number {
  const size = `${part.name} is an array [${dims.join(',')}]`
  if (part.indices.length !== dims.length) throw fail('bad-address', `${size}: write ${dims.length} indices`)
  if (part.indices.some((index, i) => index >= (dims[i] ?? 0)))
    throw fail('out-of-range', `${size}: indices begin at 0`)
  return part.indices[0] ?? 0
}

/** Bits of a type that is an integer; undefined where it has none. */
export function bitsOf(layout: Layout): number | undefined {
  return layout.kind === 'atomic' && integerRanges[layout.name] ? 8 * layout.size : undefined
}

function checkBit(layout: Layout, bit: number, fail: Fail) {
  const bits = bitsOf(layout)
  if (bits === undefined) throw fail('bad-address', `.${bit} is a bit, and only integers have bits`)
  if (bit >= bits) throw fail('out-of-range', `.${bit} is beyond the last bit (${bits - 1})`)
}
