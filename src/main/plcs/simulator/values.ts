/** Bytes of the simulated memory to values and back: strict, for the process and for tests. */
import { integerRanges } from '#shared/plc'
import type { TagValue } from '#shared/value'
import type { AtomicSimType, SimMember, SimType, StructType } from './types.ts'

/** Value at `offset`; of an array where `dims` has lengths. `bit` ≥ 0 takes one bit of the byte there. */
export function decode(type: SimType, dims: readonly number[], data: Buffer, offset: number, bit = -1): TagValue {
  if (dims.length > 0) return decodeArray(type, dims, data, offset)
  if (bit >= 0) return (((data[offset + (bit >> 3)] ?? 0) >> (bit & 7)) & 1) === 1
  if (type.kind === 'atomic') return decodeAtomic(type, data, offset)
  if (type.kind === 'short-string') return data.toString('latin1', offset + 1, offset + 1 + (data[offset] ?? 0))
  if (type.stringCapacity !== undefined) {
    const length = Math.min(Math.max(0, data.readInt32LE(offset)), type.stringCapacity)
    return data.toString('latin1', offset + 4, offset + 4 + length)
  }
  const value: { [member: string]: TagValue } = {}
  for (const member of type.members) {
    if (!member.hidden)
      value[member.name] = decode(member.type, memberDims(member), data, offset + member.offset, member.bit)
  }
  return value
}

/** Puts a value there. Throws `RangeError` naming `what` where it does not fit; nothing is rounded or cut. */
export function encode(
  type: SimType,
  dims: readonly number[],
  data: Buffer,
  offset: number,
  bit: number,
  value: TagValue,
  what: string,
): void {
  if (dims.length > 0) encodeArray(type, dims, data, offset, value, what)
  else if (bit >= 0) encodeBit(data, offset + (bit >> 3), bit & 7, value, what)
  else if (type.kind === 'atomic') encodeAtomic(type, data, offset, value, what)
  else if (type.kind === 'short-string') encodeShortString(type.capacity, data, offset, value, what)
  else if (type.stringCapacity !== undefined) encodeString(type.stringCapacity, data, offset, value, what)
  else encodeStruct(type, data, offset, value, what)
}

/** True for arrays that stand for BOOL arrays. */
export function isBoolArray(type: SimType, dims: readonly number[]): boolean {
  return dims.length === 1 && type.kind === 'atomic' && type.name === 'DWORD'
}

function memberDims(member: SimMember): readonly number[] {
  return member.length > 0 ? [member.length] : []
}

function decodeArray(type: SimType, dims: readonly number[], data: Buffer, offset: number): TagValue {
  const [length = 0, ...inner] = dims
  if (isBoolArray(type, dims)) return Array.from({ length: length * 32 }, (_, i) => decode(type, [], data, offset, i))
  const step = inner.reduce((n, d) => n * d, type.size)
  return Array.from({ length }, (_, i) => decode(type, inner, data, offset + i * step))
}

function encodeArray(
  type: SimType,
  dims: readonly number[],
  data: Buffer,
  offset: number,
  value: TagValue,
  what: string,
): void {
  const [length = 0, ...inner] = dims
  const bools = isBoolArray(type, dims)
  const expected = bools ? length * 32 : length
  if (!Array.isArray(value) || value.length !== expected) throw unfit(what, value, `an array of ${expected}`)
  const step = inner.reduce((n, d) => n * d, type.size)
  value.forEach((item: TagValue, i) => {
    if (bools) encode(type, [], data, offset, i, item, `${what}[${i}]`)
    else encode(type, inner, data, offset + i * step, -1, item, `${what}[${i}]`)
  })
}

