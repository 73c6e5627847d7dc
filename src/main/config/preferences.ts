/** What a window remembers for one configuration file, in the user's folder: theme, panes, watch lists. */
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { codeOf, replaceFile } from './atomic-write.ts'
import { userCompanionPath } from './paths.ts'

/** '' where nothing was saved yet, or it can't be read: the window then begins anew. `configPath` absolute. */
export async function readPreferences(configPath: string): Promise<string> {
  return await readFile(userCompanionPath(configPath, 'preferences'), 'utf8').catch(() => '')
}

/** '' where it was saved, else why not and what to do. */
export async function savePreferences(configPath: string, text: string): Promise<string> {
  const file = userCompanionPath(configPath, 'preferences')
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    await replaceFile(file, async () => text)
    return ''
  } catch (error) {
    const code = codeOf(error) || 'unknown error'
    return `${file} can not be saved (${code}). The folder must be writable for you; until then nothing is remembered.`
  }
}
