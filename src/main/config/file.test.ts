import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { replaceFile } from './atomic-write.ts'
import { setNamespace, setTag, setWriteMode } from './edits.ts'
import { createConfigFile, openConfigFile, readConfigFile } from './file.ts'
import { parseConfig } from './parse.ts'
import { secretName, secretReference } from './secrets.ts'

const text = `# Factory A, hall 3

namespace: factory-a                    # <-- UNIQUE per instance
colour: red      # not ours

plcs:
  - name: Main PLC
    address: 10.0.0.1   # behind NAT


    tags:
      - {name: Level,   writable: true}
      - name: Speed
mqtt:
  - name: Central
    broker: 'h'
`

const central = { service: 'mqtt', name: 'Central' } as const
const brokerless = text.slice(0, text.indexOf('mqtt:'))

let folder = ''
let file = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'config-'))
  file = path.join(folder, 'config.yaml')
  await writeFile(file, text, { mode: 0o644 })
})
afterEach(() => rm(folder, { recursive: true }))

const firstProblem = async (name: string) => {
  const read = await readConfigFile(name)
  return read.ok ? '' : read.problems[0]?.text
}

describe('reading', () => {
  it('tells a file that is missing, a folder, bytes that are no text, and a file that is too large', async () => {
    expect(await firstProblem(path.join(folder, 'other.yaml'))).toMatch(/other.yaml does not exist.*--config/)
    expect(await firstProblem(folder)).toMatch(/is a folder/)
    const bad = path.join(folder, 'bad.yaml')
    await writeFile(bad, Buffer.from([0x6e, 0xc3, 0x28]))
    expect(await firstProblem(bad)).toMatch(/not UTF-8/)
    await writeFile(bad, Buffer.from('\ufeffnamespace: n', 'utf16le'))
    expect(await firstProblem(bad)).toMatch(/UTF-16/)
    await writeFile(bad, Buffer.alloc(5 * 1024 * 1024 + 1, 0x23))
    expect(await firstProblem(bad)).toMatch(/larger than 5 MB/)
    if (process.platform !== 'win32') expect(await firstProblem('/dev/null')).toMatch(/no regular file/)
  })

  it('reads a file with a byte order mark and CRLF', async () => {
    await writeFile(file, `\uFEFF${text.replaceAll('\n', '\r\n')}`)
    expect(await readConfigFile(file)).toMatchObject({ ok: true, config: { namespace: 'factory-a' } })
  })

  it('takes certificate files from the folder of the configuration', async () => {
    await writeFile(file, 'namespace: n\nmqtt: [{ name: A, broker: h, use_tls: true, ca_file: certs/ca.pem }]\n')
    expect(await readConfigFile(file)).toMatchObject({
      config: { mqtt: [{ ca_file: path.join(folder, 'certs', 'ca.pem') }] },
    })
  })
})

