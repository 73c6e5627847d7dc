/**
 * Editing a value by its type: which editor suits it, and what a person typed as JSON, judged by the very rules of the
 * gateway's pipeline (`convert`), so that the window never promises what the gateway refuses. Pure.
 */
import { type Converted, convert, type Limits } from './convert.ts'
import { type AtomicType, type DataType, integerRanges } from './plc.ts'
import { type Json, parseJson, type TagValue, valueToJson } from './value.ts'
import { parseWhole, radixText } from './value-text.ts'

/** What a value is edited with. `min` and `max` are JSON numbers as text, with every digit; absent: no end is known. */
export type Editor =
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly choices: readonly { readonly text: string; readonly json: string }[] }
  | { readonly kind: 'number'; readonly whole: boolean; readonly min?: string; readonly max?: string }
  | { readonly kind: 'text'; readonly capacity: number }
  | { readonly kind: 'json' }

/** `json`: what goes into a request. `why` completes "can't be sent: …" and is the gateway's own text where it has one. */
export type Edited =
  | { readonly ok: true; readonly json: string; readonly value?: TagValue }
  | { readonly ok: false; readonly why: string }

/** The editor for a type; without a type (not read yet) JSON. */
export function editorOf(type: DataType | undefined, limits: Limits = {}): Editor {
  if (type === undefined) return { kind: 'json' }
  if (limits.enum && (type.kind === 'atomic' || type.kind === 'string')) {
    return {
      kind: 'choice',
      choices: limits.enum.map((item) => ({ text: String(item), json: choiceJson(item, type) })),
    }
  }
  switch (type.kind) {
    case 'string':
      return { kind: 'text', capacity: type.capacity }
    case 'array':
    case 'struct':
      return { kind: 'json' }
    case 'atomic':
      return atomicEditor(type.name, limits)
  }
}

/** A choice of a 64-bit tag is written in quotes in the file, to keep its digits: in JSON it is a number again. */
function choiceJson(item: number | string | boolean, type: DataType): string {
  return typeof item === 'string' && type.kind === 'atomic' && /^-?\d+$/.test(item) ? item : JSON.stringify(item)
}

function atomicEditor(name: AtomicType, { min, max }: Limits): Editor {
  if (name === 'BOOL') return { kind: 'switch' }
  const range = integerRanges[name]
  if (!range) {
    return {
      kind: 'number',
      whole: false,
      ...(min === undefined ? {} : { min: String(min) }),
      ...(max === undefined ? {} : { max: String(max) }),
    }
  }
  const low = min === undefined || BigInt(Math.ceil(min)) < range[0] ? range[0] : BigInt(Math.ceil(min))
  const high = max === undefined || BigInt(Math.floor(max)) > range[1] ? range[1] : BigInt(Math.floor(max))
  return { kind: 'number', whole: true, min: String(low), max: String(high) }
}

/** What was typed into the editor of `type`, as JSON for a request. Without a type any JSON passes. */
export function parseEdited(text: string, type: DataType | undefined, limits: Limits = {}): Edited {
  const json = jsonOf(text, type)
  if (!json.ok || type === undefined) return json
  const converted: Converted = convert(parseJson(json.json), type, limits)
  return converted.ok ? { ok: true, json: json.json, value: converted.value } : { ok: false, why: converted.error }
}

function jsonOf(text: string, type: DataType | undefined): Edited {
  if (type?.kind === 'string') return { ok: true, json: JSON.stringify(text) }
  const clean = text.trim()
  if (clean === '') return { ok: false, why: 'no value yet' }
  if (type?.kind !== 'atomic') return anyJson(clean)
  return type.name === 'BOOL' ? boolJson(clean) : numberJson(clean, type.name)
}

function boolJson(text: string): Edited {
  const known = { true: 'true', false: 'false', '1': 'true', '0': 'false', on: 'true', off: 'false' }
  const json = Object.hasOwn(known, text.toLowerCase()) ? known[text.toLowerCase() as keyof typeof known] : undefined
  return json === undefined ? { ok: false, why: `"${cut(text)}" is neither true nor false` } : { ok: true, json }
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

function numberJson(text: string, name: AtomicType): Edited {
  if (jsonNumber.test(text)) return { ok: true, json: text }
  const whole = parseWhole(text)
  if (whole !== undefined) return { ok: true, json: String(signed(whole, text, name)) }
  const float = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)
  if (float) return { ok: true, json: plainNumber(text) }
  if (/^[+-]?\d+,\d+$/.test(text)) return { ok: false, why: `"${cut(text)}": the decimal point is "."` }
  return { ok: false, why: `"${cut(text)}" is no number` }
}

/** `16#FFFF` of an INT is −1: a radix number means bits, as in the controller's own tools. */
function signed(whole: bigint, text: string, name: AtomicType): bigint {
  const range = integerRanges[name]
  if (!range || range[0] === 0n || /^[+-]?[\d_]+$/.test(text)) return whole
  const span = range[1] - range[0] + 1n
  return whole > range[1] && whole < span ? whole - span : whole
}

/** `.5`, `5.`, `+5`, `007.5` as JSON writes them. */
function plainNumber(text: string): string {
  const [, sign = '', integer = '', fraction = '', exponent = ''] =
    /^([+-]?)(\d*)\.?(\d*)((?:[eE][+-]?\d+)?)$/.exec(text) ?? []
  const digits = integer.replace(/^0+(?=\d)/, '') || '0'
  return `${sign === '-' ? '-' : ''}${digits}${fraction === '' ? '' : `.${fraction}`}${exponent}`
}

function anyJson(text: string): Edited {
  try {
    parseJson(text)
    return { ok: true, json: text }
  } catch (error) {
    return { ok: false, why: `not JSON: ${error instanceof Error ? cut(error.message, 120) : 'unreadable'}` }
  }
}

/** The text a value stands in its editor with: what `parseEdited` gives back unchanged. */
export function editText(value: TagValue, type: DataType | undefined): string {
  if (typeof value === 'string' && type?.kind !== 'atomic') return type === undefined ? valueToJson(value) : value
  return valueToJson(value)
}

/** The same for a value that arrived as JSON text. */
export function editTextOfJson(json: string, type: DataType | undefined): string {
  if (type?.kind !== 'string') return json
  const parsed: Json = parseJson(json)
  return typeof parsed === 'string' ? parsed : json
}

/** A switched value of a BOOL in an editor: the opposite of what stands there. */
export function toggled(text: string): 'true' | 'false' {
  const now = boolJson(text.trim())
  return now.ok && now.json === 'true' ? 'false' : 'true'
}

/** Beside a number being typed: its bits in hex, `16#4148_0000`; '' where there are none. */
export function hexHint(edited: Edited, type: DataType | undefined): string {
  if (!edited.ok || edited.value === undefined || type?.kind !== 'atomic' || type.name === 'BOOL') return ''
  return radixText(edited.value, type.name, 'hex') ?? ''
}

function cut(text: string, most = 40): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}
