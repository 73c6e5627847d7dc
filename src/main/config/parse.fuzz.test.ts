import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fuzz, mutate, random } from '#scripts/fuzz/config-mutations'
import { setKeys } from './edits.ts'
import { edited } from './file.ts'
import { parseConfig } from './parse.ts'

const read = (name: string) => readFileSync(new URL(`./fixtures/${name}.yaml`, import.meta.url), 'utf8')

it('reads a file with every key', () => {
  const parsed = parseConfig(read('every-key'), 'c.yaml')
  expect(parsed.ok ? parsed.warnings : parsed.problems).toEqual([])
})

const short =
  'namespace: n\nplcs:\n  - name: P\n    address: h\n    tags: [{ name: T }]\nkafka:\n  - { name: K, brokers: [h] }\n'

it('gives a good configuration or problems with a place for 8,000 mutated files, and never throws or hangs', () => {
  // Mostly short files, for time; `scripts/fuzz/config.ts` reads a million longer ones.
  const longer = ['guide-selectors', 'guide-selectors', 'guide-factory-a', 'every-key'].map(read)
  const seen = fuzz([...Array<string>(16).fill(short), ...longer], 8_000, 20_261_124)
  // Both ways are taken often, so that neither promise is empty.
  expect(seen.configurations).toBeGreaterThan(800)
  expect(seen.refused).toBeGreaterThan(800)
}, 240_000)

it('an edit of any file that loads changes what it says and nothing else', () => {
  const next = random(7)
  const texts = ['guide-factory-a', 'every-key'].map(read)
  let edits = 0
  for (let i = 0; i < 1_500; i++) {
    const text = mutate(texts[i % texts.length] ?? '', next)
    const before = parseConfig(text, 'c.yaml')
    if (!before.ok) continue
    const made = edited(text, setKeys({ site: `Hall ${i}`, write_mode: 'read-only' }))
    const after = made.ok ? parseConfig(made.text, 'c.yaml') : undefined
    const expected = { ...before.config, site: `Hall ${i}`, write_mode: 'read-only' }
    expect(after?.ok && after.config, `${JSON.stringify(text)}\n${JSON.stringify(made)}`).toEqual(expected)
    edits++
  }
  expect(edits).toBeGreaterThan(200)
}, 240_000)
