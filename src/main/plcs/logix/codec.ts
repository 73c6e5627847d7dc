/** Bytes as they lie in the controller (little-endian) → values. `encode.ts` goes the other way. */

import type { AtomicType } from '#shared/plc'
import { shortestReal } from '#shared/real'
import type { TagValue } from '#shared/value'
import { type ArrayLayout, type Layout, shortString } from './layout.ts'

type Reader = (bytes: Buffer, offset: number) => boolean | number | bigint

const readers: { readonly [name in AtomicType]: Reader } = {
  BOOL: (bytes, offset) => bytes[offset] !== 0,
  SINT: (bytes, offset) => bytes.readInt8(offset),
  INT: (bytes, offset) => bytes.readInt16LE(offset),
  DINT: (bytes, offset) => bytes.readInt32LE(offset),
  LINT: (bytes, offset) => bytes.readBigInt64LE(offset),
  USINT: (bytes, offset) => bytes.readUInt8(offset),
  UINT: (bytes, offset) => bytes.readUInt16LE(offset),
  UDINT: (bytes, offset) => bytes.readUInt32LE(offset),
  ULINT: (bytes, offset) => bytes.readBigUInt64LE(offset),
  REAL: (bytes, offset) => shortestReal(bytes.readFloatLE(offset)),
  LREAL: (bytes, offset) => bytes.readDoubleLE(offset),
  BYTE: (bytes, offset) => bytes.readUInt8(offset),
  WORD: (bytes, offset) => bytes.readUInt16LE(offset),
  DWORD: (bytes, offset) => bytes.readUInt32LE(offset),
  LWORD: (bytes, offset) => bytes.readBigUInt64LE(offset),
}

/** Decodes a value. `bytes` must hold `layout.size` bytes from `offset`, else this throws `RangeError`. */
export function decode(layout: Layout, bytes: Buffer, offset = 0): TagValue {
  switch (layout.kind) {
    case 'atomic':
      return readers[layout.name](bytes, offset)
    case 'string': {
      const length = Math.min(Math.max(bytes.readInt32LE(offset), 0), layout.capacity)
      return bytes.toString('latin1', offset + 4, offset + 4 + length)
    }
    case 'short-string':
      return bytes.toString('latin1', offset + 1, offset + 1 + bytes.readUInt8(offset))
    case 'bits':
      return Array.from(
        { length: 32 * layout.words },
        (_, i) => (((bytes[offset + (i >> 3)] ?? 0) >> (i & 7)) & 1) === 1,
      )
    case 'array':
      return decodeArray(layout, bytes, offset)
    case 'struct': {
      const value: { [member: string]: TagValue } = {}
      for (const member of layout.members.values()) {
        if (member.hidden) continue
        const from = offset + member.offset
        value[member.name] =
          member.bit === undefined
            ? decode(member.layout, bytes, from)
            : ((bytes.readUInt8(from) >> member.bit) & 1) === 1
      }
      return value
    }
  }
}

function decodeArray({ of, dims }: ArrayLayout, bytes: Buffer, start: number): TagValue {
  let offset = start
  const level = (depth: number): TagValue =>
    Array.from({ length: dims[depth] ?? 0 }, () => {
      if (depth + 1 < dims.length) return level(depth + 1)
      const value = decode(of, bytes, offset)
      offset += of === shortString ? 1 + bytes.readUInt8(offset) : of.size
      return value
    })
  return level(0)
}

/** Bit of an integer as it lies in memory. */
export function decodeBit(bytes: Buffer, offset: number, bit: number): boolean {
  return ((bytes.readUInt8(offset + (bit >> 3)) >> (bit & 7)) & 1) === 1
}
