/** The store of secrets on a server: `‹config›.secrets`, a group of names and texts in YAML or JSON, mode 0600. */
import { open } from 'node:fs/promises'
import path from 'node:path'
import { codeOf, replaceFile } from './atomic-write.ts'
import type { SecretStore } from './secrets.ts'
import { readYaml } from './yaml-text.ts'

const longestFile = 1024 * 1024

/**
 * Opens the store at `file`, which need not exist yet. It is read at each call, so that an edit counts at once. A file
 * that others than its owner and group can read is refused; one that its group can read is told to `warn`, once.
 */
export function openSecretFile(file: string, warn: (text: string) => void): SecretStore {
  const title = path.basename(file)
  let warned = false

  async function read(): Promise<Map<string, string>> {
    const handle = await open(file, 'r').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw new Error(
        `${file} can not be read (${codeOf(error) || 'unknown error'}). It must be readable for the user that runs the gateway.`,
      )
    })
    if (!handle) return new Map()
    try {
      const { mode, size } = await handle.stat()
      checkMode(mode)
      if (size > longestFile) throw new Error(`${file} is larger than 1 MB. It holds one line for each secret.`)
      return secretsOf(await handle.readFile('utf8'))
    } finally {
      await handle.close()
    }
  }

  function checkMode(mode: number) {
    if (process.platform === 'win32') return
    if (mode & 0o007)
      throw new Error(
        `${file} is readable by every user of this computer, so it is not used. Run: chmod 600 ${JSON.stringify(file)}`,
      )
    if (mode & 0o070 && !warned) {
      warned = true
      warn(`${file} is readable by its group. If only the gateway needs it, run: chmod 600 ${JSON.stringify(file)}`)
    }
  }

  function secretsOf(text: string): Map<string, string> {
    const { data } = readYaml(text)
    if (data === null) return new Map()
    const entries = typeof data === 'object' && !Array.isArray(data) ? Object.entries(data) : undefined
    const wrong = entries?.find(([, value]) => typeof value !== 'string')?.[0]
    if (!entries || wrong !== undefined) {
      const where = wrong === undefined ? 'the file as a whole is not' : `${JSON.stringify(wrong)} is not`
      throw new Error(
        `${file}: expected names and texts, one on each line ("mqtt/Central: password"); ${where}. Put values in quotes.`,
      )
    }
    return new Map(entries.map(([name, value]) => [name, String(value)]))
  }

  async function update(change: (secrets: Map<string, string>) => void): Promise<void> {
    await replaceFile(file, async () => {
      const secrets = await read()
      change(secrets)
      return `${JSON.stringify(Object.fromEntries(secrets), null, 2)}\n`
    })
  }

  return {
    title,
    get: async (name) => (await read()).get(name),
    names: async () => [...(await read()).keys()],
    set: (name, value) => update((secrets) => secrets.set(name, value)),
    delete: (name) => update((secrets) => secrets.delete(name)),
  }
}
