import type { TagListEntry } from '#shared/plc'
import type { Address } from './address.ts'
import type { Layout } from './layout.ts'
import type { SymbolEntry } from './tag-list.ts'
import { type Ask, layoutOfType, openTemplates, type Templates, typeBits } from './templates.ts'

/** In which scopes reads may name a tag by its number, and in words why not in all; '' where in all. */
export interface Numbering {
  readonly controller: boolean
  readonly programs: boolean
  readonly why: string
}

/** What is known of a controller's tags and types at one time. Another download makes another model. */
export interface Model {
  /** False where the controller lists no tags: types are learned from replies then. */
  readonly listed: boolean
  /** Arrays of DWORD are arrays of BOOL. */
  readonly boolArrays: boolean
  /** While the program is being read anew: says so to people; '' else. */
  readonly anew: string
  /** What was known before it; absent else. */
  readonly before?: Model
  /** Every tag the controller lists, in its order. */
  readonly symbols: readonly SymbolEntry[]
  /** What the change counters said before they were listed: as long as they say the same, all of this holds. */
  readonly stamp: string | undefined
  /** The controller tells the stamp also in a packet with other requests, so that it can ride with every read. */
  readonly stampRides: boolean
  /** A number is a tag's until the next download: who reads by number asks for the stamp in the same packet. */
  readonly numbering: Numbering
  /** The base tag an address begins with; names are not case-sensitive. */
  find(address: Address): SymbolEntry | undefined
  /** Its layout, as far as its template is loaded. */
  layoutOf(symbol: SymbolEntry): Layout | undefined
  /** Loads the template of a structured tag; afterwards `layoutOf` knows it, or `whyUnknown` tells why not. */
  load(symbol: SymbolEntry, ask: Ask): Promise<void>
  /** Why a structured tag's layout is not known, in words; '' where it is, or was never loaded. */
  whyUnknown(symbol: SymbolEntry): string
}

/** A model that names tags by name; `boolArrays`: arrays of DWORD are arrays of BOOL, as on Logix. */
export function makeModel(symbols: readonly SymbolEntry[] | undefined, boolArrays: boolean, stamp?: string): Model {
  const templates: Templates = openTemplates()
  const symbolOf = new Map((symbols ?? []).map((symbol) => [symbol.name.toLowerCase(), symbol]))
  const layouts = new Map<SymbolEntry, Layout | undefined>()
  const templateOf = ({ type }: SymbolEntry) => (type & typeBits.structure ? type & typeBits.number : undefined)
  return {
    listed: symbols !== undefined,
    boolArrays,
    anew: '',
    symbols: symbols ?? [],
    stamp,
    stampRides: true,
    numbering: byName('its tag numbers have not been tried'),
    find: ({ program, parts }) => {
      const name = program === undefined ? parts[0].name : `Program:${program}.${parts[0].name}`
      return symbolOf.get(name.toLowerCase())
    },
    layoutOf: (symbol) => {
      if (!layouts.get(symbol)) layouts.set(symbol, layoutOfType(symbol.type, symbol.dims, templates, boolArrays))
      return layouts.get(symbol)
    },
    load: async (symbol, ask) => {
      const id = templateOf(symbol)
      if (id !== undefined) await templates.load(id, ask)
    },
    whyUnknown: (symbol) => {
      const id = templateOf(symbol)
      const known = id === undefined ? undefined : templates.known(id)
      return typeof known === 'string' ? known : ''
    },
  }
}

/** No tag is read by number, and why. */
export function byName(why: string): Numbering {
  return { controller: false, programs: false, why }
}

/** The same tags and types, named another way: another object, so that plans are made anew. */
export function renumbered(model: Model, numbering: Numbering): Model {
  return { ...model, numbering }
}

/**
 * What is left of a model when the program was changed: which tags there were, for who looks at them. Where they lie and
 * of what type they are nobody knows: each address is read by its own path until the program has been read anew.
 */
export function outdated(model: Model): Model {
  const numbering = byName('the program was just changed')
  const anew = 'the program was just changed and is being read anew. Try again in a moment.'
  return { ...model, numbering, anew, before: model, stamp: undefined, find: () => undefined }
}

/** Entry for the screen; a type that is not known is shown by its code. */
export function tagListEntry(symbol: SymbolEntry, model: Model): TagListEntry {
  const type = model.layoutOf(symbol)?.type ?? {
    kind: 'struct' as const,
    name: `type 0x${symbol.type.toString(16)}`,
    members: [],
  }
  const { name, access, hidden } = symbol
  return { name, type, access, ...(hidden === '' ? {} : { hidden }) }
}
