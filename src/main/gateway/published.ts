/**
 * The names published last, per broker and base, in `‹config›.published`. What is in there and no longer configured is
 * cleared when its broker is reached: also when it was away, or the gateway off, while the configuration changed.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Subject } from '#main/bridges/bridge'
import { asError } from '#main/link'
import type { Log } from '#main/log'

/** Something that stays at a broker until it is cleared. */
export type PublishedName = Extract<Subject, { kind: 'clear' }>['what']

/** One broker and base: names are only cleared where they were published. */
export interface PublishedPlace {
  readonly service: string
  readonly broker: string
  readonly base: string
}

export interface Published {
  /**
   * These names are published there from now on, and no others. Resolves when the file has the new ones: nothing is
   * published before, so that nothing can be forgotten.
   */
  declare(places: readonly DeclaredPlace[]): Promise<void>
  /** Nothing is published there any more, but what stands there stays: it is known in the file, for who clears it up. */
  leave(place: PublishedPlace): void
  /** Names that stand there and are published no more. */
  leftOver(place: PublishedPlace): readonly PublishedName[]
  /** Whether this is one of them. */
  isLeftOver(place: PublishedPlace, name: PublishedName): boolean
  /** The broker has confirmed the clearing. */
  cleared(place: PublishedPlace, name: PublishedName): void
  /** Writes what is not written yet. */
  close(): Promise<void>
}

export interface DeclaredPlace {
  readonly place: PublishedPlace
  readonly names: readonly PublishedName[]
}

interface FileEntry extends PublishedPlace {
  /** `["tag", plc, tag]` or `["health", plc]` */
  readonly names: readonly (readonly string[])[]
}

const placeKey = ({ service, broker, base }: PublishedPlace) => JSON.stringify([service, broker, base])
const publishedKey = (name: PublishedName) =>
  JSON.stringify(name.kind === 'tag' ? ['tag', name.plc, name.tag] : ['health', name.plc])

/** Reads the file. One that can't be read is told and begun anew. */
export async function openPublished(path: string, log: Log): Promise<Published> {
  const known = new Map<string, { readonly place: PublishedPlace; readonly names: Set<string> }>()
  for (const { names, ...place } of await readEntries(path, log)) {
    known.set(placeKey(place), { place, names: new Set(names.map((name) => JSON.stringify(name))) })
  }
  const configured = new Map<string, ReadonlySet<string>>()
  let writing = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  function save() {
    clearTimeout(timer)
    timer = undefined
    writing = writing
      .then(() => write(path, [...known.values()]))
      .catch((error: unknown) => {
        log.warn(`${path}: can't be written (${asError(error).message}); tags removed later may stay at the brokers`)
      })
    return writing
  }

  /** True where the file does not have all of these names yet. */
  function add({ place, names }: DeclaredPlace): boolean {
    const key = placeKey(place)
    const wanted = new Set(names.map(publishedKey))
    configured.set(key, wanted)
    const entry = known.get(key) ?? { place, names: new Set<string>() }
    known.set(key, entry)
    const before = entry.names.size
    for (const name of wanted) entry.names.add(name)
    return entry.names.size > before
  }

  return {
    declare: async (places) => {
      const news = places.map(add)
      if (news.includes(true)) await save()
    },
    leave: (place) => {
      configured.delete(placeKey(place))
    },
    leftOver: (place) => {
      const key = placeKey(place)
      const wanted = configured.get(key)
      return [...(known.get(key)?.names ?? [])].filter((name) => !wanted?.has(name)).map(toName)
    },
    isLeftOver: (place, name) => {
      const key = placeKey(place)
      const named = publishedKey(name)
      return known.get(key)?.names.has(named) === true && configured.get(key)?.has(named) !== true
    },
    cleared: (place, name) => {
      const key = placeKey(place)
      // Published again meanwhile: its value goes out after the clearing.
      if (configured.get(key)?.has(publishedKey(name))) return
      if (known.get(key)?.names.delete(publishedKey(name))) timer ??= setTimeout(() => void save(), 500)
    },
    close: () => (timer ? save() : writing),
  }
}

function toName(key: string): PublishedName {
  const [kind, plc = '', tag = ''] = JSON.parse(key) as string[]
  return kind === 'tag' ? { kind: 'tag', plc, tag } : { kind: 'health', plc }
}

async function write(
  path: string,
  entries: readonly { readonly place: PublishedPlace; readonly names: ReadonlySet<string> }[],
) {
  const file = {
    entries: entries.map(({ place, names }) => ({
      ...place,
      names: [...names].map((name) => JSON.parse(name) as string[]),
    })),
  }
  await writeFile(`${path}.new`, JSON.stringify(file), { mode: 0o600 })
  await rename(`${path}.new`, path)
}

async function readEntries(path: string, log: Log): Promise<readonly FileEntry[]> {
  try {
    const file: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (typeof file === 'object' && file !== null && 'entries' in file && Array.isArray(file.entries))
      return file.entries.filter(isEntry)
    log.warn(`${path}: not a list of published names; begun anew`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      log.warn(`${path}: can't be read (${asError(error).message}); begun anew`)
  }
  return []
}

function isEntry(entry: unknown): entry is FileEntry {
  const texts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((item) => typeof item === 'string')
  if (typeof entry !== 'object' || entry === null) return false
  const { service, broker, base, names } = entry as Partial<Record<keyof FileEntry, unknown>>
  return texts([service, broker, base]) && Array.isArray(names) && names.every(texts)
}
