import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { MonitorMessage } from '#shared/monitor'
import { createRecorder } from './record.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'record-'))
})
afterEach(() => rm(folder, { recursive: true }))

const message: MonitorMessage = {
  seq: 7,
  at: Date.UTC(2026, 0, 2),
  entry: { service: 'mqtt', name: 'Central' },
  direction: 'in',
  kind: 'request',
  owner: 'own',
  address: 'n/P/write',
  size: 2,
  retained: true,
  preview: '{}',
}
const lines = async (file: string) =>
  (await readFile(file, 'utf8')).split('\n').flatMap((line): unknown[] => (line === '' ? [] : [JSON.parse(line)]))

it('writes a line for each message: text as text, anything else in base 64', async () => {
  const recorder = createRecorder()
  const file = path.join(folder, 'a.jsonl')
  recorder.write(message, Buffer.from('before'))
  await recorder.start(file)
  recorder.write(message, Buffer.from('{"tag":"Ü"}\n'))
  recorder.write({ ...message, key: 'k' }, Uint8Array.of(0xff, 0))
  expect(await recorder.stop()).toEqual({ kind: 'off' })
  recorder.write(message, Buffer.from('after'))
  expect(await lines(file)).toEqual([
    {
      time: '2026-01-02T00:00:00.000Z',
      entry: message.entry,
      direction: 'in',
      kind: 'request',
      owner: 'own',
      address: 'n/P/write',
      size: 2,
      retained: true,
      payload: '{"tag":"Ü"}\n',
    },
    expect.objectContaining({ key: 'k', base64: '/wA=' }),
  ])
})

it('begins a new file each time, and one at a time', async () => {
  const recorder = createRecorder()
  const file = path.join(folder, 'a.jsonl')
  await recorder.start(file)
  await expect(recorder.start(path.join(folder, 'b.jsonl'))).rejects.toThrow(/running already\. Stop it first/)
  await recorder.stop()
  await expect(recorder.start(file)).rejects.toThrow(/a\.jsonl exists already/)
  await expect(recorder.start(path.join(folder, 'none', 'c.jsonl'))).rejects.toThrow(/can not be written.*folder/)
  await recorder.start(path.join(folder, 'b.jsonl'))
  expect(recorder.state.getState()).toMatchObject({ kind: 'on', messages: 0 })
  await recorder.stop()
})

it('ends by itself at its limits, with what was written up to then', async () => {
  const few = createRecorder({ bytes: 400, waiting: 1_000_000 })
  const file = path.join(folder, 'few.jsonl')
  await few.start(file)
  for (let i = 0; i < 10; i++) few.write(message, Buffer.from('x'.repeat(50)))
  expect(few.state.getState()).toMatchObject({ kind: 'ended', why: expect.stringContaining('400 bytes are reached') })
  const { messages } = { messages: 0, ...few.state.getState() }
  expect(messages).toBeGreaterThan(0)
  expect(messages).toBeLessThan(10)
  // A new one may begin: by then the old file has all of its lines.
  await few.start(path.join(folder, 'next.jsonl'))
  await few.stop()
  expect(await lines(file)).toHaveLength(messages)

  const slow = createRecorder({ bytes: 1_000_000_000, waiting: 1_000 })
  await slow.start(path.join(folder, 'slow.jsonl'))
  for (let i = 0; i < 100; i++) slow.write(message, Buffer.from('x'.repeat(500)))
  expect(slow.state.getState()).toMatchObject({ kind: 'ended', why: expect.stringContaining('the disk is too slow') })
})
