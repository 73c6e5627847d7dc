import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '#main/log'
import { openJournal } from './journal.ts'
import type { AnsweredLine } from './journal-lines.ts'

/** Files that another program has open, as on Windows. */
const held = new Set<string>()
vi.mock(import('node:fs/promises'), async (original) => {
  const fs = await original()
  return {
    ...fs,
    rename: async (from, to) => {
      if (held.has(String(from))) throw Object.assign(new Error(`EBUSY: resource busy or locked, rename '${from}'`))
      await fs.rename(from, to)
    },
  }
})

let folder = ''
let path = ''
let told: string[] = []
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  folder = await mkdtemp(join(tmpdir(), 'rotation-'))
  path = join(folder, 'j')
  told = []
})
afterEach(async () => {
  vi.useRealTimers()
  held.clear()
  await rm(folder, { recursive: true, force: true })
})

const maxBytes = 1_000
const log = { ...silentLog, warn: (text: string) => told.push(text), info: (text: string) => told.push(text) }
const line = (id: string): AnsweredLine => ({ line: 'answered', id, time: '2026-01-31T12:00:00.000Z' })
const full = 'x'.repeat(maxBytes - 1)
const archive = async () =>
  Object.fromEntries(
    await Promise.all(
      (await readdir(folder)).sort().map(async (name) => [name, (await readFile(join(folder, name), 'utf8')).trim()]),
    ),
  ) as Record<string, string>

describe('rotation of the journal', () => {
  it('loses one file at most when the newest can not be moved, however often it is tried, and makes it good later', async () => {
    for (let i = 1; i <= 3; i++) await writeFile(`${path}.${i}`, `old ${i}`)
    await writeFile(path, `${full}\n`)
    held.add(path)
    const { journal } = await openJournal({ path, maxBytes, keep: 3, log })
    const ids = Array.from({ length: 5 }, (_, i) => `r${i}`)
    for (const id of ids) {
      await journal.append(line(id))
      vi.advanceTimersByTime(10 * 60_000)
    }
    expect(journal.problem()).toBe('')
    const lines = [full, ...ids.map((id) => JSON.stringify(line(id)))].join('\n')
    expect(await archive()).toEqual({ j: lines, 'j.2': 'old 1', 'j.3': 'old 2' })
    expect(told).toEqual([expect.stringContaining(`journal ${path}: can't be rotated (EBUSY`)])

    held.clear()
    await journal.append(line('next'))
    await journal.close()
    expect(await archive()).toEqual({ j: JSON.stringify(line('next')), 'j.1': lines, 'j.2': 'old 1', 'j.3': 'old 2' })
    expect(told.slice(1)).toEqual([`journal ${path}: is rotated again`])
  })

  it('loses nothing when an older file can not be moved', async () => {
    for (let i = 1; i <= 2; i++) await writeFile(`${path}.${i}`, `old ${i}`)
    await writeFile(path, `${full}\n`)
    held.add(`${path}.1`)
    const { journal } = await openJournal({ path, maxBytes, keep: 9, log })
    for (let i = 0; i < 5; i++) {
      await journal.append(line(`r${i}`))
      vi.advanceTimersByTime(10 * 60_000)
    }
    await journal.close()
    expect(await archive()).toMatchObject({ 'j.1': 'old 1', 'j.3': 'old 2' })
    expect((await archive()).j).toContain('"r4"')
  })

  it('takes no line into a file that has grown far too large, says why, and goes on when it can be moved', async () => {
    // A folder in its way: there is no number free, and it can't be removed as a file.
    await mkdir(`${path}.1`)
    await writeFile(path, `${'x'.repeat(10 * maxBytes)}\n`)
    const { journal } = await openJournal({ path, maxBytes, keep: 1, log })
    expect(journal.problem()).toContain("can't be rotated")
    await expect(journal.append(line('lost'))).rejects.toThrow("can't be rotated")
    await rmdir(`${path}.1`)
    await journal.append(line('kept'))
    expect(journal.problem()).toBe('')
    await journal.close()
    expect((await archive()).j).toBe(JSON.stringify(line('kept')))
  })
})
