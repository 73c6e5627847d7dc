/** A value as Rockwell's tools write it in a radix: `16#4148_0000`, `2#0000_0111`, `8#17`, and characters of a string. */
import { type AtomicType, integerRanges } from './plc.ts'
import type { TagValue } from './value.ts'

export const radixes = ['decimal', 'hex', 'binary', 'octal'] as const
export type Radix = (typeof radixes)[number]

/** Bytes of a type in the controller; a BOOL counts as one. */
const widths: Readonly<Record<AtomicType, number>> = {
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
const digitsOf = { hex: 4, binary: 1, octal: 3 } as const
const prefixes = { hex: '16#', binary: '2#', octal: '8#' } as const
const bases = { hex: 16, binary: 2, octal: 8 } as const

/**
 * The value in a radix, all bits of its type: negative numbers in two's complement, REAL and LREAL by their IEEE 754
 * bits. Undefined where the value is not of an elementary type.
 */
export function radixText(value: TagValue, type: AtomicType, radix: Radix): string | undefined {
  if (typeof value === 'string' || typeof value === 'object') return undefined
  if (radix === 'decimal') return typeof value === 'number' && Object.is(value, -0) ? '-0' : String(value)
  const bits = bitsOf(value, type)
  if (bits === undefined) return undefined
  if (type === 'BOOL') return `${prefixes[radix]}${bits}`
  const digits = bits.toString(bases[radix]).toUpperCase()
  const length = Math.ceil((widths[type] * 8) / digitsOf[radix])
  return prefixes[radix] + grouped(digits.padStart(length, '0'))
}

/** The bits of a value as an unsigned number; undefined where it does not fit its type. */
function bitsOf(value: boolean | number | bigint, type: AtomicType): bigint | undefined {
  if (type === 'REAL' || type === 'LREAL') return typeof value === 'number' ? floatBits(value, type) : undefined
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'number' && !Number.isInteger(value)) return undefined
  const whole = BigInt(value)
  const [min, max] = integerRanges[type] ?? [0n, 1n]
  if (whole < min || whole > max) return undefined
  return BigInt.asUintN(widths[type] * 8, whole)
}

function floatBits(value: number, type: 'REAL' | 'LREAL'): bigint {
  const view = new DataView(new ArrayBuffer(8))
  if (type === 'LREAL') {
    view.setFloat64(0, value)
    return view.getBigUint64(0)
  }
  view.setFloat32(0, value)
  return BigInt(view.getUint32(0))
}

/** In groups of four from the right, as in `2#0001_0010`. */
function grouped(digits: string): string {
  return digits.replace(/(?<=.)(?=(?:.{4})+$)/g, '_')
}

/** A string's bytes (Latin-1) in hex, as a controller's monitor shows them: `48 69 0D`. */
export function stringBytes(text: string): string {
  return [...text]
    .map((character) => ((character.codePointAt(0) ?? 0) & 0xff).toString(16).toUpperCase().padStart(2, '0'))
    .join(' ')
}

/**
 * A whole number written in any of the ways an engineer writes one: `65`, `-3`, `16#FF`, `0xFF`, `2#1010_0001`, `8#17`.
 * Undefined where it is none. Radix numbers are taken as they are, without a sign.
 */
export function parseWhole(text: string): bigint | undefined {
  const clean = text.trim()
  if (/^[+-]?\d+(?:_\d+)*$/.test(clean)) return BigInt(clean.replaceAll('_', '').replace(/^\+/, ''))
  const match = /^(16#|0x|2#|0b|8#|0o)([0-9A-F]+(?:_[0-9A-F]+)*)$/i.exec(clean)
  if (!match) return undefined
  const [, prefix = '', digits = ''] = match
  const inBase = { '16#': '0x', '0x': '0x', '2#': '0b', '0b': '0b', '8#': '0o', '0o': '0o' }[prefix.toLowerCase()]
  try {
    return BigInt(`${inBase}${digits.replaceAll('_', '')}`)
  } catch {
    return undefined
  }
}
