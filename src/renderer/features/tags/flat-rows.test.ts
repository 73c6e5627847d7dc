import { expect, test } from 'vitest'
import { flatRows, listRows, tagCounts } from './flat-rows.ts'
import { rowKey, treeRows } from './rows.ts'
import { parseQuery } from './search.ts'
import { createTagIndex } from './tag-index.ts'
import { atomic, configured, entry, index } from './test-tags.ts'

const everything = { query: parseQuery('', []), only: 'all' } as const
const everyPlc = { kind: 'all' } as const
const twin = createTagIndex('Packaging', [configured('Tank_1.Level')], [], {})
const addresses = (rows: readonly { readonly address: string }[]) => rows.map(({ address }) => address)

test('a search finds members that are not configured, aliases, and hidden tags', () => {
  const found = (typed: string) =>
    addresses(flatRows([index], everyPlc, { query: parseQuery(typed, ['Main PLC']), only: 'all' }))
  expect(found('tank_10 level')).toEqual(['Tank_10.Level'])
  expect(found('line/step')).toEqual(['Program:Main.Step'])
  expect(found('local')).toEqual(['Local:1:I'])
  expect(found('other: level')).toEqual([])
})

test('published and writable leave out what is switched off', () => {
  expect(addresses(flatRows([index], everyPlc, { ...everything, only: 'published' }))).toEqual([
    'Program:Main.Step',
    'Tank_1.Level',
    'Word.5',
  ])
  expect(addresses(flatRows([index], everyPlc, { ...everything, only: 'writable' }))).toEqual(['Tank_1.Level'])
  const keys = new Set([rowKey('Main PLC', 'Word.5')])
  expect(addresses(flatRows([index], everyPlc, { ...everything, only: 'listed', keys }))).toEqual(['Word.5'])
})

test('a watch list shows its tags in its order, those of a removed PLC too', () => {
  const rows = listRows(
    [index],
    [
      { plc: 'Old', address: 'X' },
      { plc: 'Main PLC', address: 'Tank_1.Level' },
    ],
    everything,
  )
  expect(addresses(rows)).toEqual(['X', 'Tank_1.Level'])
  expect(rows[1]?.tag?.writable).toBe(true)
})

test('a filter narrows a watch list too', () => {
  const tags = [
    { plc: 'Main PLC', address: 'Word.5' },
    { plc: 'Main PLC', address: 'Tank_1.Level' },
    { plc: 'Old', address: 'X' },
  ]
  const found = (typed: string) =>
    addresses(listRows([index], tags, { query: parseQuery(typed, ['Main PLC']), only: 'all' }))
  expect(found('level')).toEqual(['Tank_1.Level'])
  expect(found('x')).toEqual(['X'])
  expect(found('main: ')).toEqual(['Word.5', 'Tank_1.Level'])
  expect(addresses(listRows([index], tags, { ...everything, only: 'writable' }))).toEqual(['Tank_1.Level'])
})

test('only tags of what is chosen on the left come, and are counted', () => {
  const both = [index, twin]
  const level = { ...everything, query: parseQuery('tank_1.level', []) }
  const plcs = (rows: readonly { readonly plc: string }[]) => rows.map(({ plc }) => plc)
  expect(plcs(flatRows(both, everyPlc, level))).toEqual(['Main PLC', 'Packaging'])
  expect(plcs(flatRows(both, { kind: 'plc', plc: 'Packaging' }, level))).toEqual(['Packaging'])
  const program = { kind: 'program', plc: 'Main PLC', program: 'Main' } as const
  expect(addresses(flatRows(both, program, everything))).toEqual(['Program:Main.Step'])
  expect(addresses(flatRows(both, program, level))).toEqual([])
  const keys = new Set([rowKey('Main PLC', 'Word.5')])
  expect(tagCounts(both, everyPlc, [], keys)).toEqual({ published: 4, writable: 1, listed: 1 })
  expect(tagCounts(both, program, [], keys)).toEqual({ published: 1, writable: 0, listed: 0 })
  const list = [{ plc: 'Main PLC', address: 'Word.5' }]
  expect(tagCounts(both, { kind: 'list', name: 'L' }, list, keys)).toEqual({ published: 1, writable: 0, listed: 1 })
})

test('fifty thousand tags are put together and searched without a hitch', () => {
  const many = Array.from({ length: 50_000 }, (_, i) => configured(`Sensor_${i}`))
  const large = createTagIndex(
    'Large',
    many,
    many.map(({ name }) => entry(name, atomic('REAL'))),
    {},
  )
  const began = process.cpuUsage()
  expect(treeRows([large], { kind: 'all' }, new Set())).toHaveLength(50_000)
  expect(
    addresses(flatRows([large], everyPlc, { query: parseQuery('sensor_4999', []), only: 'all' })).slice(0, 2),
  ).toEqual(['Sensor_4999', 'Sensor_49990'])
  // CPU time of this process: the clock also counts what else the machine does.
  expect(process.cpuUsage(began).user / 1_000).toBeLessThan(1_500)
})
