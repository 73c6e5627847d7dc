import { expect, it } from 'vitest'
import { markdownTable, type Result, withTable } from './table.ts'

const good = (feature: string, item = 'x'): Result => ({ feature, item, ok: true, said: '' })

it('the table has a row for each feature, counts what succeeded and shouts what failed', () => {
  const table = markdownTable([
    { title: 'one 1.0', results: [good('arrays'), good('arrays'), { ...good('bits'), ok: false, said: 'got 1' }] },
    { title: 'two', results: [good('arrays')] },
  ])
  expect(table.split('\n')).toEqual([
    '|  | one 1.0 | two |',
    '| --- | --- | --- |',
    '| arrays | 2 ✓ | 1 ✓ |',
    '| bits | **1 of 1 FAILED** | – |',
  ])
})

it('a table replaces the one before between its markers, again and again', () => {
  const document = 'a\n<!-- t: made by npm run interop -->\nold\n<!-- end of t -->\nb'
  const once = withTable(document, 't', 'new')
  expect(once).toBe('a\n<!-- t: made by npm run interop -->\nnew\n<!-- end of t -->\nb')
  expect(withTable(once, 't', 'new')).toBe(once)
  expect(() => withTable('nothing here', 't', 'new')).toThrow('no place "t"')
})