describe('saving', () => {
  it('changes the one value and no other character of the file', async () => {
    const config = await openConfigFile(file)
    expect(await config.save(setNamespace('factory-b'))).toMatchObject({
      kind: 'saved',
      config: { namespace: 'factory-b' },
    })
    expect(await readFile(file, 'utf8')).toBe(text.replace('factory-a                    #', 'factory-b #'))
    expect(config.current).toMatchObject({ ok: true, config: { namespace: 'factory-b' } })
  })

  it('keeps CRLF and the byte order mark', async () => {
    const crlf = `\uFEFF${text.replaceAll('\n', '\r\n')}`
    await writeFile(file, crlf)
    const config = await openConfigFile(file)
    await config.save(setTag('Main PLC', 'Speed', { writable: true }))
    expect(await readFile(file, 'utf8')).toBe(
      crlf.replace('- name: Speed\r\n', '- name: Speed\r\n        writable: true\r\n'),
    )
  })

  it('leaves a file that only its owner can read, and the version before beside it', async () => {
    const config = await openConfigFile(file)
    await config.save(setWriteMode('read-only'))
    expect(await readFile(`${file}.bak`, 'utf8')).toBe(text)
    expect((await readdir(folder)).sort()).toEqual(['config.yaml', 'config.yaml.bak'])
    if (process.platform === 'win32') return
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(`${file}.bak`)).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['plain', 'open sesame'],
    ['quoted', "'open sesame'"],
    ['quoted twice', '"open sesame"'],
    ['with a remark', 'open sesame   # soon in the store'],
  ])('keeps no password beside the file that has moved to a store, written %s', async (_how, written) => {
    const entries = `mqtt:\n  - {name: Other, broker: other, password: other, username: other}\n  - name: Central\n    broker: b\n    password: ${written}\nvalkey:\n  - {name: V, address: v, password: valkey-word}\n`
    await writeFile(file, `${brokerless}${entries}`)
    const config = await openConfigFile(file)
    const stored = entries.replace(written, secretReference(secretName(central)))
    expect(await config.saveText(`${brokerless}${stored}`)).toMatchObject({ kind: 'saved' })
    const former = await readFile(`${file}.bak`, 'utf8')
    expect(former).not.toContain('open sesame')
    expect(former).toBe(
      `${brokerless}${entries}`.replace(written.split('   ')[0] ?? '', `"${secretReference(secretName(central))}"`),
    )
    expect(parseConfig(former, 'former.yaml').ok).toBe(true)
    // Nothing more has moved: the next one is kept as it was.
    expect(await config.save(setWriteMode('read-only'))).toMatchObject({ kind: 'saved' })
    expect(await readFile(`${file}.bak`, 'utf8')).toBe(`${brokerless}${stored}`)
  })

  it('keeps no version before where the password that has moved is not found in it', async () => {
    const entries = 'mqtt:\n  - name: Central\n    broker: b\n    password: >-\n      open\n      sesame\n'
    await writeFile(file, `${brokerless}${entries}`)
    const config = await openConfigFile(file)
    await config.save(setWriteMode('read-only'))
    const stored = (await readFile(file, 'utf8')).replace(
      /password: [\s\S]*$/,
      `password: ${secretReference(secretName(central))}\n`,
    )
    expect(await config.saveText(stored)).toMatchObject({ kind: 'saved' })
    expect((await readdir(folder)).sort()).toEqual(['config.yaml'])
  })

  it.each([
    ['is saved as UTF-16', Buffer.from('\ufeffnamespace: somebody', 'utf16le')],
    ['is no text', Buffer.from([0x6e, 0xc3, 0x28])],
    ['is larger than is read', Buffer.alloc(5 * 1024 * 1024 + 1, 0x23)],
  ])('keeps the version before byte by byte where it %s', async (_how, bytes) => {
    const config = await openConfigFile(file)
    await config.save(setWriteMode('read-only'))
    await writeFile(file, bytes)
    expect(await config.save(setNamespace('factory-b'))).toMatchObject({ kind: 'changed on disk' })
    expect(await config.save(setNamespace('factory-b'), { overwrite: true })).toMatchObject({ kind: 'saved' })
    expect((await readFile(`${file}.bak`)).equals(bytes)).toBe(true)
    if (process.platform !== 'win32') expect((await stat(`${file}.bak`)).mode & 0o777).toBe(0o600)
    expect(await readFile(file, 'utf8')).toContain('factory-b')
  })

  it('keeps no such version where a password has moved to a store, which may be in it', async () => {
    const entries = 'mqtt:\n  - name: Central\n    broker: b\n    password: open sesame\n'
    await writeFile(file, `${brokerless}${entries}`)
    const config = await openConfigFile(file)
    await writeFile(file, Buffer.from(`\ufeff${brokerless}${entries}`, 'utf16le'))
    const stored = entries.replace('open sesame', secretReference(secretName(central)))
    expect(await config.saveText(`${brokerless}${stored}`, { overwrite: true })).toMatchObject({ kind: 'saved' })
    expect((await readdir(folder)).sort()).toEqual(['config.yaml'])
  })

  it('refuses a change that would make a bad configuration, with its problems, and writes nothing', async () => {
    const config = await openConfigFile(file)
    const outcome = await config.save(setNamespace('a/b'))
    expect(outcome).toMatchObject({
      kind: 'invalid',
      problems: expect.arrayContaining([expect.objectContaining({ path: 'namespace', line: 3 })]),
    })
    expect(await readFile(file, 'utf8')).toBe(text)
    expect(await readdir(folder)).toEqual(['config.yaml'])
  })

  it('refuses a change to something that is not there', async () => {
    const config = await openConfigFile(file)
    expect(await config.save(setTag('Main PLC', 'Gone', { writable: true }))).toEqual({
      kind: 'refused',
      error: expect.stringContaining('"Gone"'),
    })
  })

  it('never saves over a change made in the meantime, shows it, and overwrites when told to', async () => {
    const config = await openConfigFile(file)
    await writeFile(file, text.replace('10.0.0.1', '10.0.0.2'))
    const outcome = await config.save(setWriteMode('read-only'))
    expect(outcome.kind === 'changed on disk' && outcome.difference.filter(({ kind }) => kind !== 'same')).toEqual([
      { kind: 'removed', text: '    address: 10.0.0.1   # behind NAT', line: 8 },
      { kind: 'added', text: '    address: 10.0.0.2   # behind NAT', line: 8 },
    ])
    expect(await readFile(file, 'utf8')).toContain('10.0.0.2')
    expect(await config.save(setWriteMode('read-only'), { overwrite: true })).toMatchObject({ kind: 'saved' })
    expect(await readFile(file, 'utf8')).toContain('10.0.0.1')
    expect(await readFile(`${file}.bak`, 'utf8')).toContain('10.0.0.2')
  })

  it('notices a file that was deleted in the meantime', async () => {
    const config = await openConfigFile(file)
    await rm(file)
    expect(await config.save(setWriteMode('read-only'))).toMatchObject({ kind: 'changed on disk' })
  })

  it('makes the change to the newer file after a reload', async () => {
    const config = await openConfigFile(file)
    await writeFile(file, text.replace('10.0.0.1', '10.0.0.2'))
    await config.reload()
    expect(await config.save(setWriteMode('read-only'))).toMatchObject({
      kind: 'saved',
      config: { plcs: [{ address: '10.0.0.2' }] },
    })
  })

  it('loses none of twenty quick saves', async () => {
    const config = await openConfigFile(file)
    const edits = Array.from({ length: 20 }, (_, i) => config.save((doc) => void doc.set(`key${i}`, i) as undefined))
    expect((await Promise.all(edits)).map(({ kind }) => kind)).toEqual(Array(20).fill('saved'))
    const saved = await readFile(file, 'utf8')
    for (let i = 0; i < 20; i++) expect(saved).toContain(`key${i}: ${i}\n`)
  })

  it('lets one of two programs save, and tells the other', async () => {
    const [one, two] = [await openConfigFile(file), await openConfigFile(file)]
    const outcomes = await Promise.all([one.save(setNamespace('one')), two.save(setNamespace('two'))])
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['changed on disk', 'saved'])
  })

  it('tells why it could not save, and leaves the old file', async () => {
    const config = await openConfigFile(file)
    await rm(folder, { recursive: true })
    expect(await config.save(setWriteMode('read-only'))).toMatchObject({
      kind: 'failed',
      error: expect.stringMatching(/config.yaml can not be saved/),
    })
    await mkdir(folder)
  })

  it('follows a link instead of replacing it', async () => {
    if (process.platform === 'win32') return
    const link = path.join(folder, 'link.yaml')
    await symlink(file, link)
    const config = await openConfigFile(link)
    expect(await config.save(setNamespace('factory-b'))).toMatchObject({ kind: 'saved' })
    expect(await readFile(file, 'utf8')).toContain('factory-b')
  })

  it('shows what a change would do without doing it', async () => {
    const config = await openConfigFile(file)
    const preview = config.preview(setTag('Main PLC', 'Level', { writable: false }))
    expect(preview).toMatchObject({ ok: true, text: expect.stringContaining('writable: false') })
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  it('mends a broken file as a whole text', async () => {
    await writeFile(file, 'namespace: "n')
    const config = await openConfigFile(file)
    expect(config.current.ok).toBe(false)
    expect(await config.save(setNamespace('n'))).toMatchObject({ kind: 'refused' })
    expect(await config.saveText('namespace: n\n')).toMatchObject({ kind: 'saved' })
  })
})

describe('replacing a file', () => {
  it('takes over the temporary file of a process that died, and leaves the target alone when nothing could be made', async () => {
    await writeFile(`${file}.new`, 'half')
    await utimes(`${file}.new`, 0, 0)
    expect(await replaceFile(file, async () => 'whole')).toBe(true)
    expect(await readFile(file, 'utf8')).toBe('whole')
    await expect(replaceFile(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await readFile(file, 'utf8')).toBe('whole')
    expect(await readdir(folder)).toEqual(['config.yaml'])
  })
})

describe('a new file', () => {
  it('is made with its folder, and never over an existing one', async () => {
    const fresh = path.join(folder, 'a', 'b', 'config.yaml')
    expect(await createConfigFile(fresh, 'namespace: n\n')).toMatchObject({ kind: 'saved' })
    expect(await createConfigFile(fresh, 'namespace: m\n')).toMatchObject({ kind: 'refused' })
    expect(await readFile(fresh, 'utf8')).toBe('namespace: n\n')
  })

  it('is told when its place can not be written', async () => {
    const blocked = path.join(file, 'config.yaml')
    expect(await createConfigFile(blocked, 'namespace: n\n')).toMatchObject({ kind: 'failed' })
    await chmod(file, 0o600)
  })
})
