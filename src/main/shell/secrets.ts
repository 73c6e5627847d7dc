/**
 * Passwords in the desktop: encrypted by the OS where it really protects them (the user's login opens its key store),
 * else in a 0600 file beside the configuration, as on a server, and a word about it.
 */
import { readFile } from 'node:fs/promises'
import type { SafeStorage } from 'electron'
import { z } from 'zod'
import { replaceFile } from '#main/config/atomic-write'
import type { KeyStore } from '#main/host'
import { isCode } from '#main/whole-file'

type Vault = Pick<
  SafeStorage,
  'isEncryptionAvailable' | 'encryptString' | 'decryptString' | 'getSelectedStorageBackend'
>

/** Why the OS does not protect secrets here; '' where it does. Only known once the application is ready. */
export function vaultProblem(vault: Vault, platform: NodeJS.Platform = process.platform): string {
  if (!vault.isEncryptionAvailable()) return 'this computer has no key store that can be used'
  // Electron would encrypt with a password that stands in its source.
  if (platform === 'linux' && ['basic_text', 'unknown'].includes(vault.getSelectedStorageBackend()))
    return 'this desktop has no key ring (GNOME Keyring or KWallet)'
  return ''
}

export interface SecretsOptions {
  readonly vault: Vault
  /** Where the encrypted texts are. */
  readonly file: string
  /** The store of a server, `‹config›.secrets`: read where the key store has nothing, used where there is none. */
  readonly fallback: KeyStore
  warn(text: string): void
  readonly platform?: NodeJS.Platform
}

const schema = z.record(z.string(), z.string())

export function createSecrets({ vault, file, fallback, warn, platform = process.platform }: SecretsOptions): KeyStore {
  const problem = vaultProblem(vault, platform)
  if (problem) {
    warn(`passwords: ${problem}, so they are kept in ${fallback.title}, readable for you alone`)
    return fallback
  }
  const title = platform === 'win32' ? 'the key store of Windows' : "the key store of this computer's user"

  /** Names and encrypted texts. Rejects where the file is there and can't be read. */
  async function read(): Promise<Map<string, string>> {
    try {
      return new Map(Object.entries(schema.parse(JSON.parse(await readFile(file, 'utf8')))))
    } catch (error) {
      if (isCode(error, 'ENOENT')) return new Map()
      throw new Error(`${title}: ${file} can't be read. Delete it and enter the passwords anew.`, { cause: error })
    }
  }
  async function update(change: (secrets: Map<string, string>) => void) {
    await replaceFile(file, async () => {
      const secrets = await read()
      change(secrets)
      return JSON.stringify(Object.fromEntries(secrets))
    })
  }
  function decrypt(name: string, text: string): string {
    try {
      return vault.decryptString(Buffer.from(text, 'base64'))
    } catch (error) {
      // It was encrypted for another user, or on another computer.
      throw new Error(`${title} can't open the secret "${name}". Enter it anew.`, { cause: error })
    }
  }
  return {
    title,
    get: async (name) => {
      const text = (await read()).get(name)
      return text === undefined ? await fallback.get(name) : decrypt(name, text)
    },
    set: (name, value) => update((secrets) => secrets.set(name, vault.encryptString(value).toString('base64'))),
    delete: async (name) => {
      await update((secrets) => secrets.delete(name))
      if ((await fallback.names()).includes(name)) await fallback.delete(name)
    },
    names: async () => [...new Set([...(await read()).keys(), ...(await fallback.names())])],
  }
}
