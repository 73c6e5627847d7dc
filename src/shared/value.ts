import { isLosslessNumber, type LosslessNumber, parse, stringify } from 'lossless-json'

/**
 * A value as the PLC holds it.
 * - BOOL: boolean. SINT…UDINT: number. LINT, ULINT, LWORD: bigint, so that all 64 bits stay.
 * - REAL: the double whose shortest decimal is the shortest decimal of the 32-bit float (0.1, not 0.10000000149011612);
 *   `Math.fround` gives the float back. LREAL: number. NaN and ±Infinity occur in both.
 * - STRING: string. Arrays nest. A UDT is an object in member order.
 */
export type TagValue =
  | boolean
  | number
  | bigint
  | string
  | readonly TagValue[]
  | { readonly [member: string]: TagValue }

/** JSON as it came: numbers keep their digits as `LosslessNumber`. */
export type Json = null | boolean | string | LosslessNumber | readonly Json[] | { readonly [key: string]: Json }

/** Compact JSON of a value with every digit; NaN and ±Infinity become `null` (wire.md §2). */
export function valueToJson(value: TagValue): string {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? (Object.is(value, -0) ? '-0' : String(value)) : 'null'
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'string':
      return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(valueToJson).join(',')}]`
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${valueToJson(member)}`)
  return `{${members.join(',')}}`
}

/** Parses JSON without losing a digit. Throws `SyntaxError`, or `RangeError` where it nests too deeply. */
export function parseJson(text: string): Json {
  return parse(text) as Json
}

/** Compact JSON of what `parseJson` gave: the same digits as came in. */
export function jsonToText(json: Json): string {
  return stringify(json) ?? 'null'
}

/** True for a JSON number. */
export function isJsonNumber(json: Json): json is LosslessNumber {
  return isLosslessNumber(json)
}

/** True for a JSON object (not null, array or number). */
export function isJsonObject(json: Json): json is { readonly [key: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && !isLosslessNumber(json)
}

/**
 * True where two values are the same to a reader: NaN equals NaN, order of members counts (a UDT's is fixed).
 * `ignored` names members whose difference does not count (`ignore_changes`), on any level.
 */
export function sameValue(a: TagValue, b: TagValue, ignored?: ReadonlySet<string>): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object') return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item: TagValue, i) => sameValue(item, b[i] as TagValue, ignored))
  }
  const left = Object.entries(a)
  const right = b as { readonly [member: string]: TagValue }
  if (left.length !== Object.keys(right).length) return false
  return left.every(([name, item]) => {
    const other = right[name]
    return other !== undefined && (ignored?.has(name) || sameValue(item, other, ignored))
  })
}

/** JSON in a form in which equal values are equal text: keys sorted, `7`, `7.0` and `7e0` the same, every digit kept. */
export function canonicalJson(json: Json): string {
  if (isJsonNumber(json)) return canonicalNumber(json.value)
  if (Array.isArray(json)) return `[${(json as readonly Json[]).map(canonicalJson).join(',')}]`
  if (isJsonObject(json)) {
    const members = Object.keys(json)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(json[key] as Json)}`)
    return `{${members.join(',')}}`
  }
  return JSON.stringify(json)
}

/** `sign digits e exponent` with neither leading nor trailing zeros in the digits. */
function canonicalNumber(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (!match) return text
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = match
  const digits = (integer + fraction).replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}
