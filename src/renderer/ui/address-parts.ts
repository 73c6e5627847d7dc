export interface AddressPart {
  readonly kind: 'namespace' | 'separator' | 'text'
  readonly text: string
  /** Where it begins in the address. */
  readonly at: number
}

/**
 * The parts of a topic, key or client id: separators `/` and `:` between MQTT and Valkey parts, and the namespace where
 * it stands as a whole word (`factory-a` in `warlink-factory-a-3f8a21c4`, but not in `factory-a2/x`).
 */
export function addressParts(address: string, namespace?: string): AddressPart[] {
  const begins = namespace ? placeOf(address, namespace) : -1
  const ends = begins + (namespace?.length ?? 0)
  if (begins < 0 || !namespace) return plainParts(address, 0)
  return [
    ...plainParts(address.slice(0, begins), 0),
    { kind: 'namespace', text: namespace, at: begins },
    ...plainParts(address.slice(ends), ends),
  ]
}

function placeOf(address: string, namespace: string): number {
  for (let at = address.indexOf(namespace); at >= 0; at = address.indexOf(namespace, at + 1)) {
    const before = address[at - 1] ?? ''
    const after = address[at + namespace.length] ?? ''
    if (!/[A-Za-z0-9_]/.test(before) && !/[A-Za-z0-9_]/.test(after)) return at
  }
  return -1
}

function plainParts(text: string, from: number): AddressPart[] {
  const parts: AddressPart[] = []
  for (const match of text.matchAll(/[/:]|[^/:]+/g)) {
    const kind = match[0] === '/' || match[0] === ':' ? 'separator' : 'text'
    parts.push({ kind, text: match[0], at: from + match.index })
  }
  return parts
}
