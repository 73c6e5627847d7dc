import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest'
import { silentLog } from '#main/log'
import { openJournal } from './journal.ts'
import type { AnsweredLine } from './journal-lines.ts'
import { onSmallDisk } from './test-small-disk.ts'

const page = 4_096
const line = (id: string): AnsweredLine => ({ line: 'answered', id, time: '2026-01-31T12:00:00.000Z' })

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

onSmallDisk('journal on a full disk', (disk, unmount) => {
  afterAll(unmount)
  afterEach(() => disk.free())

  it('keeps nothing of the lines that it refused, and goes on when there is room', async () => {
    const path = join(disk.folder, 'refused')
    const { journal } = await openJournal({ path, log: silentLog })
    await journal.append(line('first'))
    await disk.fill()
    // More than fits: some of them whole, one torn.
    const names = Array.from({ length: 200 }, (_, i) => `r${i}`)
    const ends = await Promise.allSettled(names.map((name) => journal.append(line(name))))
    const written = names.filter((_, i) => ends[i]?.status === 'fulfilled')
    expect(written.length).toBeLessThan(100)
    expect(journal.problem()).toContain('ENOSPC')
    const there = await openJournal({ path, log: silentLog })
    await there.journal.close()
    expect(there.before.map(({ id }) => id)).toEqual(['first', ...written])
    await disk.free()
    await journal.append(line('next'))
    await journal.close()
    const again = await openJournal({ path, log: silentLog })
    await again.journal.close()
    expect(again.before.map(({ id }) => id)).toEqual(['first', ...written, 'next'])
  })

  it('counts as writable again when there is room for lines, also while nobody writes any', async () => {
    const refused = async (path: string) => {
      const { journal } = await openJournal({ path, log: silentLog })
      await journal.append(line('first'))
      await disk.fill()
      await expect(journal.append(line('x'.repeat(page)))).rejects.toThrow('ENOSPC')
      vi.advanceTimersByTime(60_000)
      return journal
    }
    const full = await refused(join(disk.folder, 'full'))
    full.problem()
    // Waits for the attempt that this began.
    await full.close()
    expect(full.problem()).toContain('ENOSPC')
    await disk.free()

    const path = join(disk.folder, 'freed')
    const freed = await refused(path)
    await disk.free()
    await vi.waitFor(() => expect(freed.problem()).toBe(''))
    await freed.close()
    expect(await readFile(path, 'utf8')).toBe(`${JSON.stringify(line('first'))}\n`)
  })

  it('glues nothing to a torn line of before that could not be ended at first', async () => {
    const path = join(disk.folder, 'torn')
    const torn = '{"line":"answered","id":"'
    await writeFile(path, torn.padEnd(page, 'x'))
    await disk.fill()
    const { journal } = await openJournal({ path, log: silentLog })
    expect(journal.problem()).toContain('ENOSPC')
    // Tried again while the disk is still full, and then with room.
    vi.advanceTimersByTime(60_000)
    journal.problem()
    await disk.free()
    await journal.append(line('next'))
    expect(journal.problem()).toBe('')
    await journal.close()
    const rows = (await readFile(path, 'utf8')).split('\n').slice(1, -1)
    expect(rows).toEqual([JSON.stringify(line('next'))])
  })
})
