import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const stamp = join(root, 'out/.built')
const sources = ['src', 'resources', 'docs', 'package.json', 'package-lock.json', 'electron.vite.config.ts']

/** Builds the application where a source is newer than the last build by this. Rejects where the build fails. */
export async function buildIfNeeded(): Promise<void> {
  const built = modified(stamp)
  if (built > 0 && sources.every((source) => newest(join(root, source)) < built)) return
  const begun = new Date()
  const program = join(
    dirname(createRequire(import.meta.url).resolve('electron-vite/package.json')),
    'bin/electron-vite.js',
  )
  const code = await new Promise((done) =>
    spawn(process.execPath, [program, 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' }).once(
      'exit',
      done,
    ),
  )
  if (code !== 0) throw new Error('build: it failed, see above.')
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, `${begun.toISOString()}\n`)
}

function newest(path: string): number {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return modified(path)
  const entries = readdirSync(path, { recursive: true, withFileTypes: true })
  // A folder's own time tells of what was removed.
  return Math.max(modified(path), ...entries.map(({ parentPath, name }) => modified(join(parentPath, name))))
}

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
