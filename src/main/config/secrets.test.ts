import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Config, MqttConfig } from '#shared/config'
import { parseConfig } from './parse.ts'
import { openSecretFile } from './secret-file.ts'
import { hidden, redact, resolveSecrets, type SecretStore, secretNames } from './secrets.ts'

const posix = process.platform !== 'win32'
const id = { service: 'mqtt', name: 'Central' } as const

function configWith(password: string): Config {
  const parsed = parseConfig(
    `namespace: n\nmqtt:\n  - { name: Central, broker: h, username: u, password: '${password}' }\n`,
    'c.yaml',
  )
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}
const entryWith = (password: string) => configWith(password).mqtt[0] as MqttConfig

const store = (secrets: Record<string, string>): SecretStore => ({
  title: 'the key store',
  get: async (name) => secrets[name],
  set: async () => {},
  delete: async () => {},
  names: async () => Object.keys(secrets),
})

describe('secrets', () => {
  it('come from the file, the environment or the store', async () => {
    const sources = { env: { PW: 'from env' }, store: store({ 'mqtt/Central': 'from store' }) }
    const password = async (text: string) => {
      const resolved = await resolveSecrets(id, entryWith(text), sources)
      return resolved.ok && resolved.value.password
    }
    expect(await password('clear')).toBe('clear')
    expect(await password(`\${PW}`)).toBe('from env')
    expect(await password(`\${secret:mqtt/Central}`)).toBe('from store')
  })

  it('that are missing are told by name, so that only this entry does not start', async () => {
    const resolve = (text: string, sources = { env: {}, store: store({}) }) =>
      resolveSecrets(id, entryWith(text), sources)
    expect(await resolve(`\${PW}`)).toEqual({
      ok: false,
      name: `\${PW}`,
      error: expect.stringMatching(/^mqtt "Central": password: the environment variable PW is not set/),
    })
    expect(await resolve(`\${secret:mqtt/Central}`)).toMatchObject({
      ok: false,
      error: expect.stringContaining('the secret "mqtt/Central" is not in the key store'),
    })
    expect(await resolveSecrets(id, entryWith(`\${secret:x}`), { env: {} })).toMatchObject({
      ok: false,
      error: expect.stringContaining('no store'),
    })
    const failing = { ...store({}), get: () => Promise.reject(new Error('The key ring is locked. Unlock it.')) }
    expect(await resolve(`\${secret:x}`, { env: {}, store: failing })).toMatchObject({
      ok: false,
      error: expect.stringContaining('locked'),
    })
  })

  it('are hidden wherever a configuration is shown, while references stay', () => {
    expect(redact(configWith('hunter2')).mqtt[0]?.password).toBe(hidden)
    expect(JSON.stringify(redact(configWith('hunter2')))).not.toContain('hunter2')
    expect(redact(configWith(`\${PW}`)).mqtt[0]?.password).toBe(`\${PW}`)
  })

  it('that the store must have are listed for an export', () => {
    expect(secretNames(configWith(`\${secret:mqtt/Central}`))).toEqual(['mqtt/Central'])
    expect(secretNames(configWith(`\${PW}`))).toEqual([])
  })
})

describe('the file of secrets', () => {
  let folder = ''
  let file = ''
  const warnings: string[] = []
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'secrets-'))
    file = path.join(folder, 'config.yaml.secrets')
    warnings.length = 0
  })
  afterEach(() => rm(folder, { recursive: true }))
  const open = () => openSecretFile(file, (text) => warnings.push(text))

  it('keeps secrets for its owner only, and loses none of many at once', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `mqtt/${i}`)
    await Promise.all(names.map((name) => open().set(name, `pw: "${name}" # ü`)))
    expect((await open().names()).toSorted()).toEqual(names)
    expect(await open().get('mqtt/3')).toBe('pw: "mqtt/3" # ü')
    await open().delete('mqtt/3')
    expect(await open().get('mqtt/3')).toBeUndefined()
    if (posix) expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('has nothing where it does not exist', async () => expect(await open().get('x')).toBeUndefined())

  it('may be written by hand as YAML', async () => {
    await writeFile(file, '# ours\nmqtt/Central: hunter2\n', { mode: 0o600 })
    expect(await open().get('mqtt/Central')).toBe('hunter2')
  })

  it.runIf(posix)('is refused where every user can read it, and told where its group can', async () => {
    await writeFile(file, 'a: hunter2\n', { mode: 0o600 })
    await chmod(file, 0o644)
    await expect(open().get('a')).rejects.toThrow(/readable by every user.*chmod 600/)
    await chmod(file, 0o640)
    const secrets = open()
    expect([await secrets.get('a'), await secrets.get('a')]).toEqual(['hunter2', 'hunter2'])
    expect(warnings).toEqual([expect.stringMatching(/readable by its group/)])
  })

  it('is refused without a piece of it where it is not names and texts', async () => {
    for (const content of ['hunter2', '- hunter2', 'a: 5', 'a: [hunter2]', 'a: "hunter2', 'a: *hunter2']) {
      await writeFile(file, content, { mode: 0o600 })
      const error = await open()
        .get('a')
        .catch((thrown: Error) => thrown.message)
      expect(error, content).toMatch(/expected names and texts/)
      expect(error).not.toContain('hunter2')
      await expect(open().set('b', 'c')).rejects.toThrow()
      expect(await readFile(file, 'utf8')).toBe(content)
    }
  })
})
