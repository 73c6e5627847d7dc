/**
 * Data types of the simulated controller, laid out in memory as Logix does it: in go the members of a UDT in words,
 * out come offsets, hidden hosts of packed BOOLs, size and handle. (1756-PM020, "Tag data types" and "Structures".)
 */
import { stringHandle, stringTemplate, typeCode } from '#main/plcs/cip'
import type { AtomicType } from '#shared/plc'

/** External Access, as programming software calls it. */
export type Access = 'read-write' | 'read-only' | 'none'

export interface AtomicSimType {
  readonly kind: 'atomic'
  readonly name: AtomicType
  readonly code: number
  /** Bytes; a lone BOOL takes one. */
  readonly size: number
}

/** SHORT_STRING of a Micro800: one length byte, then the characters; only those in use go over the wire. */
export interface ShortStringType {
  readonly kind: 'short-string'
  readonly name: 'SHORT_STRING'
  readonly code: number
  readonly capacity: number
  readonly size: number
}

export interface StructType {
  readonly kind: 'struct'
  readonly name: string
  readonly members: readonly SimMember[]
  /** Members by name in lower case; hidden ones are not addressable. */
  readonly byName: ReadonlyMap<string, SimMember>
  readonly size: number
  readonly align: number
  /** The least that any member allows: the whole structure allows no more. */
  readonly access: Access
  readonly handle: number
  /** Template instance and name in the template of a predefined type; absent: a type of the user, numbered on download. */
  readonly predefined?: { readonly template: number; readonly name: string }
  /** Set where the shape is LEN DINT + DATA SINT[n]. */
  readonly stringCapacity?: number
}

export type SimType = AtomicSimType | ShortStringType | StructType

export interface SimMember {
  readonly name: string
  readonly type: SimType
  /** Elements of an array member; 0 for a scalar. */
  readonly length: number
  /** Bytes from the start of the structure. */
  readonly offset: number
  /** Bit at `offset` of a BOOL member (may exceed 7 where the host is a DINT); -1 for all others. */
  readonly bit: number
  /** Host of packed BOOLs, or a word that programming software does not show. */
  readonly hidden: boolean
  /** External Access of this member; absent: that of the tag. */
  readonly access?: Access
}

const atomicSizes: { readonly [name in AtomicType]: number } = {
  BOOL: 1,
  SINT: 1,
  USINT: 1,
  BYTE: 1,
  INT: 2,
  UINT: 2,
  WORD: 2,
  DINT: 4,
  UDINT: 4,
  DWORD: 4,
  REAL: 4,
  LINT: 8,
  ULINT: 8,
  LWORD: 8,
  LREAL: 8,
}

const atomics = new Map<string, AtomicSimType>(
  Object.entries(atomicSizes).map(([name, size]) => {
    const atomic = name as AtomicType
    return [name, { kind: 'atomic', name: atomic, code: typeCode[atomic], size }]
  }),
)

const shortString: ShortStringType = {
  kind: 'short-string',
  name: 'SHORT_STRING',
  code: typeCode.SHORT_STRING,
  capacity: 80,
  size: 81,
}

/** The elementary type of that name. */
export function atomic(name: AtomicType): AtomicSimType {
  const found = atomics.get(name)
  if (!found) throw new Error(`simulator: there is no type "${name}"`)
  return found
}

const nameOf = ['STRING', 'TIMER', 'COUNTER', 'SHORT_STRING'] as const
type NamedType = AtomicType | (typeof nameOf)[number]

/** A type as one writes it in a test: `'DINT'`, `'STRING'`, or what `udt` and `stringType` gave. */
export type TypeSpec = NamedType | SimType
/** A member: a type, `'REAL[4]'`, `[Step, 4]` for an array of structures, or `{ of: 'DINT', access: 'none' }`. */
export type MemberSpec = PlainMemberSpec | { readonly of: PlainMemberSpec; readonly access: Access }
type PlainMemberSpec = TypeSpec | `${NamedType}[${number}]` | readonly [TypeSpec, number]

/** The type a `TypeSpec` stands for. Throws where the name is unknown. */
export function typeOf(spec: TypeSpec): SimType {
  if (typeof spec !== 'string') return spec
  if (spec === 'STRING') return STRING
  if (spec === 'TIMER') return TIMER
  if (spec === 'COUNTER') return COUNTER
  if (spec === 'SHORT_STRING') return shortString
  return atomic(spec)
}

/**
 * A UDT: `udt('Recipe', { Name: 'STRING', Amounts: 'REAL[4]', Active: 'BOOL' })`. Neighbouring BOOLs share hidden SINT
 * hosts, eight to a host; arrays and structures start at multiples of 4, 64-bit members at multiples of 8.
 */
