/**
 * What this installation remembers of its claims, in `‹config›.instance` below the id: the bases it held last, so that a
 * broker that lost its data is told from a namespace of somebody else, and the takeovers it has journalled.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { asError } from '#main/link'
import type { Service } from '#shared/broker'

/** One base on one broker. */
export interface HeldBase {
  readonly service: Service
  /** Address of the broker, without credentials. */
  readonly broker: string
  readonly base: string
}

export interface HeldNote {
  holds(base: HeldBase): boolean
  /** Remembers, or forgets because somebody else owns it now. */
  set(base: HeldBase, held: boolean): void
  /** True the first time a takeover (by its time) is told here. */
  isNews(takeoverTime: string): boolean
  /** Resolves when it is written. */
  close(): Promise<void>
}

/** Most bases and takeovers remembered. */
const most = 200

/**
 * Opens the note in the first of `places` that has an id. What can't be read is empty, what can't be written is told to
 * `warn`: then the next start listens longer.
 */
export async function openHeldNote(
  instance: string,
  places: readonly string[],
  warn: (text: string) => void,
): Promise<HeldNote> {
  const found = await findNote(instance, places)
  const held = new Set(found?.held.slice(-most))
  const takeovers = new Set(found?.takeovers.slice(-most))
  let writing = Promise.resolve()

  function save() {
    if (!found) return
    const note = JSON.stringify({ held: [...held].slice(-most), takeovers: [...takeovers].slice(-most) })
    writing = writing.then(async () => {
      const fresh = `${found.place}.new`
      await writeFile(fresh, `${instance}\n${note}\n`, { mode: 0o600 })
      await rename(fresh, found.place)
    })
    writing = writing.catch((error: unknown) =>
      warn(
        `${found.place}: can't be written (${asError(error).message}); the next start listens 25 s before it writes`,
      ),
    )
  }

  return {
    holds: (base) => held.has(keyOf(base)),
    set: (base, is) => {
      const key = keyOf(base)
      if (held.has(key) === is) return
      if (is) held.add(key)
      else held.delete(key)
      save()
    },
    isNews: (time) => {
      if (takeovers.has(time)) return false
      takeovers.add(time)
      save()
      return true
    },
    close: () => writing,
  }
}

const keyOf = ({ service, broker, base }: HeldBase) => JSON.stringify([service, broker, base])

async function findNote(instance: string, places: readonly string[]) {
  for (const place of places) {
    const lines = await readFile(place, 'utf8').then(
      (text) => text.split('\n'),
      () => undefined,
    )
    if (lines?.[0]?.trim().toLowerCase() === instance) return { place, ...parseNote(lines[1] ?? '') }
  }
  return undefined
}

function parseNote(line: string): { readonly held: readonly string[]; readonly takeovers: readonly string[] } {
  try {
    const { held, takeovers }: { held?: unknown; takeovers?: unknown } = JSON.parse(line) ?? {}
    return { held: texts(held), takeovers: texts(takeovers) }
  } catch {
    return { held: [], takeovers: [] }
  }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
