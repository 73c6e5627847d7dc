/** The filter of the tags: `press`, `Main PLC:fault`, several words. Pure. */

export interface TagQuery {
  /** Part of a PLC's name, small letters; '' for all. */
  readonly plc: string
  /** Small letters; all must occur in the address or the alias. */
  readonly words: readonly string[]
}

/**
 * What was typed. A part before the first `:` is a PLC where a PLC is called so (`plcs`): `Program:Main` stays an address.
 */
export function parseQuery(typed: string, plcs: readonly string[]): TagQuery {
  const text = typed.trim().toLowerCase()
  const colon = text.indexOf(':')
  const before = colon < 0 ? '' : text.slice(0, colon).trim()
  const isPlc = before !== '' && plcs.some((plc) => plc.toLowerCase().includes(before)) && !'program'.startsWith(before)
  const rest = isPlc ? text.slice(colon + 1) : text
  return { plc: isPlc ? before : '', words: rest.split(/\s+/).filter(Boolean) }
}

export function isEmptyQuery({ plc, words }: TagQuery): boolean {
  return plc === '' && words.length === 0
}

export function matchesPlc({ plc }: TagQuery, name: string): boolean {
  return plc === '' || name.toLowerCase().includes(plc)
}

/** `text` in small letters. */
export function matchesText({ words }: TagQuery, text: string): boolean {
  return words.every((word) => text.includes(word))
}
