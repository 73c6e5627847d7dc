import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfigFile } from './file.ts'
import type { SecretStore } from './secrets.ts'
import { exportConfig, importConfig } from './transfer.ts'

let folder = ''
let elsewhere = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'transfer-'))
  elsewhere = await mkdtemp(path.join(tmpdir(), 'transfer-from-'))
})
afterEach(async () => {
  for (const one of [folder, elsewhere]) await rm(one, { recursive: true })
})

const text = `namespace: n
mqtt:
  - {name: A, broker: h, username: gw, password: "\${secret:mqtt/A}"}
  - {name: B, broker: i, username: gw, password: "\${secret:mqtt/B}"}
  - {name: C, broker: j, username: "\${USER_C}", password: "\${PASS_C}"}
  - {name: D, broker: k, username: gw, password: clear}
`

function store(secrets: { readonly [name: string]: string }): SecretStore {
  return {
    title: 'key store',
    get: async (name) => {
      if (name === 'mqtt/B') throw new Error('locked')
      return secrets[name]
    },
    set: async () => {},
    delete: async () => {},
    names: async () => Object.keys(secrets),
  }
}

async function exported(target: string, secrets: { readonly [name: string]: string } = { 'mqtt/A': 'one' }) {
  return await exportConfig(target, await written(text), store(secrets))
}

/** What is read of a file with this content. */
async function written(content: string) {
  const source = path.join(elsewhere, 'c.yaml')
  await writeFile(source, content)
  return await readConfigFile(source)
}

describe('a copy for a server', () => {
  it('has the file as it is, and its secrets beside it for its owner alone', async () => {
    const file = path.join(folder, 'new', 'site.yaml')
    const outcome = await exported(file)
    expect(outcome).toEqual({
      kind: 'written',
      files: [file, `${file}.secrets`],
      notes: [
        expect.stringMatching(/^mqtt\/B: not in key store; enter it in site\.yaml\.secrets/),
        expect.stringContaining('in clear'),
        'Set on the server: USER_C, PASS_C.',
      ],
    })
    expect(await readFile(file, 'utf8')).toBe(text)
    expect(JSON.parse(await readFile(`${file}.secrets`, 'utf8'))).toEqual({ 'mqtt/A': 'one' })
    if (process.platform !== 'win32') expect((await stat(`${file}.secrets`)).mode & 0o777).toBe(0o600)
  })

  it('has no file for secrets where there are none', async () => {
    expect(await exported(path.join(folder, 'site.yaml'), {})).toMatchObject({
      files: [path.join(folder, 'site.yaml')],
    })
    expect(await readdir(folder)).toEqual(['site.yaml'])
  })

  it('never touches what is there, neither the file nor its secrets', async () => {
    for (const name of ['site.yaml', 'other.yaml.secrets']) {
      await writeFile(path.join(folder, name), 'mine')
      const target = path.join(folder, name.replace('.secrets', ''))
      expect(await exported(target)).toEqual({ kind: 'failed', error: expect.stringContaining('exists already') })
      expect(await readFile(path.join(folder, name), 'utf8')).toBe('mine')
    }
    expect((await readdir(folder)).sort()).toEqual(['other.yaml.secrets', 'site.yaml'])
  })

  it('is not made of a file that is gone or has mistakes: the first is told', async () => {
    const target = path.join(folder, 'site.yaml')
    const gone = await readConfigFile(path.join(elsewhere, 'gone.yaml'))
    expect(await exportConfig(target, gone, store({}))).toEqual({
      kind: 'failed',
      error: expect.stringMatching(/^nothing was written: .*gone\.yaml does not exist/),
    })
    const broken = await written(text.replace('broker: i', 'broker: "i i"').replace('namespace: n', 'namespace: n!'))
    expect(await exportConfig(target, broken, store({ 'mqtt/A': 'one' }))).toEqual({
      kind: 'failed',
      error: expect.stringMatching(/^nothing was written: .* \(line 1, column 12\)\. Mend the configuration first\.$/),
    })
    expect(await readdir(folder)).toEqual([])
  })

  it('says so where it can not be written', async () => {
    await writeFile(path.join(folder, 'file'), '')
    const outcome = await exported(path.join(folder, 'file', 'site.yaml'))
    expect(outcome).toMatchObject({ kind: 'failed', error: expect.stringMatching(/site\.yaml can not be written/) })
  })
})

describe('an import', () => {
  const foreign = 'namespace: n\nplcs:\n  - name: P\n    address: h\nweb: {port: 1}\n'

  it('of another product says what it wrote out, and saves nothing', async () => {
    const outcome = await importConfig(foreign)
    expect(outcome).toMatchObject({ kind: 'read', notes: ['plcs "P": enabled: false', 'web: removed'], problems: [] })
    expect(outcome.kind === 'read' && outcome.text).toBe(
      'namespace: n\nplcs:\n  - name: P\n    address: h\n    enabled: false\n',
    )
    expect(await readdir(folder)).toEqual([])
  })

  it('tells the mistakes of a file that can be read, and why another can not', async () => {
    expect(await importConfig('namespace: _\n')).toMatchObject({
      kind: 'read',
      notes: [],
      problems: [{ severity: 'error' }],
    })
    expect(await importConfig('a: [')).toMatchObject({
      kind: 'failed',
      error: expect.stringContaining('YAML'),
    })
    expect(await importConfig('')).toMatchObject({ kind: 'failed', error: expect.stringContaining('empty') })
  })
})
