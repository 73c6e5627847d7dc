import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Folder of the package `electron`. It is never imported here: its main file fetches the binary. */
export const electronFolder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))

/** The Electron executable of this project; undefined where it has not been fetched. */
export function electronBinary(): string | undefined {
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(electronFolder, 'dist')
  const named = join(electronFolder, 'path.txt')
  const path = join(dist, existsSync(named) ? readFileSync(named, 'utf8') : 'electron')
  return existsSync(path) ? path : undefined
}
