import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openSecretFile } from '#main/config/secret-file'
import { createSecrets } from './secrets.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'))
})
afterEach(() => rm(folder, { recursive: true }))

type Backend = 'basic_text' | 'gnome_libsecret' | 'unknown'

function open({
  backend = 'gnome_libsecret' as Backend,
  available = true,
  platform = 'linux' as const,
  user = 'me',
} = {}) {
  const warn = vi.fn()
  const mark = `${user}:`
  const store = createSecrets({
    vault: {
      isEncryptionAvailable: () => available,
      getSelectedStorageBackend: () => backend,
      encryptString: (text) => Buffer.from(`${mark}${[...text].reverse().join('')}`),
      decryptString: (bytes) => {
        const text = bytes.toString()
        if (!text.startsWith(mark)) throw new Error('Error while decrypting the ciphertext')
        return [...text.slice(mark.length)].reverse().join('')
      },
    },
    file: join(folder, 'secrets.json'),
    fallback: openSecretFile(join(folder, 'config.yaml.secrets'), () => {}),
    warn,
    platform,
  })
  return { store, warn }
}

test('keeps passwords encrypted by the OS, also over a restart', async () => {
  await open().store.set('mqtt/Central', 'hunter2')
  const { store, warn } = open()
  expect(await store.get('mqtt/Central')).toBe('hunter2')
  expect(await readFile(join(folder, 'secrets.json'), 'utf8')).not.toContain('hunter2')
  expect((await stat(join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600)
  expect(warn).not.toHaveBeenCalled()
  await store.delete('mqtt/Central')
  expect(await store.get('mqtt/Central')).toBeUndefined()
  expect(await store.names()).toEqual([])
})

test('where the OS protects nothing, they are in the file of a server, and a word is said', async () => {
  for (const options of [{ backend: 'basic_text' as const }, { backend: 'unknown' as const }, { available: false }]) {
    const { store, warn } = open(options)
    await store.set('mqtt/Central', 'hunter2')
    expect(store.title).toBe('config.yaml.secrets')
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^passwords: .*config\.yaml\.secrets/))
    expect((await stat(join(folder, 'config.yaml.secrets'))).mode & 0o777).toBe(0o600)
    await expect(stat(join(folder, 'secrets.json'))).rejects.toThrow()
    await store.delete('mqtt/Central')
  }
})

test('finds what a server left beside the configuration; its own comes first', async () => {
  const server = openSecretFile(join(folder, 'config.yaml.secrets'), () => {})
  await server.set('mqtt/Central', 'old')
  const { store } = open()
  expect(await store.get('mqtt/Central')).toBe('old')
  expect(await store.names()).toEqual(['mqtt/Central'])
  await store.set('mqtt/Central', 'new')
  expect(await store.get('mqtt/Central')).toBe('new')
  await store.delete('mqtt/Central')
  expect(await store.get('mqtt/Central'), 'deleted in both').toBeUndefined()
})

test('what was encrypted for somebody else, or a broken file, is told with what to do', async () => {
  await open({ user: 'you' }).store.set('mqtt/Central', 'x')
  await expect(open().store.get('mqtt/Central')).rejects.toThrow(/can't open the secret "mqtt\/Central". Enter it anew/)
  await writeFile(join(folder, 'secrets.json'), '{')
  await expect(open().store.get('mqtt/Central')).rejects.toThrow(/Delete it and enter the passwords anew/)
})

test('names of objects are no secrets', async () => {
  expect(await open().store.get('constructor')).toBeUndefined()
  expect(await open().store.get('__proto__')).toBeUndefined()
})
