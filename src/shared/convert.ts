/** The one table of what a JSON value may become in a PLC (wire.md §3, step 10). Nothing is rounded, wrapped or cut. */
import type { TagConfig } from './config.ts'
import { type AtomicType, type DataType, integerRanges, typeName } from './plc.ts'
import { isJsonNumber, isJsonObject, type Json, type TagValue } from './value.ts'

export type Converted = { readonly ok: true; readonly value: TagValue } | { readonly ok: false; readonly error: string }
export type Limits = Pick<TagConfig, 'min' | 'max' | 'enum'>

/** Largest finite 32-bit float. */
const maxReal = 3.4028234663852886e38
const wide = new Set<AtomicType>(['LINT', 'ULINT', 'LWORD'])

const fits = (value: TagValue): Converted => ({ ok: true, value })
const fails = (error: string): Converted => ({ ok: false, error })

/** The PLC's value for `json`, or why it does not fit the type or the tag's limits. */
export function convert(json: Json, type: DataType, limits: Limits = {}): Converted {
  switch (type.kind) {
    case 'atomic': {
      const converted = convertAtomic(json, type.name)
      return converted.ok ? withinLimits(converted.value, limits) : converted
    }
    case 'string': {
      const converted = convertString(json, type)
      return converted.ok ? withinLimits(converted.value, limits) : converted
    }
    case 'array':
      return convertArray(json, type.of, type.dims, typeName(type), limits)
    case 'struct':
      return convertStruct(json, type, limits)
  }
}

function convertAtomic(json: Json, name: AtomicType): Converted {
  if (name === 'BOOL') return convertBool(json)
  if (name === 'REAL' || name === 'LREAL') return convertFloat(json, name)
  if (typeof json === 'string' && wide.has(name) && /^-?\d{1,20}$/.test(json)) return inRange(BigInt(json), name, json)
  if (!isJsonNumber(json)) return fails(`cannot convert ${kindOf(json)} to ${name}`)
  const whole = wholeNumber(json.value)
  if (whole === undefined) return fails(`cannot convert ${shown(json.value)} to ${name}: not a whole number`)
  return inRange(whole, name, json.value)
}

function inRange(whole: bigint | 'huge', name: AtomicType, text: string): Converted {
  const [min, max] = integerRanges[name] as readonly [bigint, bigint]
  if (whole === 'huge' || whole < min || whole > max)
    return fails(`value ${shown(text)} out of range for ${name} (${min} to ${max})`)
  return fits(wide.has(name) ? whole : Number(whole))
}

function convertBool(json: Json): Converted {
  if (typeof json === 'boolean') return fits(json)
  if (!isJsonNumber(json)) return fails(`cannot convert ${kindOf(json)} to BOOL`)
  const whole = wholeNumber(json.value)
  if (whole === 0n || whole === 1n) return fits(whole === 1n)
  return fails(`value ${shown(json.value)} out of range for BOOL (false, true, 0, 1)`)
}

function convertFloat(json: Json, name: 'REAL' | 'LREAL'): Converted {
  if (!isJsonNumber(json)) return fails(`cannot convert ${kindOf(json)} to ${name}`)
  const value = Number(json.value)
  const max = name === 'REAL' ? maxReal : Number.MAX_VALUE
  const rounded = name === 'REAL' ? Math.fround(value) : value
  if (!Number.isFinite(rounded)) return fails(`value ${shown(json.value)} out of range for ${name} (${-max} to ${max})`)
  if (rounded === 0 && /[1-9]/.test(json.value.replace(/[eE].*$/, ''))) {
    return fails(`value ${shown(json.value)} is too small for ${name}: it would become 0`)
  }
  return fits(value)
}