function decodeAtomic(type: AtomicSimType, data: Buffer, at: number): TagValue {
  switch (type.name) {
    case 'BOOL':
      return data[at] !== 0
    case 'SINT':
      return data.readInt8(at)
    case 'USINT':
    case 'BYTE':
      return data.readUInt8(at)
    case 'INT':
      return data.readInt16LE(at)
    case 'UINT':
    case 'WORD':
      return data.readUInt16LE(at)
    case 'DINT':
      return data.readInt32LE(at)
    case 'UDINT':
    case 'DWORD':
      return data.readUInt32LE(at)
    case 'LINT':
      return data.readBigInt64LE(at)
    case 'ULINT':
    case 'LWORD':
      return data.readBigUInt64LE(at)
    case 'REAL':
      return shortest(data.readFloatLE(at))
    case 'LREAL':
      return data.readDoubleLE(at)
  }
}

function encodeAtomic(type: AtomicSimType, data: Buffer, at: number, value: TagValue, what: string): void {
  if (type.name === 'BOOL') {
    if (typeof value !== 'boolean') throw unfit(what, value, 'true or false')
    data[at] = value ? 1 : 0
    return
  }
  if (type.name === 'REAL' || type.name === 'LREAL') {
    if (typeof value !== 'number') throw unfit(what, value, 'a number')
    if (type.name === 'REAL') data.writeFloatLE(value, at)
    else data.writeDoubleLE(value, at)
    return
  }
  const range = integerRanges[type.name]
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
  if (!isInteger || !range) throw unfit(what, value, `an integer of type ${type.name}`)
  const integer = BigInt(value)
  if (integer < range[0] || integer > range[1]) throw unfit(what, value, `${type.name}, ${range[0]} to ${range[1]}`)
  if (type.size === 8) data.writeBigUInt64LE(BigInt.asUintN(64, integer), at)
  else data.writeUIntLE(Number(BigInt.asUintN(type.size * 8, integer)), at, type.size)
}

function encodeBit(data: Buffer, at: number, bit: number, value: TagValue, what: string): void {
  if (typeof value !== 'boolean') throw unfit(what, value, 'true or false')
  const byte = data[at] ?? 0
  data[at] = value ? byte | (1 << bit) : byte & ~(1 << bit)
}

function encodeString(capacity: number, data: Buffer, at: number, value: TagValue, what: string): void {
  if (typeof value !== 'string' || value.length > capacity)
    throw unfit(what, value, `a text of up to ${capacity} characters`)
  data.fill(0, at, at + 4 + capacity)
  data.writeInt32LE(value.length, at)
  data.write(value, at + 4, 'latin1')
}

function encodeShortString(capacity: number, data: Buffer, at: number, value: TagValue, what: string): void {
  if (typeof value !== 'string' || value.length > capacity)
    throw unfit(what, value, `a text of up to ${capacity} characters`)
  data.fill(0, at, at + 1 + capacity)
  data[at] = value.length
  data.write(value, at + 1, 'latin1')
}

function encodeStruct(type: StructType, data: Buffer, offset: number, value: TagValue, what: string): void {
  if (typeof value !== 'object' || Array.isArray(value)) throw unfit(what, value, `the members of ${type.name}`)
  for (const [name, item] of Object.entries(value) as [string, TagValue][]) {
    const member = type.byName.get(name.toLowerCase())
    if (!member) throw unfit(`${what}.${name}`, item, `a member of ${type.name}`)
    encode(member.type, memberDims(member), data, offset + member.offset, member.bit, item, `${what}.${name}`)
  }
}

/** The double whose decimal is the shortest that gives this 32-bit float. */
function shortest(float: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(float.toPrecision(digits))
    if (Object.is(Math.fround(candidate), float)) return candidate
  }
  return Number.isFinite(float) && float !== 0 ? Number(float.toPrecision(9)) : float
}

function unfit(what: string, value: TagValue, expected: string): RangeError {
  const shown = typeof value === 'object' ? 'this value' : String(value)
  return new RangeError(`simulator: ${what} can't hold ${shown}; expected ${expected}`)
}
