import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { meanwhile } from '#main/config/test-pauses'
import { openTextThread } from '#main/config/text-thread'
import { silentLog } from '#main/log'
import { bundleTextWorker } from '#scripts/text-worker'
import type { ConfigEdit } from '#shared/contract/edits'
import { openTestFile, openTestSite, type TestFile, type TestSite } from './test-gateway.ts'

let test: TestSite
let file: TestFile
let folder = ''
const count = 20_000

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'large-site-'))
  await writeFile(join(folder, 'text-worker.cjs'), await bundleTextWorker())
  const work = openTextThread({ file: join(folder, 'text-worker.cjs'), log: silentLog })
  test = await openTestSite()
  const tags = Array.from({ length: count }, (_, i) => `      - name: Line_${i}   # ${i}\n`).join('')
  // Disabled: a simulator that is polled runs in this process, too.
  const text = `namespace: factory-a
plcs:
  - name: Main PLC
    address: 127.0.0.1
    enabled: false
    tags:
${tags}mqtt:
  - {name: Central, broker: one}
`
  file = await openTestFile(test, text, work)
})
afterAll(async () => {
  await file.close()
  await test.close()
  await rm(folder, { recursive: true })
})

it('a change of 5,000 of 20,000 tags holds up the gateway for a small part of the time it takes', async () => {
  const tags = Array.from({ length: 5_000 }, (_, i) => ({ name: `Line_${i + 700}`, keys: { writable: true } }))
  const edits: ConfigEdit[] = [{ kind: 'set-tags', plc: 'Main PLC', tags }]
  const { version } = file.site.now.getState()
  const { outcome, longestMs, totalMs } = await meanwhile(() => file.site.change(edits, { version }))
  expect(outcome).toMatchObject({ kind: 'saved', failed: '', steps: [expect.stringContaining('5000 changed')] })
  const saved = await readFile(file.path, 'utf8')
  const lines = '      - name: Line_699   # 699\n      - name: Line_700   # 700\n        writable: true\n'
  expect(saved.includes(lines)).toBe(true)
  expect(file.site.gateway()?.plcs[0]?.config.tags.filter(({ writable }) => writable)).toHaveLength(5_000)
  // A ratio, since the machine may be busy. Made here, the whole change would be one pause.
  expect(longestMs).toBeLessThan(totalMs / 3)
}, 60_000)
