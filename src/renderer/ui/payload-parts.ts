/** JSON for the eye. Numbers keep every digit: only white space is changed. Pure. */
import { isJsonNumber, isJsonObject, type Json, jsonToText, parseJson } from '#shared/value'

export interface PayloadPart {
  readonly kind: 'text' | 'name' | 'namespace'
  readonly text: string
  readonly at: number
}

/** Members that say whose a message is: their value is the namespace, or the base made of it. */
const addressees = new Set(['topic', 'factory', 'namespace'])
/** Longer ones are shown as they are: laying out megabytes would stop the window. */
const mostLaidOut = 64 * 1024

/** A text as JSON of several lines; undefined where it is none. */
export function pretty(text: string): string | undefined {
  if (text.length > mostLaidOut) return undefined
  try {
    return lines(parseJson(text), '')
  } catch {
    return undefined
  }
}

function lines(json: Json, indent: string): string {
  const inner = `${indent}  `
  if (Array.isArray(json)) {
    const items = json as readonly Json[]
    const flat = items.every((item) => typeof item !== 'object' || item === null || isJsonNumber(item))
    if (flat) return `[${items.map(jsonToText).join(', ')}]`
    return `[\n${items.map((item) => inner + lines(item, inner)).join(',\n')}\n${indent}]`
  }
  if (!isJsonObject(json)) return jsonToText(json)
  const members = Object.entries(json)
  if (members.length === 0) return '{}'
  return `{\n${members.map(([name, item]) => `${inner}${JSON.stringify(name)}: ${lines(item, inner)}`).join(',\n')}\n${indent}}`
}

export type Layout = 'lines' | 'tight' | 'raw'

/** The parts of a message: names of members, the namespace where it says whose it is, and the rest. */
export function payloadParts(text: string, namespace?: string, layout: Layout = 'lines'): PayloadPart[] {
  const laidOut = layout === 'raw' ? undefined : pretty(text)
  // Tight: the braces stand beside the first and the last member.
  const shown = (layout === 'tight' ? laidOut?.replace(/^\{\n {2}/, '{ ').replace(/\n\}$/, ' }') : laidOut) ?? text
  if (shown.length > mostLaidOut) return [{ kind: 'text', text: shown, at: 0 }]
  const parts: PayloadPart[] = []
  let end = 0
  const put = (kind: PayloadPart['kind'], from: number, to: number) => {
    if (to > from) parts.push({ kind, text: shown.slice(from, to), at: from })
    end = to
  }
  for (const match of shown.matchAll(/("(?:[^"\\]|\\.)*")(\s*:\s*)(?:"((?:[^"\\]|\\.)*)")?/g)) {
    const [whole, name = '', colon = '', value] = match
    put('text', end, match.index)
    put('name', match.index, match.index + name.length + colon.trimEnd().length)
    const at = match.index + whole.length - 1 - (value?.length ?? 0)
    const isOurs = namespace !== undefined && namespace !== '' && value !== undefined && owns(value, namespace)
    if (!isOurs || !addressees.has(name.slice(1, -1))) continue
    put('text', end, at)
    put('namespace', at, at + namespace.length)
  }
  put('text', end, shown.length)
  return parts
}

function owns(value: string, namespace: string): boolean {
  return value === namespace || (value.startsWith(namespace) && /[/:-]/.test(value.charAt(namespace.length)))
}
