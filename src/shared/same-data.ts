/** Plain data against plain data: texts, numbers, lists, groups of keys. */

/** Whether both say the same; a key without a value counts as none, the order of keys for nothing. */
export function sameData(a: unknown, b: unknown): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true
  if (!isObject(a) || !isObject(b)) return Object.is(a, b)
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, i) => sameData(item, b[i]))
  }
  let alike = 0
  for (const key in a) {
    const value = a[key]
    if (value === null || value === undefined) continue
    if (!Object.hasOwn(b, key) || !sameData(value, b[key])) return false
    alike++
  }
  for (const key in b) if (b[key] !== null && b[key] !== undefined) alike--
  return alike === 0
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null
}
