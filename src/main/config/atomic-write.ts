/** Writes a file so that a reader, and a computer that loses power, sees the old one or the new one and nothing between. */
import { type FileHandle, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A temporary file this old belongs to a process that died. */
const abandonedMs = 10_000

/** A text, or bytes that come one after the other. */
type Content = string | AsyncIterable<Uint8Array>

/**
 * Replaces the file at `target`, mode 0600. The temporary file beside it is also the lock: of several writers, in this
 * process or in others, one is between `make` and the end at a time. `make` gives the content, or undefined to leave the
 * file as it is. Rejects with the system's error; then the old file is untouched.
 */
export async function replaceFile(target: string, make: () => Promise<Content | undefined>): Promise<boolean> {
  const temporary = `${target}.new`
  const file = await openAlone(temporary)
  try {
    const content = await make().catch(async (error: unknown) => {
      await file.close()
      throw error
    })
    if (content === undefined) {
      await file.close()
      await rm(temporary, { force: true })
      return false
    }
    await fill(file, content)
    await renameOver(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(path.dirname(target))
  return true
}

async function fill(file: FileHandle, content: Content): Promise<void> {
  try {
    await writeFile(file, content, 'utf8')
    await file.sync()
  } finally {
    await file.close()
  }
}

async function openAlone(temporary: string): Promise<FileHandle> {
  const giveUp = Date.now() + 2 * abandonedMs
  while (true) {
    try {
      return await open(temporary, 'wx', 0o600)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || Date.now() > giveUp) throw error
    }
    const age = await stat(temporary).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > abandonedMs) await rm(temporary, { force: true })
    else await sleep(20)
  }
}

/** Windows refuses for a moment while a virus scanner or an indexer has the file open. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(from, to)
    } catch (error) {
      if (attempt >= 10 || !['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error))) throw error
      await sleep(50)
    }
  }
}

/** Makes the rename itself durable. Windows has no such call: the error is of no use to anybody. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

/** `code` of a system error; '' for anything else. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
