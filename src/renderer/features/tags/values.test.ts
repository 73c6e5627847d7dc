import { expect, test } from 'vitest'
import type { WatchedTag } from '#renderer/site/preferences'
import type { TagReading } from '#shared/tag'
import { rowKey } from './rows.ts'
import { createValues } from './values.ts'

const reading = (address: string, valueJson: string): TagReading => ({
  plc: 'P',
  address,
  quality: 'good',
  valueJson,
  at: 1,
  changedAt: 1,
  error: '',
})

function start() {
  const asked: (readonly WatchedTag[])[] = []
  let live = 0
  let give: (readings: readonly TagReading[]) => void = () => {}
  const values = createValues((tags, onItems) => {
    asked.push(tags)
    live += 1
    give = onItems
    return () => {
      live -= 1
    }
  })
  return { values, asked, live: () => live, give: (...items: TagReading[]) => give(items) }
}
const tag = (address: string) => ({ plc: 'P', address })

test('an address too long to be asked for does not cost the others their values', () => {
  const { values, asked } = start()
  values.watch([tag('A'), tag('x'.repeat(401))])
  expect(asked).toEqual([[tag('A')]])
})

test('only whose value came is told', () => {
  const { values, give } = start()
  values.watch([tag('A'), tag('B')])
  const told: string[] = []
  values.onChange(rowKey('P', 'A'), () => told.push('A'))
  const stop = values.onChange(rowKey('P', 'B'), () => told.push('B'))
  give(reading('B', '1'))
  expect(told).toEqual(['B'])
  stop()
  give(reading('B', '2'))
  expect(told).toEqual(['B'])
  expect(values.get(rowKey('P', 'B'))?.valueJson).toBe('2')
})

test('the same tags keep their subscription; a value out of sight is forgotten, one in sight is kept', () => {
  const { values, asked, live, give } = start()
  values.watch([tag('A'), tag('B')])
  values.watch([tag('A'), tag('B')])
  expect(asked).toHaveLength(1)
  give(reading('A', '1'), reading('B', '1'))
  const told: string[] = []
  for (const name of ['A', 'B']) values.onChange(rowKey('P', name), () => told.push(name))
  values.watch([tag('B'), tag('C')])
  // A row that stays in sight without being read must not go on showing what it had.
  expect(told).toEqual(['A'])
  expect([live(), asked.length]).toEqual([1, 2])
  expect(values.get(rowKey('P', 'A'))).toBeUndefined()
  expect(values.get(rowKey('P', 'B'))?.valueJson).toBe('1')
})

test('no more is asked for than the gateway takes, and nothing at the end', () => {
  const { values, asked, live } = start()
  values.watch(Array.from({ length: 700 }, (_, i) => tag(`T${i}`)))
  expect(asked[0]).toHaveLength(500)
  values.stop()
  expect(live()).toBe(0)
})

test('when the connection is lost what was good is out of date, until it is told anew', () => {
  const { values, give } = start()
  values.watch([tag('A'), tag('B')])
  give(reading('A', '1'), { ...reading('B', '1'), quality: 'bad', error: 'no such tag' })
  const told: string[] = []
  values.onChange(rowKey('P', 'A'), () => told.push('A'))
  values.lose('no connection to the gateway')
  expect(told).toEqual(['A'])
  expect(values.get(rowKey('P', 'A'))).toMatchObject({
    quality: 'stale',
    valueJson: '1',
    at: 1,
    error: 'no connection to the gateway',
  })
  expect(values.get(rowKey('P', 'B'))).toMatchObject({ quality: 'bad', error: 'no such tag' })
  give(reading('A', '1'))
  expect(values.get(rowKey('P', 'A'))?.quality).toBe('good')
})
