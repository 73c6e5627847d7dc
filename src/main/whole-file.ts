import { randomUUID } from 'node:crypto'
import { link, open, rm, writeFile } from 'node:fs/promises'

/** File systems without hard links (FAT, some network shares) say one of these. */
const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

/**
 * Makes a file with its whole content, mode 0600, only if there is none: of several that try, one gets true. Nobody
 * sees it half written, except where the file system has no hard links. Rejects with the system's error.
 */
export async function createWhole(path: string, text: string): Promise<boolean> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}`
  try {
    await writeSynced(temporary, text)
    await link(temporary, path)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    if (!noLinks.some((code) => isCode(error, code))) throw error
    return await createDirectly(path, text)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function createDirectly(path: string, text: string): Promise<boolean> {
  try {
    await writeSynced(path, text)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await writeFile(file, text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** True for a system error with this code. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** For `catch`: a file that is not there is no error, and gives undefined. */
export function ignoreMissing(error: unknown): undefined {
  if (!isCode(error, 'ENOENT')) throw error
  return undefined
}
