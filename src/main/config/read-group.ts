/** Reads one group of keys under its schema, so that one bad key hides no other mistake. */
import type { z } from 'zod'
import { found, type Path, type Problems } from './problems.ts'

export interface Group<T> {
  readonly path: Path
  /** Every well-formed key, for checks that need only some of them. */
  readonly part: Partial<T>
  /** Present where the whole group is well formed. */
  readonly whole?: T
  /** Keys with a mistake, among them those that are missing. */
  readonly broken: readonly string[]
}

/**
 * Reads `data` at `path`. Mistakes go to `problems`; unknown keys are warned about, with the likeliest meant.
 * `otherNames`: keys that are read under another name, and keys that belong to another product.
 */
export function readGroup<S extends z.ZodObject>(
  schema: S,
  data: unknown,
  path: Path,
  problems: Problems,
  otherNames: readonly string[] = [],
): Group<z.output<S>> {
  type Output = z.output<S>
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    problems.error(path, `expected a group of keys, found ${found(data)}.`)
    return { path, part: {}, broken: Object.keys(schema.shape) }
  }
  const known = Object.keys(schema.shape)
  warnOfUnknownKeys(data, known, path, problems, otherNames)
  const result = schema.safeParse(data)
  if (result.success) return { path, part: result.data as Partial<Output>, whole: result.data as Output, broken: [] }
  for (const issue of result.error.issues) problems.error([...path, ...pathOf(issue.path)], issue.message)
  const good = known.flatMap((key) => {
    const field = schema.shape[key]
    const value = field ? parseField(field, (data as Record<string, unknown>)[key]) : undefined
    return value === undefined ? [] : [[key, value] as const]
  })
  const broken = [...new Set(result.error.issues.map((issue) => String(issue.path[0])))]
  return { path, part: Object.fromEntries(good) as Partial<Output>, broken }
}

/** Warns of each key of `data` that is not `known` nor among `otherNames`. */
export function warnOfUnknownKeys(
  data: object,
  known: readonly string[],
  path: Path,
  problems: Problems,
  otherNames: readonly string[] = [],
): void {
  for (const key of Object.keys(data)) {
    if (!known.includes(key) && !otherNames.includes(key))
      problems.warn([...path, key], unknownKeyText(key, known), 'key')
  }
}

/** The candidate that was likely meant, or undefined: at most two slips, fewer in short words. */
export function likelyMeant(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 40) return undefined
  const small = word.toLowerCase().replaceAll('-', '_')
  const near = candidates
    .map((candidate) => ({ candidate, slips: slips(small, candidate.toLowerCase()) }))
    .filter(({ candidate, slips }) => slips <= (candidate.length < 5 ? 1 : 2))
  return near.sort((a, b) => a.slips - b.slips)[0]?.candidate
}

function parseField(field: z.core.$ZodType, value: unknown): unknown {
  const result = (field as z.ZodType).safeParse(value)
  return result.success ? result.data : undefined
}

function pathOf(path: readonly PropertyKey[]): Path {
  return path.map((part) => (typeof part === 'symbol' ? String(part) : part))
}

/** Words other products of the field use for the same thing. */
const synonyms: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  redis: 'valkey',
  host: 'address',
  ip: 'address',
  url: 'broker',
  server: 'broker',
  ttl: 'key_ttl',
  db: 'database',
  user: 'username',
  tls: 'use_tls',
  writeback: 'enable_writeback',
  write: 'writable',
  interval: 'poll_rate',
  scan_rate: 'poll_rate',
  path: 'connection_path',
})

function unknownKeyText(key: string, known: readonly string[]): string {
  const synonym = synonyms[key.toLowerCase()]
  const meant = synonym && known.includes(synonym) ? synonym : likelyMeant(key, known)
  const hint = meant ? ` Did you mean ${meant}?` : ` Known here: ${known.join(', ')}.`
  return `is no key of this group; it is kept and has no effect.${hint}`
}

/** Edit distance with transposed neighbours counted as one (optimal string alignment). */
function slips(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      next.push(least)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
