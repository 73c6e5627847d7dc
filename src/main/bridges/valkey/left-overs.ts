/** What is stored under a base, and how it is removed. */
import type { ChainableCommander, Redis } from 'ioredis'
import type { LeftOver, LeftOvers, Removal } from '#main/bridges/inspector'
import { entryText } from '#shared/broker'
import { valkeyNames } from '#shared/names/build'
import { isUnder } from '#shared/names/parse'
import { isNotPermitted, type Place } from './errors.ts'
import type { Outside } from './outside.ts'

/** Most keys and characters that are kept, and of one key. */
const mostFound = 20_000
const mostContent = 32 * 1024 * 1024
const mostOfOne = 64 * 1024
const mostEntries = 1_000
/** Keys in one SCAN, and in one pipeline. */
const step = 500

/** Keys and lists. SCAN walks over all keys of the server, in small steps. Rejects in words. */
export async function storedUnder(
  { redis, place, words }: Outside,
  base: string,
  signal: AbortSignal,
): Promise<LeftOvers> {
  const keys = new Set<string>()
  let more = false
  let cursor = '0'
  try {
    do {
      signal.throwIfAborted()
      const [next, found] = await redis.scan(cursor, 'MATCH', valkeyNames.everything(base), 'COUNT', step)
      for (const key of found) if (keys.size < mostFound) keys.add(key)
      cursor = next
      more = keys.size >= mostFound && cursor !== '0'
    } while (cursor !== '0' && !more)
  } catch (error) {
    signal.throwIfAborted()
    if (isNotPermitted(error)) return { found: [], more: false, note: words(error).message }
    throw words(error)
  }
  const all = [...keys].sort()
  const found: LeftOver[] = []
  let size = 0
  for (let i = 0; i < all.length; i += step) {
    signal.throwIfAborted()
    for (const one of await read(redis, all.slice(i, i + step), words)) {
      size += one.content.reduce((sum, text) => sum + text.length, 0)
      found.push(size > mostContent ? { ...one, content: [], complete: false } : one)
    }
  }
  const foreign = found.filter(({ complete, content }) => !complete && content.length === 0).length
  return {
    found,
    more,
    note: foreign > 0 ? `the content of ${foreign} keys was not read: other types, or too much` : noted(place),
  }
}

const noted = ({ database }: Place) => (database === 0 ? '' : `database ${database} alone was looked at`)

async function read(redis: Redis, keys: readonly string[], words: Outside['words']): Promise<LeftOver[]> {
  const types = await run(redis.pipeline(keys.map((key) => ['type', key])), words)
  const sizes = await run(
    redis.pipeline(
      keys.map((key, i) =>
        types[i] === 'list' ? ['llen', key] : types[i] === 'string' ? ['strlen', key] : ['exists', key],
      ),
    ),
    words,
  )
  const contents = await run(
    redis.pipeline(
      keys.map((key, i) =>
        types[i] === 'list'
          ? ['lrange', key, '0', String(mostEntries - 1)]
          : types[i] === 'string'
            ? ['getrange', key, '0', String(mostOfOne - 1)]
            : ['exists', key],
      ),
    ),
    words,
  )
  return keys.flatMap((name, i): LeftOver[] => {
    const size = Number(sizes[i] ?? 0)
    const content = contents[i]
    switch (types[i]) {
      // Gone meanwhile.
      case 'none':
        return []
      case 'list': {
        const entries = Array.isArray(content) ? content.map(String) : []
        return [
          { kind: 'list', name, size, content: entries, complete: Array.isArray(content) && entries.length === size },
        ]
      }
      case 'string':
        if (typeof content !== 'string') return [{ kind: 'key', name, size, content: [], complete: false }]
        return [{ kind: 'key', name, size, content: [content], complete: size <= mostOfOne }]
      default:
        return [{ kind: 'key', name, size: 0, content: [], complete: false }]
    }
  })
}

/** Results in order; undefined for a key that may not be read: its error's text must not be taken for its content. */
async function run(pipeline: ChainableCommander, words: Outside['words']): Promise<unknown[]> {
  const results = await pipeline.exec().catch((error: unknown) => {
    throw words(error)
  })
  return (results ?? []).map(([error, result]) => (error ? undefined : result))
}

/** Deletes keys one by one, so that one without rights does not hold up the others. */
export async function removeKeys(
  { redis, place, words, ended }: Outside,
  base: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Removal[]> {
  const removals: Removal[] = []
  for (const name of names) {
    signal.throwIfAborted()
    if (!isUnder('valkey', base, name)) {
      const error = `${entryText(place.entry)}: ${name} is not under ${base}. It was left alone.`
      removals.push({ name, ok: false, error })
      continue
    }
    const failed = await redis.del(name).then(
      () => undefined,
      (error: unknown) => words(error),
    )
    const gone = ended()
    if (gone) throw gone
    removals.push(failed ? { name, ok: false, error: failed.message } : { name, ok: true })
  }
  return removals
}
