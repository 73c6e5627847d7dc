import { expect, test } from 'vitest'
import { parseOwner, parsePresence } from './isolation-record.ts'

test('a gateway whose site has a long text is there all the same; what is shown of it is cut', () => {
  const record = {
    instance: 'i',
    boot: 'b',
    host: 'h'.repeat(400),
    site: 's'.repeat(4_000),
    time: '2026-11-28T00:00:00Z',
  }
  expect(parseOwner(JSON.stringify(record))).toMatchObject({
    instance: 'i',
    site: 's'.repeat(300),
    host: 'h'.repeat(300),
  })
  expect(parsePresence(JSON.stringify({ ...record, state: 'held' }))).toMatchObject({
    boot: 'b',
    site: 's'.repeat(300),
  })
})

test('what is no record is none', () => {
  for (const text of ['', '{', '[]', '{"instance":"","boot":"b","host":"h"}', '{"instance":"i"}'])
    expect(parseOwner(text)).toBeUndefined()
})
