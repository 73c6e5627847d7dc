/**
 * Who this gateway is (isolation.md §2): `instance` names the installation on its configuration and stays, `boot` names
 * this process. Both are in what is told to brokers, so that two gateways can tell each other apart.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { asError } from '#main/link'
import { createWhole, isCode } from '#main/whole-file'

export interface Identity {
  readonly instance: string
  readonly boot: string
}

export interface OpenIdentityOptions {
  /** Where the instance id may be kept, best first: beside the configuration, then the user's folder. */
  readonly places: readonly string[]
  /** Told where a person should know: the id was unreadable, or can't be kept. */
  warn(text: string): void
}

/** v1 to v8, small letters, as `randomUUID` makes them. */
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** A name for one life of a process. */
export function newBoot(): string {
  return randomUUID()
}

/** Both ids. `boot` is made here where the caller has none yet. */
export async function openIdentity(options: OpenIdentityOptions, boot = newBoot()): Promise<Identity> {
  return { instance: await openInstance(options), boot }
}

/**
 * The instance id kept at the first of `places` that has one; where none has, a new one is made and kept at the first
 * that can be written. Two processes that ask at once get the same. Never rejects: where nothing can be kept, the id
 * lasts as long as the process, and `warn` is told.
 */
export async function openInstance({ places, warn }: OpenIdentityOptions): Promise<string> {
  for (const place of places) {
    const found = await readInstance(place, warn)
    if (found) return found
  }
  const fresh = randomUUID()
  const errors: string[] = []
  for (const place of places) {
    try {
      await mkdir(dirname(place), { recursive: true, mode: 0o700 })
      if (await createWhole(place, `${fresh}\n`)) return fresh
      const others = await readInstance(place, warn)
      if (others) return others
    } catch (error) {
      errors.push(asError(error).message)
    }
  }
  warn(
    `instance id: it can't be kept (${errors.join('; ') || 'no place is left'}). After a restart this gateway will be ` +
      'taken for another one and has to wait for its own namespace. Give it the right to write there.',
  )
  return fresh
}

async function readInstance(place: string, warn: (text: string) => void): Promise<string | undefined> {
  let text: string
  try {
    text = await readFile(place, 'utf8')
  } catch (error) {
    if (!isCode(error, 'ENOENT') && !isCode(error, 'ENOTDIR'))
      warn(`instance id: ${place} can't be read (${asError(error).message}). Make it readable for the gateway's user.`)
    return undefined
  }
  // The lines after it are a note about the claim (note.ts).
  const id = (text.split('\n', 1)[0] ?? '').trim().toLowerCase()
  if (uuid.test(id)) return id
  const aside = `${place}.broken`
  const moved = await rename(place, aside).then(
    () => `; it is kept as ${aside}`,
    () => '',
  )
  warn(
    `instance id: ${place} holds no id${moved}. A new one is made: brokers will take this gateway for another one, and ` +
      'its namespace may have to be taken over (warlink claim --take).',
  )
  return undefined
}
