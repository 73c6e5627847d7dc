import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createVitest } from 'vitest/node'
import { failedFilesReporter } from './failed-files-reporter.ts'

test('names the file whose preparation failed, and no other', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'warlink-failed-files-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const path = join(dir, 'new', 'failed')
  const head = `import { beforeAll, expect, test } from ${JSON.stringify(import.meta.resolve('vitest'))}\n`
  writeFileSync(join(dir, 'bad.test.mjs'), `${head}beforeAll(() => { throw new Error('no') })\ntest('x', () => {})\n`)
  writeFileSync(join(dir, 'good.test.mjs'), `${head}test('x', () => expect(1).toBe(1))\n`)
  const vitest = await createVitest('test', {
    root: dir,
    config: false,
    watch: false,
    include: ['*.test.mjs'],
    reporters: [failedFilesReporter(path)],
  })
  onTestFinished(() => vitest.close())
  const before = process.exitCode
  await vitest.start()
  process.exitCode = before
  expect(readFileSync(path, 'utf8')).toBe('bad.test.mjs\n')
})
