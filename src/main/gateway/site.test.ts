import { readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConfigEdit } from '#shared/contract/edits'
import { openTestFile, openTestSite, type TestFile, type TestSite, until } from './test-gateway.ts'
import { setWriteMode } from './write-mode.ts'

let test: TestSite
const files: TestFile[] = []
beforeEach(async () => {
  test = await openTestSite()
})
afterEach(async () => {
  for (const file of files.splice(0)) await file.close()
  await test.close()
})

const text = (port: number) => `# kept
namespace: factory-a
poll_rate: 250ms
plcs:
  - name: Main PLC
    address: 127.0.0.1:${port}
    timeout: 1s
    tags:
      - {name: Test_DINT, writable: true, alias: Set} # the set-point
      - {name: Test_SINT}
mqtt:
  - {name: Central, broker: one}
`

async function open(content: string | undefined): Promise<TestFile> {
  const file = await openTestFile(test, content)
  files.push(file)
  return file
}

const setTag = (name: string, keys: object): ConfigEdit => ({
  kind: 'set-tags',
  plc: 'Main PLC',
  tags: [{ name, keys }],
})
const stateOf = ({ site }: TestFile) => site.now.getState().state.kind
const versionOf = ({ site }: TestFile) => site.now.getState().version

describe('site', () => {
  it('runs a good file, saves a change with its comments, and applies it', async () => {
    const simulator = await test.plc()
    const file = await open(text(simulator.port))
    expect(stateOf(file)).toBe('running')
    const outcome = await file.site.change([setTag('Test_SINT', { alias: 'Small' })], { version: versionOf(file) })
    expect(outcome).toMatchObject({
      kind: 'saved',
      steps: ['Main PLC: tags 1 changed, without reconnecting'],
      failed: '',
      version: versionOf(file),
    })
    const saved = await readFile(file.path, 'utf8')
    expect(saved).toContain('# the set-point')
    expect(saved).toContain('{name: Test_SINT, alias: Small}')
    await until(() => test.retained('factory-a/Main PLC/tags/Small') !== undefined, 'published under its alias')
  })

  it('takes two quick changes made for the same version, and refuses one made for a file it never had', async () => {
    const file = await open(text((await test.plc()).port))
    const version = versionOf(file)
    const outcomes = await Promise.all([
      file.site.change([setTag('Test_SINT', { alias: 'One' })], { version }),
      file.site.change([setTag('Test_DINT', { alias: 'Two' })], { version }),
    ])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['saved', 'saved'])
    expect(await readFile(file.path, 'utf8')).toMatch(/Two[\s\S]*One/)
    expect(await file.site.change([setTag('Test_SINT', {})], { version: 'f'.repeat(64) })).toMatchObject({
      kind: 'refused',
    })
  })

  it('leaves the old gateway running for a change that would be bad, and for a file that was made bad', async () => {
    const simulator = await test.plc()
    const file = await open(text(simulator.port))
    const gateway = file.site.gateway()
    const before = await readFile(file.path, 'utf8')
    const bad = await file.site.change([{ kind: 'set', keys: { namespace: 'a/b' } }], { version: versionOf(file) })
    expect(bad).toMatchObject({ kind: 'invalid', problems: [{ path: 'namespace', line: 2 }] })
    expect(await readFile(file.path, 'utf8')).toBe(before)
    await writeFile(file.path, 'namespace: [\n')
    expect(await file.site.reload()).toMatchObject({ kind: 'invalid' })
    expect(stateOf(file)).toBe('running')
    expect(file.site.now.getState().problems[0]).toMatchObject({ severity: 'error' })
    expect(file.site.gateway()).toBe(gateway)
    simulator.set('Test_SINT', 55)
    await until(() => test.retained('factory-a/Main PLC/tags/Test_SINT')?.value === 55, 'the old one goes on')
  })

  it('does not save over a change somebody else made, and shows it', async () => {
    const file = await open(text((await test.plc()).port))
    await writeFile(file.path, `${await readFile(file.path, 'utf8')}# somebody else\n`)
    const edits = [setTag('Test_SINT', { alias: 'Mine' })]
    expect(await file.site.change(edits, { version: versionOf(file) })).toMatchObject({
      kind: 'changed-on-disk',
      difference: expect.arrayContaining([expect.objectContaining({ kind: 'added', text: '# somebody else' })]),
    })
    expect(await file.site.reload()).toMatchObject({ kind: 'saved', steps: [] })
    expect(await file.site.change(edits, { version: versionOf(file) })).toMatchObject({ kind: 'saved' })
    expect(await readFile(file.path, 'utf8')).toContain('# somebody else')
  })

  it('imports tags over a change somebody else made only where that is asked for', async () => {
    const file = await open(text((await test.plc()).port))
    await writeFile(file.path, `${await readFile(file.path, 'utf8')}# somebody else\n`)
    const csv = 'plc,tag,alias\nMain PLC,Test_SINT,Small\n'
    expect(await file.site.importTags(csv, { dryRun: false })).toMatchObject({
      outcome: {
        kind: 'changed-on-disk',
        difference: expect.arrayContaining([expect.objectContaining({ kind: 'added', text: '# somebody else' })]),
      },
    })
    expect(await file.site.importTags(csv, { dryRun: false, overwrite: true })).toMatchObject({
      outcome: { kind: 'saved' },
    })
    expect(await readFile(file.path, 'utf8')).not.toContain('# somebody else')
    expect(await readFile(`${file.path}.bak`, 'utf8')).toContain('# somebody else')
  })

  it('starts without a file, makes one, and runs it', async () => {
    const simulator = await test.plc()
    const file = await open(undefined)
    expect(stateOf(file)).toBe('no-file')
    expect(file.site.now.getState().problems).toEqual([])
    const edits: ConfigEdit[] = [
      { kind: 'set', keys: { namespace: 'factory-n', poll_rate: '250ms' } },
      { kind: 'add-plc', plc: { name: 'Main PLC', address: `127.0.0.1:${simulator.port}` } },
      { kind: 'add-tags', plc: 'Main PLC', tags: [{ name: 'Test_DINT', writable: true }] },
      { kind: 'add-entry', service: 'mqtt', entry: { name: 'Central', broker: 'one' } },
      { kind: 'set-password', entry: { service: 'mqtt', name: 'Central' }, password: 'geheim' },
    ]
    expect(await file.site.create({ edits: edits.slice(1) })).toMatchObject({ kind: 'invalid' })
    expect(file.secrets.size).toBe(0)
    expect(await file.site.create({ edits })).toMatchObject({ kind: 'saved', failed: '' })
    expect(stateOf(file)).toBe('running')
    expect([...file.secrets]).toEqual([['mqtt/Central', 'geheim']])
    const saved = await readFile(file.path, 'utf8')
    expect(saved).toContain(`\${secret:mqtt/Central}`)
    expect(saved).not.toContain('geheim')
    await until(() => test.retained('factory-n/Main PLC/tags/Test_DINT') !== undefined, 'published')
    expect(await file.site.create({ edits })).toMatchObject({ kind: 'refused' })
  })

  it('tells a broken file with its places, and runs it once it is mended', async () => {
    const simulator = await test.plc()
    const file = await open('namespace: factory-a\nplcs:\n  - {name: P}\n')
    expect(stateOf(file)).toBe('broken')
    expect(file.site.gateway()).toBeUndefined()
    expect(file.site.now.getState().problems[0]).toMatchObject({ line: 3, path: 'plcs[0].address' })
    await writeFile(file.path, text(simulator.port))
    expect(await file.site.reload()).toMatchObject({ kind: 'saved', failed: '' })
    expect(stateOf(file)).toBe('running')
  })

  it('takes a password back from the key store where the file was not saved', async () => {
    const file = await open(text((await test.plc()).port))
    const entry = { service: 'mqtt', name: 'Central' } as const
    const password: ConfigEdit = { kind: 'set-password', entry, password: 'neu' }
    file.secrets.set('mqtt/Central', 'alt')
    const bad: ConfigEdit = { kind: 'set', keys: { namespace: '' } }
    expect(await file.site.change([password, bad], { version: versionOf(file) })).toMatchObject({ kind: 'invalid' })
    expect(file.secrets.get('mqtt/Central')).toBe('alt')
    expect(await file.site.change([password], { version: versionOf(file) })).toMatchObject({
      kind: 'saved',
      steps: ['mqtt "Central": takes no more requests and ends', 'mqtt "Central": connects'],
    })
    expect(file.secrets.get('mqtt/Central')).toBe('neu')
  })

  it('keeps the password of a new entry beside that of one that was renamed', async () => {
    const file = await open(text((await test.plc()).port))
    const set = (name: string, password: string): ConfigEdit => ({
      kind: 'set-password',
      entry: { service: 'mqtt', name },
      password,
    })
    const change = (...edits: ConfigEdit[]) => file.site.change(edits, { version: versionOf(file) })
    const entry = { service: 'mqtt', name: 'Central' } as const
    expect(await change(set('Central', 'of the plant'))).toMatchObject({ kind: 'saved' })
    expect(await change({ kind: 'rename-entry', entry, to: 'Plant' })).toMatchObject({ kind: 'saved' })
    const added = { name: 'Central', broker: 'two', enabled: false }
    const add: ConfigEdit = { kind: 'add-entry', service: 'mqtt', entry: added }
    expect(await change(add, set('Central', 'of the new one'))).toMatchObject({ kind: 'saved' })
    const passwords = () =>
      Object.fromEntries(
        (file.site.now.getState().config?.mqtt ?? []).map(({ name, password = '' }) => [
          name,
          file.secrets.get(/secret:(.*)}/.exec(password)?.[1] ?? ''),
        ]),
      )
    expect(passwords()).toEqual({ Plant: 'of the plant', Central: 'of the new one' })
    expect(await change(set('Plant', 'changed'), set('Central', 'changed, too'))).toMatchObject({ kind: 'saved' })
    expect(passwords()).toEqual({ Plant: 'changed', Central: 'changed, too' })
    expect([...file.secrets.keys()].sort()).toEqual(['mqtt/Central', 'mqtt/Central-2'])
  })

  it('shows what a change would do without doing it', async () => {
    const file = await open(text((await test.plc()).port))
    const before = await readFile(file.path, 'utf8')
    const preview = await file.site.preview([{ kind: 'set', keys: { namespace: 'factory-b' } }])
    expect(preview).toMatchObject({
      error: '',
      problems: [],
      steps: ['mqtt "Central": takes no more requests and ends', 'mqtt "Central": connects'],
    })
    expect(preview.difference).toContainEqual({ kind: 'added', text: 'namespace: factory-b', line: 2 })
    expect((await file.site.preview([{ kind: 'remove-plc', plc: 'Nobody' }])).error).toContain('Nobody')
    expect((await file.site.preview([{ kind: 'set', keys: { namespace: '_' } }])).problems).toHaveLength(1)
    expect(await readFile(file.path, 'utf8')).toBe(before)
  })

  it('says why a gateway could not be started, and starts it at the next change', async () => {
    const simulator = await test.plc()
    const file = await open(undefined)
    file.breakStart()
    expect(await file.site.create({ text: text(simulator.port) })).toMatchObject({
      kind: 'saved',
      failed: expect.stringMatching(/broken for the test.*Look at the log/),
    })
    expect(stateOf(file)).toBe('failed')
    expect(await file.site.reload()).toMatchObject({ kind: 'saved', failed: '' })
    expect(stateOf(file)).toBe('running')
  })

  it('switches the write mode at once and in the file; read-only counts also where the file can not be saved', async () => {
    const file = await open(text((await test.plc()).port))
    const mode = () => file.site.gateway()?.writeMode.getState()
    expect(await setWriteMode(file.site, 'read-only')).toMatchObject({ kind: 'saved' })
    expect(await readFile(file.path, 'utf8')).toContain('write_mode: read-only')
    expect(mode()).toBe('read-only')
    expect(await setWriteMode(file.site, 'armed')).toMatchObject({ kind: 'saved' })
    expect(mode()).toBe('armed')
    await writeFile(file.path, `${await readFile(file.path, 'utf8')}# somebody else\n`)
    expect(await setWriteMode(file.site, 'read-only')).toMatchObject({
      kind: 'failed',
      error: expect.stringContaining('Writes are blocked now'),
    })
    expect(mode()).toBe('read-only')
    expect(await setWriteMode(file.site, 'armed')).toMatchObject({ kind: 'changed-on-disk' })
    expect(mode()).toBe('read-only')
  })

  it('ends the gateway for good, also in the middle of a change', async () => {
    const file = await open(text((await test.plc()).port))
    await until(() => test.broker.connections() === 1, 'connected')
    const changing = file.site.change([{ kind: 'set', keys: { namespace: 'factory-b' } }], { version: versionOf(file) })
    await file.site.stop()
    await changing
    expect(stateOf(file)).toBe('stopped')
    expect(test.broker.connections()).toBe(0)
  })
})
