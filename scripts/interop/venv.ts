/** The Python programs of others, in an environment of their own under `.cache/interop`. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const folder = join(root, '.cache/interop')
const requirements = join(root, 'scripts/interop/requirements.txt')
/** Says what is installed; written when all of it is. */
const stamp = join(folder, 'installed.txt')

const how =
  'interop: python3 with venv is needed. Debian: apt-get install python3-venv; then run it again (packages come from PyPI)'

/** Python of the environment, where all of `requirements.txt` is installed; undefined where it is not. */
export function installedPython(): string | undefined {
  const python = join(folder, 'bin/python')
  const current = existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(requirements, 'utf8')
  return current && existsSync(python) ? python : undefined
}

/** Python with everything installed, made where it is missing. Throws with what to install. */
export function makePython(say: (text: string) => void): string {
  const known = installedPython()
  if (known) return known
  say('interop: installing pycomm3, pylogix and cpppo into .cache/interop')
  rmSync(folder, { recursive: true, force: true })
  const made = spawnSync('python3', ['-m', 'venv', folder], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`${how}\n${made.stderr ?? made.error?.message ?? ''}`.trim())
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]
  execFileSync(join(folder, 'bin/python'), pip, { stdio: ['ignore', 'inherit', 'inherit'] })
  writeFileSync(stamp, readFileSync(requirements, 'utf8'))
  return join(folder, 'bin/python')
}

/** Versions as `requirements.txt` pins them: `pycomm3` → `1.2.16`. */
export function pinnedVersion(name: string): string {
  return new RegExp(`^${name}==(.+)$`, 'm').exec(readFileSync(requirements, 'utf8'))?.[1] ?? ''
}