export function udt(name: string, members: { readonly [member: string]: MemberSpec }): StructType {
  const laid: SimMember[] = []
  let offset = 0
  let align = 4
  let host: { readonly offset: number; bits: number } | undefined
  for (const [member, memberSpec] of Object.entries(members)) {
    const limited = typeof memberSpec === 'object' && 'of' in memberSpec
    const { type, length } = memberType(limited ? memberSpec.of : memberSpec)
    const access = limited ? { access: memberSpec.access } : {}
    if (type.kind === 'atomic' && type.name === 'BOOL' && length === 0) {
      if (!host || host.bits === 8) {
        const hostName = `ZZZZZZZZZZ${name.slice(0, 10)}${laid.length}`
        laid.push({ name: hostName, type: atomic('SINT'), length: 0, offset, bit: -1, hidden: true })
        host = { offset, bits: 0 }
        offset += 1
      }
      laid.push({ name: member, type, length: 0, offset: host.offset, bit: host.bits++, hidden: false, ...access })
      continue
    }
    host = undefined
    const own = alignmentOf(type, length)
    align = Math.max(align, own)
    offset = roundUp(offset, own)
    laid.push({ name: member, type, length, offset, bit: -1, hidden: false, ...access })
    offset += type.size * Math.max(1, length)
  }
  return struct({ name, members: laid, size: roundUp(offset, align), align })
}

/** A string type of the user with its own capacity: LEN DINT and DATA SINT[capacity]. */
export function stringType(name: string, capacity: number): StructType {
  return udt(name, { LEN: 'DINT', DATA: [atomic('SINT'), capacity] })
}

const flag = (name: string, bit: number): SimMember => ({
  name,
  type: atomic('BOOL'),
  length: 0,
  offset: 3,
  bit,
  hidden: false,
})
const dint = (name: string, offset: number, hidden = false): SimMember => ({
  name,
  type: atomic('DINT'),
  length: 0,
  offset,
  bit: -1,
  hidden,
})

/** The predefined STRING: 82 characters, 88 bytes. */
export const STRING: StructType = {
  ...stringType('STRING', 82),
  handle: stringHandle,
  predefined: { template: stringTemplate, name: 'ASCIISTRING82' },
}

/** TIMER: a hidden control word with EN, TT and DN in its top bits, then PRE and ACC in ms. */
export const TIMER: StructType = struct({
  name: 'TIMER',
  members: [dint('CTL', 0, true), dint('PRE', 4), dint('ACC', 8), flag('EN', 7), flag('TT', 6), flag('DN', 5)],
  size: 12,
  align: 4,
  handle: 0x0f83,
  predefined: { template: 0xf83, name: 'TIMER' },
})

/** COUNTER: a hidden control word with CU, CD, DN, OV and UN in its top bits, then PRE and ACC. */
export const COUNTER: StructType = struct({
  name: 'COUNTER',
  members: [
    dint('CTL', 0, true),
    dint('PRE', 4),
    dint('ACC', 8),
    flag('CU', 7),
    flag('CD', 6),
    flag('DN', 5),
    flag('OV', 4),
    flag('UN', 3),
  ],
  size: 12,
  align: 4,
  handle: 0x0f82,
  predefined: { template: 0xf82, name: 'COUNTER' },
})

/** The one that allows less. */
export function stricter(a: Access, b: Access): Access {
  const order: readonly Access[] = ['none', 'read-only', 'read-write']
  return order.find((access) => access === a || access === b) ?? 'none'
}

/**
 * Word that stands for a structure's makeup: CRC-16 over the types of its members, in their order. Like a controller's it
 * knows no names of members: structures whose members only change places have the same.
 */
function handleOf(members: readonly SimMember[]): number {
  const text = members.map(({ type, length }) => `${type.name}[${length}]`).join('|')
  let crc = 0xffff
  for (const byte of Buffer.from(text, 'latin1')) {
    crc ^= byte
    for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
  }
  return crc
}

type StructParts = Pick<StructType, 'name' | 'members' | 'size' | 'align' | 'predefined'> & { readonly handle?: number }

function struct(parts: StructParts): StructType {
  const byName = new Map(parts.members.filter((m) => !m.hidden).map((m) => [m.name.toLowerCase(), m]))
  const [len, data] = parts.members
  const isString =
    parts.members.length === 2 &&
    len?.name === 'LEN' &&
    len.type.name === 'DINT' &&
    data?.name === 'DATA' &&
    data.type.name === 'SINT'
  return {
    kind: 'struct',
    ...parts,
    byName,
    access: parts.members.reduce<Access>((least, { type, access }) => {
      const inner = type.kind === 'struct' ? type.access : 'read-write'
      return stricter(least, stricter(access ?? 'read-write', inner))
    }, 'read-write'),
    handle: parts.handle ?? handleOf(parts.members),
    ...(isString && data.length > 0 ? { stringCapacity: data.length } : {}),
  }
}

function memberType(spec: PlainMemberSpec): { type: SimType; length: number } {
  if (typeof spec === 'object' && 'length' in spec) return asArray(typeOf(spec[0]), spec[1])
  const bracket = typeof spec === 'string' ? /^([A-Z_]+)\[(\d+)\]$/.exec(spec) : null
  if (bracket) return asArray(typeOf(bracket[1] as NamedType), Number(bracket[2]))
  return { type: typeOf(spec as TypeSpec), length: 0 }
}

/** BOOL arrays are arrays of DWORD in a Logix controller. */
function asArray(type: SimType, length: number): { type: SimType; length: number } {
  if (type.kind === 'atomic' && type.name === 'BOOL') return { type: atomic('DWORD'), length: Math.ceil(length / 32) }
  return { type, length }
}

function alignmentOf(type: SimType, length: number): number {
  const own = type.kind === 'struct' ? type.align : type.size
  return length > 0 ? Math.max(4, own) : own
}

function roundUp(n: number, to: number): number {
  return Math.ceil(n / to) * to
}
