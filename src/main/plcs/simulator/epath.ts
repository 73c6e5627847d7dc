/** Request paths (EPATH, CIP Vol. 1, appendix C) of the bytes a client sent. */

export type Segment =
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'element'; readonly index: number }
  | { readonly kind: 'class' | 'instance' | 'attribute'; readonly id: number }

/** Logical segments by the type bits of their first byte (0x20 class, 0x24 instance, 0x28 member, 0x30 attribute). */
const logical = new Map([
  [0x20, 'class'],
  [0x24, 'instance'],
  [0x28, 'element'],
  [0x30, 'attribute'],
] as const)

/** Segments of the path in `bytes[start, end)`; undefined where it is malformed. */
export function parsePath(bytes: Buffer, start: number, end: number): Segment[] | undefined {
  const segments: Segment[] = []
  let at = start
  while (at < end) {
    const first = bytes[at] ?? 0
    if (first === 0x91) {
      const length = bytes[at + 1] ?? 0
      const next = at + 2 + length + (length & 1)
      if (length === 0 || next > end) return undefined
      segments.push({ kind: 'symbol', name: bytes.toString('latin1', at + 2, at + 2 + length) })
      at = next
      continue
    }
    const kind = logical.get((first & 0xfc) as 0x20)
    const width = [1, 2, 4][first & 3]
    if (!kind || width === undefined) return undefined
    // 16- and 32-bit values are preceded by a pad byte.
    const value = at + (width === 1 ? 1 : 2)
    if (value + width > end) return undefined
    const id = bytes.readUIntLE(value, width)
    segments.push(kind === 'element' ? { kind, index: id } : { kind, id })
    at = value + width
  }
  return segments
}
