/**
 * Values → bytes as they lie in the controller (little-endian). `misfit` says why a value does not fit a type, `encode`
 * writes one that fits: nothing is rounded, cut or wrapped, and what a value does not name stays as it was.
 */
import { type AtomicType, integerRanges } from '#shared/plc'
import type { TagValue } from '#shared/value'
import { type AtomicLayout, type Layout, type StructLayout, shortString } from './layout.ts'

/** Why a value does not fit a type, in words; undefined where it does. */
export function misfit(layout: Layout, value: TagValue): string | undefined {
  switch (layout.kind) {
    case 'atomic':
      return misfitAtomic(layout.name, value)
    case 'string':
    case 'short-string':
      if (typeof value !== 'string') return `${show(value)} is not a text`
      if (/[^\0-\xff]/.test(value)) return 'the text holds characters that are not Latin-1'
      if (value.length > layout.capacity)
        return `the text has ${value.length} characters, the tag takes ${layout.capacity}`
      return undefined
    case 'bits':
      return misfitList(value, 32 * layout.words, (item) => misfitAtomic('BOOL', item))
    case 'array': {
      const level =
        (depth: number) =>
        (item: TagValue): string | undefined =>
          depth === layout.dims.length
            ? misfit(layout.of, item)
            : misfitList(item, layout.dims[depth] ?? 0, level(depth + 1))
      return level(0)(value)
    }
    case 'struct':
      return misfitStruct(layout, value)
  }
}

function misfitList(
  value: TagValue,
  length: number,
  check: (item: TagValue) => string | undefined,
): string | undefined {
  if (!Array.isArray(value)) return `${show(value)} is not an array`
  if (value.length !== length) return `the array has ${value.length} elements, the tag has ${length}`
  for (const [i, item] of value.entries()) {
    const why = check(item as TagValue)
    if (why) return `[${i}]: ${why}`
  }
  return undefined
}

/** A structure is written as a whole: a missing member would get a value that nobody has asked for. */
function misfitStruct({ name, members }: StructLayout, value: TagValue): string | undefined {
  if (typeof value !== 'object' || Array.isArray(value)) return `${show(value)} is not an object with members`
  const entries = Object.entries(value)
  const given = new Map(entries.map(([member, item]) => [member.toLowerCase(), item as TagValue]))
  if (given.size < entries.length) return `a member of ${name} is named twice`
  for (const [key, member] of members) {
    if (member.hidden) continue
    const item = given.get(key)
    if (item === undefined)
      return `member ${member.name} of ${name} is missing: write all members, or one by its address`
    const why = misfit(member.layout, item)
    if (why) return `${member.name}: ${why}`
    given.delete(key)
  }
  const [unknown] = given.keys()
  return unknown === undefined ? undefined : `${name} has no member ${unknown}`
}

function misfitAtomic(name: AtomicType, value: TagValue): string | undefined {
  if (name === 'BOOL') return typeof value === 'boolean' ? undefined : `${show(value)} is not true or false`
  const range = integerRanges[name]
  if (range) {
    const whole = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))
    if (!whole) return `${show(value)} is not a whole number`
    return value >= range[0] && value <= range[1] ? undefined : `${value} is outside ${name} (${range[0]}…${range[1]})`
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${show(value)} is not a finite number`
  // What is rounded to the largest REAL is the text that the largest REAL is read as.
  const outside = name === 'REAL' && !Number.isFinite(Math.fround(value))
  return outside ? `${value} is outside REAL (±3.4028235e38)` : undefined
}

function show(value: TagValue): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  return typeof value === 'object' ? (Array.isArray(value) ? 'an array' : 'an object') : String(value)
}

/**
 * Bytes of a value for which `misfit` found nothing; throws `TypeError` else. `now` are the bytes that lie there: what
 * no member names (hidden bits, padding) is taken from them, zeros where they are absent.
 */
export function encode(layout: Layout, value: TagValue, now?: Buffer): Buffer {
  const why = misfit(layout, value)
  if (why) throw new TypeError(why)
  // Micro800 strings are as long as their text: they can't be placed.
  if (layout === shortString) return shortText(value)
  if (layout.kind === 'array' && layout.of === shortString)
    return Buffer.concat(flat(value, layout.dims.length).map(shortText))
  const bytes = now ? Buffer.from(now.subarray(0, layout.size)) : Buffer.alloc(layout.size)
  if (bytes.length !== layout.size) throw new RangeError(`${bytes.length} bytes lie there, the type has ${layout.size}`)
  put(layout, value, bytes, 0)
  return bytes
}

function flat(value: TagValue, depth: number): TagValue[] {
  return depth === 0 ? [value] : (value as readonly TagValue[]).flatMap((item) => flat(item, depth - 1))
}

function shortText(value: TagValue): Buffer {
  const text = String(value)
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')])
}

function put(layout: Layout, value: TagValue, bytes: Buffer, offset: number) {
  switch (layout.kind) {
    case 'atomic':
      return putAtomic(layout, value, bytes, offset)
    case 'string': {
      const text = String(value)
      bytes.fill(0, offset + 4, offset + 4 + layout.capacity)
      bytes.writeInt32LE(text.length, offset)
      bytes.write(text, offset + 4, 'latin1')
      return
    }
    case 'bits':
      for (const [i, bit] of (value as readonly boolean[]).entries()) putBit(bytes, offset + (i >> 3), i & 7, bit)
      return
    case 'array':
      for (const [i, item] of flat(value, layout.dims.length).entries())
        put(layout.of, item, bytes, offset + i * layout.of.size)
      return
    case 'struct':
      return putStruct(layout, value, bytes, offset)
    case 'short-string':
      throw new TypeError('a string of a Micro800 does not lie within another value')
  }
}

function putStruct({ members }: StructLayout, value: TagValue, bytes: Buffer, offset: number) {
  for (const [name, item] of Object.entries(value)) {
    const member = members.get(name.toLowerCase())
    if (!member || member.hidden) continue
    if (member.bit === undefined) put(member.layout, item as TagValue, bytes, offset + member.offset)
    else putBit(bytes, offset + member.offset, member.bit, item === true)
  }
}

function putBit(bytes: Buffer, at: number, bit: number, on: boolean) {
  const others = bytes.readUInt8(at) & ~(1 << bit)
  bytes.writeUInt8(on ? others | (1 << bit) : others, at)
}

function putAtomic({ name, size }: AtomicLayout, value: TagValue, bytes: Buffer, offset: number) {
  if (name === 'BOOL') bytes.writeUInt8(value === true ? 1 : 0, offset)
  else if (name === 'REAL') bytes.writeFloatLE(Number(value), offset)
  else if (name === 'LREAL') bytes.writeDoubleLE(Number(value), offset)
  else {
    // Two's complement of the value in 64 bits: its low bytes are right for every width and sign.
    const wide = Buffer.alloc(8)
    wide.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value as number | bigint)))
    wide.copy(bytes, offset, 0, size)
  }
}

/** Whether a value of this type is a structure or holds one, so that bytes without a name may lie between its members. */
export function holdsStruct(layout: Layout): boolean {
  return layout.kind === 'struct' || (layout.kind === 'array' && holdsStruct(layout.of))
}
