import { createHash } from 'node:crypto'
import path from 'node:path'

/** Where the desktop keeps its own things. */
export interface Folders {
  /** Shared by all windows of this user. */
  readonly base: string
  /** Of the window on one configuration: Chromium's data, size of the window, key store, log. */
  readonly own: string
  /** Of the log files. */
  readonly log: string
}

/**
 * Each configuration has a folder of its own, so that Chromium, and Electron's lock for one instance, keep two windows
 * apart. `configPath`: absolute, links resolved; '' for the demo site.
 */
export function foldersFor(base: string, configPath: string): Folders {
  const mark = createHash('sha256').update(configPath).digest('hex').slice(0, 12)
  const own = path.join(base, 'windows', configPath === '' ? 'demo' : mark)
  return { base, own, log: path.join(own, 'logs') }
}