function convertString(json: Json, type: { readonly name: string; readonly capacity: number }): Converted {
  if (typeof json !== 'string') return fails(`cannot convert ${kindOf(json)} to ${type.name}`)
  for (const char of json) {
    // PLC strings are bytes; Latin-1 is what controllers and their displays make of them.
    if ((char.codePointAt(0) as number) > 0xff)
      return fails(`cannot convert to ${type.name}: character "${char}" is not in Latin-1`)
  }
  if (json.length > type.capacity)
    return fails(`string of ${json.length} characters does not fit ${type.name} (at most ${type.capacity})`)
  return fits(json)
}

function convertArray(json: Json, of: DataType, dims: readonly number[], name: string, limits: Limits): Converted {
  const [length, ...inner] = dims as [number, ...number[]]
  if (!Array.isArray(json)) return fails(`cannot convert ${kindOf(json)} to ${name}`)
  if (json.length !== length) return fails(`array of ${json.length} values does not fit ${name} (exactly ${length})`)
  const values: TagValue[] = []
  for (const [i, item] of (json as readonly Json[]).entries()) {
    const converted = inner.length > 0 ? convertArray(item, of, inner, name, limits) : convert(item, of, limits)
    if (!converted.ok) return fails(`element ${i}: ${converted.error}`)
    values.push(converted.value)
  }
  return fits(values)
}

function convertStruct(json: Json, type: Extract<DataType, { kind: 'struct' }>, limits: Limits): Converted {
  if (!isJsonObject(json)) return fails(`cannot convert ${kindOf(json)} to ${type.name}`)
  const names = new Set(type.members.map((member) => member.name))
  const stray = Object.keys(json).find((name) => !names.has(name))
  if (stray !== undefined) return fails(`${type.name} has no member "${stray.slice(0, 40)}"`)
  const value: { [member: string]: TagValue } = {}
  for (const member of type.members) {
    const item = Object.hasOwn(json, member.name) ? json[member.name] : undefined
    if (item === undefined)
      return fails(`member "${member.name}" of ${type.name} is missing: a structure is written as a whole`)
    const converted = convert(item, member.type, limits)
    if (!converted.ok) return fails(`member "${member.name}": ${converted.error}`)
    value[member.name] = converted.value
  }
  return fits(value)
}

function withinLimits(value: TagValue, { min, max, enum: allowed }: Limits): Converted {
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (min !== undefined && value < min) return fails(`value ${value} is below the configured minimum ${min}`)
    if (max !== undefined && value > max) return fails(`value ${value} is above the configured maximum ${max}`)
  }
  if (allowed && !allowed.some((item) => isSame(item, value))) {
    return fails(
      `value ${shown(String(value))} is not one of the configured values (${allowed.slice(0, 10).join(', ')})`,
    )
  }
  return fits(value)
}

function isSame(allowed: number | string | boolean, value: TagValue): boolean {
  if (typeof value === 'bigint')
    return (
      (typeof allowed === 'number' && Number.isInteger(allowed) && BigInt(allowed) === value) ||
      allowed === String(value)
    )
  if (typeof value === 'boolean' && typeof allowed === 'number') return Number(value) === allowed
  return allowed === value
}

/** A JSON number as a whole number: `7`, `7.0`, `7e2`; undefined where it has a fraction; `huge` beyond 100 digits. */
export function wholeNumber(text: string): bigint | 'huge' | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (!match) return undefined
  const [, sign, integer = '', fraction = '', exponent = '0'] = match
  const digits = (integer + fraction).replace(/^0+/, '')
  if (digits === '') return 0n
  const significant = digits.replace(/0+$/, '')
  // Position of the decimal point, counted from the left end of `digits`.
  const point = digits.length - fraction.length + Number(exponent)
  if (point < significant.length) return undefined
  if (point > 100) return 'huge'
  return BigInt(sign + significant.padEnd(point, '0'))
}

function kindOf(json: Json): string {
  if (json === null) return 'null'
  if (Array.isArray(json)) return 'array'
  if (isJsonNumber(json)) return 'number'
  return typeof json === 'object' ? 'object' : typeof json
}

/** Texts from outside are cut: an answer must not grow with a request's nonsense. */
function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
