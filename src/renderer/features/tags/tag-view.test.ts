import { expect, test } from 'vitest'
import { rowKey } from './rows.ts'
import { tagView, withOrder } from './tag-view.ts'

const order = (query: string) =>
  withOrder(
    { ...tagView.getState(), typed: 'press', only: 'writable', chosen: { kind: 'list', name: 'L' } },
    new URLSearchParams(query),
  )

test('a link shows what it names, whatever was filtered before', () => {
  expect(order('only=published')).toMatchObject({ typed: '', only: 'published', chosen: undefined })
  expect(order('only=nonsense&q=a')).toMatchObject({ typed: 'a', only: 'all' })
  expect(order('plc=Main+PLC')).toMatchObject({ typed: '', only: 'all', chosen: { kind: 'plc', plc: 'Main PLC' } })
})

test('a link to a tag finds it, selects it and opens its detail', () => {
  const key = rowKey('Main PLC', 'Tank_1.Level')
  expect(order('plc=Main+PLC&tag=Tank_1.Level')).toMatchObject({
    typed: 'Tank_1.Level',
    chosen: { kind: 'plc', plc: 'Main PLC' },
    detail: key,
    selection: { active: key, keys: new Set([key]) },
  })
})
