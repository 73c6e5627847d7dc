/**
 * Tag addresses: text → parts. Grammar:
 * `[Program:Name.] name[i{,i{,i}}] {. member[i…]} [. bit]`, where the first name may hold colons (`Local:1:I`).
 */

export interface AddressPart {
  readonly name: string
  /** 0 to 3 indices. */
  readonly indices: readonly number[]
}

export interface Address {
  /** Program name without `Program:`; undefined for controller scope. */
  readonly program?: string
  readonly parts: readonly [AddressPart, ...AddressPart[]]
  /** Bit 0…63 of an integer. */
  readonly bit?: number
}

export type AddressResult =
  | { readonly ok: true; readonly address: Address }
  /** `position` is 1-based. */
  | { readonly ok: false; readonly position: number; readonly text: string }

/** Longest name the drivers send; Logix itself stops at 40. */
const longestName = 128
const longestAddress = 1000
const programPrefix = 'program:'

class Malformed extends Error {
  readonly position: number
  constructor(position: number, text: string) {
    super(text)
    this.position = position
  }
}

/** Takes an address apart. Errors say where they are. */
export function parseAddress(text: string): AddressResult {
  try {
    if (text.length > longestAddress)
      throw new Malformed(longestAddress + 1, `an address has at most ${longestAddress} characters`)
    return { ok: true, address: scan(text) }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return { ok: false, position: error.position, text: `${error.message} (position ${error.position})` }
  }
}

function scan(text: string): Address {
  let offset = 0
  const fail = (what: string, where = offset) => new Malformed(where + 1, what)
  const match = (pattern: RegExp) => {
    pattern.lastIndex = offset
    const found = pattern.exec(text)?.[0]
    if (found) offset += found.length
    return found
  }

  function name(pattern: RegExp): string {
    const start = offset
    const found = match(pattern)
    if (!found)
      throw fail(offset < text.length ? `"${text[offset]}" can not begin a name` : 'a name is missing at the end')
    if (found.length > longestName) throw fail(`a name has at most ${longestName} characters`, start)
    return found
  }

  function indices(): number[] {
    const found: number[] = []
    if (!match(/\[/y)) return found
    do {
      const start = offset
      const digits = match(/\d+/y)
      if (!digits) throw fail('an index is a whole number')
      const index = Number(digits)
      if (index > 0xffffffff) throw fail('an index is at most 4294967295', start)
      found.push(index)
      if (found.length > 3) throw fail('an array has at most three dimensions', start)
    } while (match(/,/y))
    if (!match(/\]/y)) throw fail('"]" is missing')
    return found
  }

  let program: string | undefined
  if (text.slice(0, programPrefix.length).toLowerCase() === programPrefix) {
    offset = programPrefix.length
    program = name(/[A-Za-z_]\w*/y)
    if (!match(/\./y)) throw fail('after the program comes "." and a tag')
  }
  const parts: [AddressPart, ...AddressPart[]] = [{ name: name(/[A-Za-z_]\w*(?::\w+)*/y), indices: indices() }]
  let bit: number | undefined
  while (bit === undefined && match(/\./y)) {
    const start = offset
    const digits = match(/\d+/y)
    if (digits === undefined) {
      parts.push({ name: name(/[A-Za-z_]\w*/y), indices: indices() })
      continue
    }
    bit = Number(digits)
    if (bit > 63) throw fail('a bit is 0 to 63', start)
  }
  if (offset < text.length) throw fail(`"${text[offset]}" is not expected here`)
  return { ...(program === undefined ? {} : { program }), parts, ...(bit === undefined ? {} : { bit }) }
}
