/**
 * Data in pieces. A configuration of 50,000 tags that arrives from another thread at once holds up the gateway for as
 * long as it takes to unpack; in pieces it does so for a millisecond at a time.
 */

const itemsInPiece = 500

/** Items that belong to the end of the list at this path. */
export interface Piece {
  readonly path: readonly string[]
  readonly items: readonly unknown[]
}

/** The data with empty lists where long ones were, and what was in them, in order. */
export function inPieces(data: unknown): { readonly bare: unknown; readonly pieces: readonly Piece[] } {
  const pieces: Piece[] = []
  const bare = (value: unknown, path: readonly string[]): unknown => {
    if (Array.isArray(value)) {
      if (value.length <= itemsInPiece) return value.map((item, i) => bare(item, [...path, String(i)]))
      for (let i = 0; i < value.length; i += itemsInPiece)
        pieces.push({ path, items: value.slice(i, i + itemsInPiece) })
      return []
    }
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bare(inner, [...path, key])]))
  }
  return { bare: bare(data, []), pieces }
}

/** Puts one back where it belongs; the pieces of a list in their order. */
export function putBack(bare: unknown, { path, items }: Piece): void {
  let at = bare
  for (const key of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined
  if (!Array.isArray(at)) throw new Error(`a piece has no place: ${path.join('.')}`)
  for (const item of items) at.push(item)
}
