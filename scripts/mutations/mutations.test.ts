import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { broken, mutations } from './mutations.ts'
import { withTable } from './table.ts'

it.each(mutations.map((mutation) => [mutation.protection, mutation] as const))('%s: fits the source', (_, mutation) => {
  for (const edit of mutation.edits) {
    const source = readFileSync(edit.file, 'utf8')
    expect(broken(source, edit)).not.toBe(source)
  }
})

it('the document has a place for the result', () => {
  const rows = [{ protection: 'a|b', broken: 'x', failed: [6, 7] as const, evidence: 'said\nso' }]
  const written = withTable(readFileSync('docs/isolation.md', 'utf8'), rows)
  expect(written).toContain('| a\\|b | x | 6, 7 | said so |')
  expect(withTable(written, rows)).toBe(written)
})
