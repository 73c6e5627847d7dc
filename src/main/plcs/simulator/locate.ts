/** From the names and indices of a request to the place in memory, as a controller finds it. */
import { cipClass, extendedStatus, status, structureType } from '#main/plcs/cip'
import type { Segment } from './epath.ts'
import type { Scope, SymbolEntry, SymbolTable } from './symbols.ts'
import { type Access, type SimType, stricter } from './types.ts'
import { isBoolArray } from './values.ts'

/** A place in a tag's memory. */
export interface Target {
  readonly kind: 'tag'
  readonly symbol: SymbolEntry
  readonly data: Buffer
  readonly type: SimType
  /** Bytes from the start of `data`. */
  readonly offset: number
  /** Bit of the byte at `offset` of a BOOL member; -1 else. */
  readonly bit: number
  /** Lengths where a whole array is meant; empty for one element or a scalar. */
  readonly dims: readonly number[]
  /** Elements from here to the end. */
  readonly elements: number
  /** The type parameter of replies and writes: the code, or A0 02 and the handle. */
  readonly typeBytes: Buffer
  /** What the tag and the members on the way allow. */
  readonly access: Access
  /** Canonical address as one writes it. */
  readonly address: string
}

export interface Failure {
  readonly kind: 'failure'
  readonly status: number
  readonly extended?: number
}

/** Where a request goes. */
export type Destination =
  | Target
  | Failure
  /** Class 0x6B with an instance and nothing or an attribute behind it: the tag, and the place from which a list starts. */
  | {
      readonly kind: 'symbol'
      readonly scope: Scope | undefined
      readonly instance: number
      readonly attribute: number | undefined
      readonly target: Target | Failure
    }
  | {
      readonly kind: 'object'
      readonly classId: number
      readonly instance: number
      readonly attribute: number | undefined
    }

export interface LocateRules {
  readonly unknownTag: { readonly status: number; readonly extended?: number }
  readonly instanceAddressing: boolean
}

const syntaxError: Failure = { kind: 'failure', status: status.pathSegmentError, extended: 0 }
const unknownPath: Failure = { kind: 'failure', status: status.pathUnknown, extended: 0 }
const beyondEnd: Failure = { kind: 'failure', status: status.extended, extended: extendedStatus.beyondEnd }

/** Where the segments of a request path lead. */
export function destinationOf(table: SymbolTable, segments: readonly Segment[], rules: LocateRules): Destination {
  const [first, second] = segments
  if (!first) return syntaxError
  const scoped = first.kind === 'symbol' && /^program:/i.test(first.name)
  const scope = table.scopes.get(scoped ? first.name.toLowerCase() : '')
  const classAt = scoped ? 1 : 0
  const head = scoped ? second : first
  if (head?.kind === 'class') {
    const instance = segments[classAt + 1]
    const rest = segments.slice(classAt + 2)
    const instanceId = instance?.kind === 'instance' ? instance.id : 0
    const attribute = rest[0]?.kind === 'attribute' ? rest[0].id : undefined
    if (head.id === cipClass.symbol) {
      const target = byInstance(scope, instanceId, rest, rules)
      if (rest.length > 0 && attribute === undefined) return target
      return { kind: 'symbol', scope, instance: instanceId, attribute, target }
    }
    if (scoped) return unknownPath
    return { kind: 'object', classId: head.id, instance: instanceId, attribute }
  }
  if (!scope) return unknownPath
  if (head?.kind !== 'symbol') return syntaxError
  const symbol = scope.byName.get(head.name.toLowerCase())
  if (!symbol) return { kind: 'failure', ...rules.unknownTag }
  return walk(symbol, segments.slice(classAt + 1))
}

function byInstance(
  scope: Scope | undefined,
  instance: number,
  rest: readonly Segment[],
  rules: LocateRules,
): Target | Failure {
  if (!rules.instanceAddressing) return { kind: 'failure', status: status.serviceNotSupported }
  const symbol = scope?.byInstance.get(instance)
  return symbol ? walk(symbol, rest) : unknownPath
}

