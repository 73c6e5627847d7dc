import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '#main/log'
import { openJournal } from './journal.ts'
import type { AnsweredLine } from './journal-lines.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const line = (id: string): AnsweredLine => ({ line: 'answered', id, time: '2026-01-31T12:00:00.000Z' })
const ids = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((row) => (JSON.parse(row) as { id: string }).id)

describe('journal', () => {
  it('writes lines in order, is private, and gives them back when opened again', async () => {
    const path = join(folder, 'j')
    const { journal } = await openJournal({ path, log: silentLog })
    const names = Array.from({ length: 500 }, (_, i) => `r${i}`)
    await Promise.all(names.map((name) => journal.append(line(name))))
    await journal.close()
    expect(ids(await readFile(path, 'utf8'))).toEqual(names)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const again = await openJournal({ path, log: silentLog })
    expect(again.before.map(({ id }) => id)).toEqual(names)
    await again.journal.close()
  })

  it('loses no line that is appended the moment another one is done', async () => {
    const { journal } = await openJournal({ path: join(folder, 'j'), log: silentLog })
    for (let i = 0; i < 200; i++) await journal.append(line(`r${i}`)).then(() => journal.append(line(`s${i}`)))
    await journal.close()
    expect(ids(await readFile(join(folder, 'j'), 'utf8'))).toHaveLength(400)
  })

  it('rotates by size, keeps as many files as asked, and reads over the border', async () => {
    const path = join(folder, 'j')
    const { journal } = await openJournal({ path, maxBytes: 300, keep: 2, log: silentLog })
    for (let i = 0; i < 30; i++) await journal.append(line(`r${i}`))
    await journal.close()
    expect((await readdir(folder)).sort()).toEqual(['j', 'j.1', 'j.2'])
    const newest = ids(await readFile(path, 'utf8'))
    const { before, journal: again } = await openJournal({ path, maxBytes: 300, keep: 2, log: silentLog })
    await again.close()
    expect(before.at(-1)?.id).toBe('r29')
    expect(before.length).toBeGreaterThan(newest.length)
  })

  it('passes over a line that was cut off, and does not glue the next one to it', async () => {
    const path = join(folder, 'j')
    const first = await openJournal({ path, log: silentLog })
    await first.journal.append(line('whole'))
    await first.journal.close()
    await appendFile(path, '{"line":"answered","id":"cut')
    const second = await openJournal({ path, log: silentLog })
    expect(second.before.map(({ id }) => id)).toEqual(['whole'])
    await second.journal.append(line('next'))
    await second.journal.close()
    const third = await openJournal({ path, log: silentLog })
    await third.journal.close()
    expect(third.before.map(({ id }) => id)).toEqual(['whole', 'next'])
  })

  it('says that it can not be written, refuses lines meanwhile, and recovers by itself', async () => {
    const path = join(folder, 'j')
    await mkdir(path)
    const { journal, unread } = await openJournal({ path, log: silentLog })
    expect(unread).toContain('EISDIR')
    expect(journal.problem()).toContain('EISDIR')
    await expect(journal.append(line('lost'))).rejects.toThrow(`journal ${path}: `)
    await rmdir(path)
    await journal.append(line('kept'))
    expect(journal.problem()).toBe('')
    await journal.close()
    await expect(journal.append(line('late'))).rejects.toThrow('closed')
    expect(ids(await readFile(path, 'utf8'))).toEqual(['kept'])
  })
})
