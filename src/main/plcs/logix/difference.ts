/** What another program did to a controller's tags. */
import { type ProgramChange, typeName } from '#shared/plc'
import type { Model } from './model.ts'
import type { SymbolEntry } from './tag-list.ts'
import { type Ask, typeBits } from './templates.ts'

/** Names that are told of each kind. */
const mostNamed = 50

/**
 * Compares two models of one controller. Types of structures are compared where the model before knew them: their
 * templates are read for it. Rejects when the link is gone.
 */
export async function differenceOf(before: Model, after: Model, ask: Ask): Promise<ProgramChange> {
  const old = new Map(before.symbols.map((symbol) => [symbol.name.toLowerCase(), symbol]))
  const appeared = { count: 0, names: [] as string[] }
  const retyped = { count: 0, tags: [] as { name: string; before: string; after: string }[] }
  for (const symbol of after.symbols) {
    const key = symbol.name.toLowerCase()
    const was = old.get(key)
    old.delete(key)
    if (!was) {
      appeared.count++
      if (appeared.names.length < mostNamed) appeared.names.push(symbol.name)
      continue
    }
    const types = await typesOf(before, was, after, symbol, ask)
    if (!types) continue
    retyped.count++
    if (retyped.tags.length < mostNamed) retyped.tags.push({ name: symbol.name, ...types })
  }
  const vanished = { count: old.size, names: [...old.values()].slice(0, mostNamed).map(({ name }) => name) }
  return { at: Date.now(), appeared, vanished, retyped }
}

/** Both types in words; undefined where they are the same, or nobody knew the one before. */
async function typesOf(before: Model, was: SymbolEntry, after: Model, symbol: SymbolEntry, ask: Ask) {
  const plain = was.type === symbol.type && was.dims.join() === symbol.dims.join()
  const structured = (was.type & symbol.type & typeBits.structure) !== 0
  if (!structured && plain) return undefined
  const known = before.layoutOf(was)
  if (!known && structured) return undefined
  if (!after.layoutOf(symbol)) await after.load(symbol, ask)
  const layout = after.layoutOf(symbol)
  if (known && layout && JSON.stringify(known.type) === JSON.stringify(layout.type)) return undefined
  const text = (one: typeof known, { type }: SymbolEntry) => (one ? typeName(one.type) : `type 0x${type.toString(16)}`)
  const words = { before: text(known, was), after: text(layout, symbol) }
  return words.before === words.after ? { before: words.before, after: `${words.after} with other members` } : words
}