/** Goes down through indices and members. */
function walk(symbol: SymbolEntry, rest: readonly Segment[]): Target | Failure {
  if (!symbol.memory) return unknownPath
  const { data } = symbol.memory
  let type = symbol.memory.type
  let dims = symbol.dims
  let offset = 0
  let bit = -1
  let address = symbol.fullName
  let access = symbol.access
  let elements = product(dims)
  for (let i = 0; i < rest.length; i++) {
    const segment = rest[i]
    if (segment?.kind === 'element') {
      const indices = indicesFrom(rest, i)
      if (dims.length === 0) return beyondEnd
      if (indices.length !== dims.length) return syntaxError
      if (indices.some((index, d) => index >= (dims[d] ?? 0))) return beyondEnd
      const linear = indices.reduce((n, index, d) => n * (dims[d] ?? 0) + index, 0)
      offset += linear * type.size
      elements -= linear
      dims = []
      address += `[${indices.join(',')}]`
      i += indices.length - 1
      continue
    }
    if (segment?.kind !== 'symbol') return syntaxError
    const member = dims.length === 0 && type.kind === 'struct' ? type.byName.get(segment.name.toLowerCase()) : undefined
    if (!member) return unknownPath
    offset += member.offset + Math.max(0, member.bit >> 3)
    bit = member.bit < 0 ? -1 : member.bit & 7
    type = member.type
    dims = member.length > 0 ? [member.length] : []
    elements = Math.max(1, member.length)
    address += `.${member.name}`
    access = stricter(access, member.access ?? 'read-write')
  }
  if (type.kind === 'struct') access = stricter(access, type.access)
  const typeBytes = typeBytesOf(type)
  return { kind: 'tag', symbol, data, type, offset, bit, dims, elements, typeBytes, access, address }
}

function indicesFrom(rest: readonly Segment[], at: number): number[] {
  const indices: number[] = []
  for (let i = at; rest[i]?.kind === 'element'; i++) indices.push((rest[i] as { index: number }).index)
  return indices
}

function product(dims: readonly number[]): number {
  return dims.reduce((n, d) => n * d, 1)
}

function typeBytesOf(type: SimType): Buffer {
  const words = type.kind === 'struct' ? [structureType, type.handle] : [type.code]
  const bytes = Buffer.alloc(words.length * 2)
  for (const [i, word] of words.entries()) bytes.writeUInt16LE(word, i * 2)
  return bytes
}

/**
 * Where an address in words leads, for tests and for the process: `Program:Main.Rows[1,2].Flags.3`. A number behind
 * the last dot is a bit of an integer; the index of a BOOL array counts bits. Throws where there is no such place.
 */
export function locateText(table: SymbolTable, address: string): Target {
  const rules: LocateRules = { unknownTag: { status: status.pathSegmentError }, instanceAddressing: false }
  const segments = segmentsOf(address)
  const last = segments?.at(-1)
  if (segments && last) {
    const parent = segments.length > 1 ? destinationOf(table, segments.slice(0, -1), rules) : syntaxError
    const bit = parent.kind === 'tag' ? bitOf(parent, last) : undefined
    if (parent.kind === 'tag' && bit !== undefined) {
      return {
        ...parent,
        type: parent.type,
        offset: parent.offset + (bit >> 3),
        bit: bit & 7,
        dims: [],
        elements: 1,
        address,
      }
    }
    const found = destinationOf(table, segments, rules)
    if (found.kind === 'tag') return found
  }
  throw new Error(
    `simulator: there is no tag "${address}"; the address is written as in the program, e.g. Program:Main.Step[2].Name`,
  )
}

/** Bit that `last` means within `parent`; undefined where it means something else. */
function bitOf(parent: Target, last: Segment): number | undefined {
  if (last.kind === 'element')
    return isBoolArray(parent.type, parent.dims) && last.index < parent.elements * 32 ? last.index : undefined
  if (last.kind !== 'symbol' || !/^\d+$/.test(last.name) || parent.dims.length > 0 || parent.bit >= 0) return undefined
  const isInteger = parent.type.kind === 'atomic' && !['BOOL', 'REAL', 'LREAL'].includes(parent.type.name)
  return isInteger && Number(last.name) < parent.type.size * 8 ? Number(last.name) : undefined
}

function segmentsOf(address: string): Segment[] | undefined {
  const segments: Segment[] = []
  for (const part of address.split('.')) {
    const match = /^([^[\]]+)(?:\[(\d+(?:,\d+)*)\])?$/.exec(part)
    if (!match?.[1]) return undefined
    segments.push({ kind: 'symbol', name: match[1] })
    for (const index of match[2]?.split(',') ?? []) segments.push({ kind: 'element', index: Number(index) })
  }
  return segments
}
