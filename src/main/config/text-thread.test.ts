import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { bundleTextWorker } from '#scripts/text-worker'
import type { ConfigEdit } from '#shared/contract/edits'
import { meanwhile } from './test-pauses.ts'
import { textWorkHere } from './text-jobs.ts'
import { openTextThread } from './text-thread.ts'

// A thread and its bundle: some seconds where the machine is busy.
vi.setConfig({ testTimeout: 60_000 })

let folder = ''
let file = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'text-thread-'))
  file = path.join(folder, 'text-worker.cjs')
  await writeFile(file, await bundleTextWorker())
})
afterAll(() => rm(folder, { recursive: true }))

const warnings: string[] = []
const log = { warn: (text: string) => void warnings.push(text) }
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const work of open.splice(0)) await work.close()
  warnings.length = 0
})

function thread(options: { readonly small?: number; readonly idleMs?: number; readonly file?: string } = {}) {
  const work = openTextThread({ file, log, small: 0, ...options })
  open.push(work)
  return work
}

const tags = (count: number) => Array.from({ length: count }, (_, i) => `      - name: Line.Station_${i}\n`).join('')
const text = (count: number) =>
  `namespace: n\nplcs:\n  - name: P\n    address: h\n    tags:\n${tags(count)}  - name: Q\n    address: i\n`
const writable = (count: number): ConfigEdit[] => {
  const named = Array.from({ length: count }, (_, i) => ({ name: `Line.Station_${i * 3}`, keys: { writable: true } }))
  return [{ kind: 'set-tags', plc: 'P', tags: named }]
}

it('gives what is given here, whatever is asked', async () => {
  const work = thread()
  const [long, edits] = [text(700), writable(100)]
  const csv = 'plc,tag,writable\nP,Line.Station_3,true\nP,Nothing,true\nQ,New,\n'
  const asked = [
    (to: typeof work) => to.read(long, '/c'),
    (to: typeof work) => to.read('namespace: [', '/c'),
    (to: typeof work) => to.change(long, '/c', edits),
    (to: typeof work) => to.change(long, '/c', [{ kind: 'remove-plc', plc: 'R' }]),
    (to: typeof work) => to.preview(long, '/c', edits),
    (to: typeof work) => to.diff(long, text(100)),
    (to: typeof work) => to.import(`${long}web: {}\n`, '/c'),
    (to: typeof work) => to.csv(long, '/c', csv),
    (to: typeof work) => to.csv(long, '/c', `${csv}R,x,`),
  ]
  // All at once: they wait for each other.
  const [there, here] = await Promise.all([
    Promise.all(asked.map((ask) => ask(work))),
    Promise.all(asked.map((ask) => ask(textWorkHere))),
  ])
  expect(there).toEqual(here)
  expect(warnings).toEqual([])
})

it('holds up nothing while 5,000 of 20,000 tags are changed', async () => {
  const work = thread()
  await work.read(text(600), '/c')
  const [long, edits] = [text(20_000), writable(5_000)]
  const { longestMs, totalMs, outcome } = await meanwhile(() => work.change(long, '/c', edits))
  expect(outcome).toMatchObject({ ok: true, parsed: { ok: true } })
  // A ratio, since the machine may be busy: here, all of it would be one pause.
  expect(longestMs).toBeLessThan(totalMs / 3)
})

it('does a small job at once, without a thread', async () => {
  const work = thread({ small: 10_000, file: path.join(folder, 'nothing.cjs') })
  expect(await work.read(text(10), '/c')).toMatchObject({ ok: true })
  expect(warnings).toEqual([])
})

it('says so where its file is not there, and does the job all the same', async () => {
  const work = thread({ file: path.join(folder, 'nothing.cjs') })
  expect(await work.read(text(10), '/c')).toMatchObject({ ok: true })
  expect(await work.read(text(11), '/c')).toMatchObject({ ok: true })
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatch(/nothing\.cjs can not be read.*Install/)
})

it('rejects where the thread ends in a job, and starts another for the next', async () => {
  const dying = path.join(folder, 'dying.cjs')
  await writeFile(dying, `require('node:worker_threads').parentPort.on('message', () => process.exit(3))`)
  const work = thread({ file: dying })
  await expect(work.read(text(10), '/c')).rejects.toThrow(/ended: exit code 3. Nothing was saved/)
  await writeFile(dying, await bundleTextWorker())
  expect(await work.read(text(10), '/c')).toMatchObject({ ok: true })
})

it('ends the thread when there is nothing to do, and starts it again', async () => {
  const [telling, told] = [path.join(folder, 'telling.cjs'), path.join(folder, 'starts')]
  const tell = `require('node:fs').appendFileSync(${JSON.stringify(told)}, 'x');`
  await writeFile(telling, `${tell}${await bundleTextWorker()}`)
  const startsOf = async () => (await readFile(told, 'utf8')).length
  const work = thread({ idleMs: 1, file: telling })
  await vi.waitFor(
    async () => {
      expect(await work.read(text(10), '/c')).toMatchObject({ ok: true })
      expect(await startsOf()).toBeGreaterThan(1)
    },
    { timeout: 15_000 },
  )
  // Where there is always something to do, it stays.
  const busy = thread({ file: telling })
  const before = await startsOf()
  for (let i = 0; i < 5; i++) await busy.read(text(10), '/c')
  expect(await startsOf()).toBe(before + 1)
})
