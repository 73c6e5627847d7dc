import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '#main/log'
import type { JournalledRequest } from '#shared/write'
import { type Journal, openJournal } from './journal.ts'
import type { JournalLine } from './journal-lines.ts'
import { type JournalFilter, readJournalPage } from './journal-pages.ts'

let folder = ''
let path = ''
let journal: Journal
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'))
  path = join(folder, 'j')
})
afterEach(async () => {
  await journal?.close()
  await rm(folder, { recursive: true, force: true })
})

const accepted = (id: number, more: object = {}): JournalLine => ({
  line: 'accepted',
  id: `id-${id}`,
  time: new Date(1_700_000_000_000 + id).toISOString(),
  instance: 'i',
  boot: 'b',
  entry: { service: 'mqtt', name: 'Central' },
  broker: 'broker:1883',
  address: 'a/P/write',
  replyTo: 'a/P/write/response',
  plc: 'P',
  tag: `Tag ${id % 3}`,
  value: `${id}`,
  ...more,
})
const outcome = (id: number, more: object = {}): JournalLine => ({
  line: 'outcome',
  id: `id-${id}`,
  time: 't',
  outcome: 'done',
  error: '',
  steps: { checked: 1, sent: 2, ended: 3 },
  ...more,
})
const answered = (id: number): JournalLine => ({ line: 'answered', id: `id-${id}`, time: 't' })

async function write(lines: readonly JournalLine[], maxBytes?: number) {
  const opened = await openJournal({ path, ...(maxBytes === undefined ? {} : { maxBytes }), log: silentLog })
  journal = opened.journal
  for (const line of lines) await journal.append(line)
}

async function all(limit: number, filter: JournalFilter = {}): Promise<readonly JournalledRequest[]> {
  const found: JournalledRequest[] = []
  let before: string | undefined
  do {
    const page = await readJournalPage(path, { limit, filter, ...(before === undefined ? {} : { before }) })
    expect(page.error).toBe('')
    expect(page.requests.length).toBeLessThanOrEqual(limit)
    found.push(...page.requests)
    before = page.next
  } while (before !== undefined)
  return found
}

describe('pages of the journal', () => {
  it('give each request once, newest first, complete, whatever the size of the pages and of the files', async () => {
    const lines: JournalLine[] = []
    // The outcome stands three requests later, so that pages end between the two.
    for (let id = 0; id < 300; id++) {
      lines.push(accepted(id))
      if (id >= 3) lines.push(outcome(id - 3), answered(id - 3))
    }
    await write(lines, 20_000)
    for (const limit of [1, 7, 500]) {
      const found = await all(limit)
      expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 300 }, (_, i) => `id-${299 - i}`))
      // In the newest three nothing is missing but what is under way; at the joint of two files an outcome may be.
      const open = found.filter((request) => request.outcome === undefined)
      expect(open.slice(0, 3).map(({ id }) => id)).toEqual(['id-299', 'id-298', 'id-297'])
    }
  })

  it('show what became of a request, with all of it on one line', async () => {
    await write([
      accepted(1, { requestId: 'r' }),
      outcome(1, { before: '4' }),
      answered(1),
      accepted(2),
      outcome(2, { outcome: 'refused', error: 'tag is not writable', check: 'writable', steps: { ended: 1 } }),
      { line: 'undelivered', id: 'id-2', time: 't', error: 'away' },
    ])
    const [second, first] = await all(10)
    expect(first).toMatchObject({
      requestId: 'r',
      outcome: 'done',
      before: '4',
      answer: 'answered',
      steps: { sent: 2 },
    })
    expect(first?.trace).toBe(
      '2023-11-14T22:13:20.001Z mqtt "Central" at broker:1883, a/P/write; P/Tag 1 = 1 (request_id r); before 4; checked +1 ms; sent to the PLC +2 ms; done +3 ms; answer answered; id-1',
    )
    expect(second).toMatchObject({
      outcome: 'refused',
      check: 'writable',
      error: 'tag is not writable',
      answer: 'undelivered',
    })
  })

  it('filter by text, PLC, entry and outcome', async () => {
    const valkey = { entry: { service: 'valkey', name: 'Cache' } }
    await write([
      accepted(1),
      outcome(1),
      accepted(2, { plc: 'Press' }),
      accepted(3, valkey),
      outcome(3, { outcome: 'refused', error: 'NOT writable' }),
    ])
    const ids = async (filter: JournalFilter) => (await all(2, filter)).map(({ id }) => id)
    expect(await ids({ plc: 'Press' })).toEqual(['id-2'])
    expect(await ids({ entry: { service: 'valkey', name: 'Cache' } })).toEqual(['id-3'])
    expect(await ids({ outcomes: ['done'] })).toEqual(['id-1'])
    expect(await ids({ text: 'not WRIT' })).toEqual(['id-3'])
    expect(await ids({ text: 'a/p/write' })).toEqual(['id-3', 'id-2', 'id-1'])
  })

  it('pass over lines that are cut off or edited, and say nothing is there where there is no file', async () => {
    expect(await all(5)).toEqual([])
    await write([accepted(1)])
    await appendFile(path, 'rubbish\n{"line":"accepted","id":"cut')
    expect((await all(5)).map(({ id }) => id)).toEqual(['id-1'])
    expect(await readJournalPage(path, { limit: 5, filter: {}, before: 'nonsense' })).toMatchObject({ error: '' })
    expect((await readJournalPage(folder, { limit: 5, filter: {} })).error).toContain(folder)
  })

  it('go on where they were while the journal grows and is rotated', async () => {
    await write(
      Array.from({ length: 50 }, (_, id) => accepted(id)),
      5_000,
    )
    const first = await readJournalPage(path, { limit: 5, filter: {} })
    for (let id = 50; id < 70; id++) await journal.append(accepted(id))
    const second = await readJournalPage(path, { limit: 5, filter: {}, ...(first.next ? { before: first.next } : {}) })
    expect(second.requests.map(({ id }) => id)).toEqual(['id-44', 'id-43', 'id-42', 'id-41', 'id-40'])
  })

  it('read lines longer than a piece', async () => {
    const value = JSON.stringify('ü'.repeat(100_000))
    await write([accepted(1), accepted(2, { value }), accepted(3)])
    const found = await all(1)
    expect(found.map(({ id }) => id)).toEqual(['id-3', 'id-2', 'id-1'])
    expect(found[1]?.value).toBe(`${value.slice(0, 2_000)}…`)
  })
})
