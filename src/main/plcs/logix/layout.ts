/**
 * How a type lies in the controller's memory: a `DataType` with sizes, offsets and the codes that stand for it on the
 * wire. Codec, templates and addresses share it.
 */

import { stringHandle, structureType, typeCode } from '#main/plcs/cip'
import { type AtomicType, atomicTypes, type DataType } from '#shared/plc'

interface Common {
  readonly type: DataType
  /** Bytes, padding included; 0 where it varies. */
  readonly size: number
}

export interface AtomicLayout extends Common {
  readonly kind: 'atomic'
  readonly name: AtomicType
}

/** LEN DINT, DATA SINT[capacity], padding. */
export interface StringLayout extends Common {
  readonly kind: 'string'
  readonly capacity: number
  readonly handle: number
}

/** Length byte and characters (Micro800). */
export interface ShortStringLayout extends Common {
  readonly kind: 'short-string'
  readonly capacity: number
}

/** An array of BOOL, kept as DWORDs. */
export interface BitsLayout extends Common {
  readonly kind: 'bits'
  readonly words: number
}

export interface ArrayLayout extends Common {
  readonly kind: 'array'
  readonly of: Exclude<Layout, ArrayLayout | BitsLayout>
  readonly dims: readonly number[]
  /** Elements of all dimensions. */
  readonly count: number
}

export interface StructMember {
  readonly name: string
  readonly offset: number
  /** Bit of the byte at `offset`, for BOOL members. */
  readonly bit?: number
  readonly hidden: boolean
  readonly layout: Layout
}

export interface StructLayout extends Common {
  readonly kind: 'struct'
  readonly name: string
  readonly handle: number
  /** Lower-case name → member; hidden ones too, in order. */
  readonly members: ReadonlyMap<string, StructMember>
  /** Lower-case names of members of a type nobody knows: no value shows them, and their bytes stay; absent: none. */
  readonly strange?: ReadonlySet<string>
}

export type Layout = AtomicLayout | StringLayout | ShortStringLayout | BitsLayout | ArrayLayout | StructLayout

const atomicSizes: { readonly [name in AtomicType]: number } = {
  BOOL: 1,
  SINT: 1,
  INT: 2,
  DINT: 4,
  LINT: 8,
  USINT: 1,
  UINT: 2,
  UDINT: 4,
  ULINT: 8,
  REAL: 4,
  LREAL: 8,
  BYTE: 1,
  WORD: 2,
  DWORD: 4,
  LWORD: 8,
}

const makeAtomic = (name: AtomicType): AtomicLayout => ({
  kind: 'atomic',
  name,
  size: atomicSizes[name],
  type: { kind: 'atomic', name },
})
const atomicByName = Object.fromEntries(atomicTypes.map((name) => [name, makeAtomic(name)])) as {
  readonly [name in AtomicType]: AtomicLayout
}
const atomicByCode = new Map<number, AtomicLayout>(atomicTypes.map((name) => [typeCode[name], atomicByName[name]]))

export function atomic(name: AtomicType): AtomicLayout {
  return atomicByName[name]
}

/** The elementary type of a code; the high byte of a BOOL's code tells its bit in the host and does not count. */
export function atomicOfCode(code: number): AtomicLayout | undefined {
  return atomicByCode.get((code & 0xff) === typeCode.BOOL ? typeCode.BOOL : code)
}

/** A string structure of this shape. `size` as the template tells it. */
export function stringLayout(name: string, capacity: number, size: number, handle: number): StringLayout {
  return { kind: 'string', capacity, handle, size, type: { kind: 'string', name, capacity } }
}

/** The predefined STRING: 82 characters in 88 bytes. */
export const string82 = stringLayout('STRING', 82, 88, stringHandle)

/** A Micro800 string. Its capacity can't be asked for; 80 is what a variable has unless declared otherwise. */
export const shortString: ShortStringLayout = {
  kind: 'short-string',
  capacity: 80,
  size: 0,
  type: { kind: 'string', name: 'STRING', capacity: 80 },
}

export function bitsLayout(words: number): BitsLayout {
  return {
    kind: 'bits',
    words,
    size: 4 * words,
    type: { kind: 'array', of: atomicByName.BOOL.type, dims: [32 * words] },
  }
}

export function arrayLayout(of: ArrayLayout['of'], dims: readonly number[]): ArrayLayout {
  const count = dims.reduce((product, length) => product * length, 1)
  return { kind: 'array', of, dims, count, size: count * of.size, type: { kind: 'array', of: of.type, dims } }
}

/** Elements to ask for when the whole is read or written. */
export function elementCount(layout: Layout): number {
  return layout.kind === 'array' ? layout.count : layout.kind === 'bits' ? layout.words : 1
}

/** What stands for the type on the wire: type code, or structure mark and handle. */
export function wireType(layout: Layout): { readonly code: number; readonly handle?: number } {
  switch (layout.kind) {
    case 'atomic':
      return { code: typeCode[layout.name] }
    case 'string':
    case 'struct':
      return { code: structureType, handle: layout.handle }
    case 'short-string':
      return { code: typeCode.SHORT_STRING }
    case 'bits':
      return { code: typeCode.DWORD }
    case 'array':
      return wireType(layout.of)
  }
}

/** A layout learned from a reply alone: elementary types and STRING; undefined for other structures. */
export function learnLayout(
  code: number,
  handle: number | undefined,
  dataBytes: number,
  count: number,
): Layout | undefined {
  const one =
    handle === undefined
      ? code === typeCode.SHORT_STRING
        ? shortString
        : atomicOfCode(code)
      : handle === stringHandle
        ? string82
        : undefined
  if (!one || count <= 1) return one
  return one.size * count === dataBytes ? arrayLayout(one, [count]) : undefined
}
