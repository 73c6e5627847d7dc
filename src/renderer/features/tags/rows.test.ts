import { expect, test } from 'vitest'
import type { TagPageRow } from '#shared/contract/tags'
import type { CatalogueEntry, TypeRef } from '#shared/plc'
import { flatRows, listRows, rowKey, treeRows } from './rows.ts'
import { parseQuery } from './search.ts'
import { createTagIndex, typeAt } from './tag-index.ts'

const atomic = (name: string, ...dims: number[]): TypeRef => ({ kind: 'atomic', name, dims })
const struct = (name: string, ...dims: number[]): TypeRef => ({ kind: 'struct', name, dims })
const entry = (name: string, type: TypeRef, more: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
  name,
  type,
  access: 'read-write',
  hidden: false,
  ...more,
})
const configured = (name: string, more: Partial<TagPageRow> = {}): TagPageRow => ({
  name,
  enabled: true,
  writable: false,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: false,
  no_kafka: false,
  ...more,
})
const types = {
  Tank_T: [
    { name: 'Level', type: atomic('REAL') },
    { name: 'Temps', type: atomic('REAL', 2) },
  ],
}
const index = createTagIndex(
  'Main PLC',
  [
    configured('Tank_1.Level', { writable: true }),
    configured('Word.5'),
    configured('Gone.Member', { enabled: false }),
    configured('Program:Main.Step', { alias: 'line/step' }),
  ],
  [
    entry('Tank_10', struct('Tank_T')),
    entry('Tank_1', struct('Tank_T')),
    entry('Word', atomic('INT')),
    entry('Program:Main.Step', atomic('DINT')),
    entry('Local:1:I', struct('AB:IO'), { hidden: true, why: 'data of an I/O module' }),
  ],
  types,
)
const everything = { query: parseQuery('', []), only: 'all' } as const
const addresses = (rows: readonly { readonly address: string }[]) => rows.map(({ address }) => address)

test('controller tags come by name with numbers by value, without programs and hidden ones, and what is configured but not listed', () => {
  const rows = treeRows([index], { kind: 'controller', plc: 'Main PLC' }, new Set())
  expect(addresses(rows)).toEqual(['Gone', 'Tank_1', 'Tank_10', 'Word'])
  expect(rows.map(({ open }) => open)).toEqual([false, false, false, false])
})

test('an open structure shows its members and tells what is published below it', () => {
  const open = new Set([rowKey('Main PLC', 'Tank_1'), rowKey('Main PLC', 'Tank_1.Temps')])
  const rows = treeRows([index], { kind: 'controller', plc: 'Main PLC' }, open)
  const tank = rows.slice(1, 6)
  expect(addresses(tank)).toEqual(['Tank_1', 'Tank_1.Level', 'Tank_1.Temps', 'Tank_1.Temps[0]', 'Tank_1.Temps[1]'])
  expect(tank.map(({ level }) => level)).toEqual([1, 2, 2, 3, 3])
  expect(tank[0]).toMatchObject({ published: 1, single: false, type: 'Tank_T' })
  expect(tank[1]).toMatchObject({ label: 'Level', single: true, tag: { writable: true } })
  expect(tank[2]).toMatchObject({ type: 'REAL[2]', single: false })
})

test('a configured bit stands below its word though no type tells of it', () => {
  const rows = treeRows([index], { kind: 'controller', plc: 'Main PLC' }, new Set([rowKey('Main PLC', 'Word')]))
  expect(rows.at(-1)).toMatchObject({ address: 'Word.5', label: '5', level: 2, single: true })
})

test('a search finds members that are not configured, aliases, and hidden tags', () => {
  const found = (typed: string) => addresses(flatRows([index], { query: parseQuery(typed, ['Main PLC']), only: 'all' }))
  expect(found('tank_10 level')).toEqual(['Tank_10.Level'])
  expect(found('line/step')).toEqual(['Program:Main.Step'])
  expect(found('local')).toEqual(['Local:1:I'])
  expect(found('other: level')).toEqual([])
})

test('published and writable leave out what is switched off', () => {
  expect(addresses(flatRows([index], { ...everything, only: 'published' }))).toEqual([
    'Program:Main.Step',
    'Tank_1.Level',
    'Word.5',
  ])
  expect(addresses(flatRows([index], { ...everything, only: 'writable' }))).toEqual(['Tank_1.Level'])
  const keys = new Set([rowKey('Main PLC', 'Word.5')])
  expect(addresses(flatRows([index], { ...everything, only: 'listed', keys }))).toEqual(['Word.5'])
})

test('a watch list shows its tags in its order, those of a removed PLC too', () => {
  const rows = listRows(
    [index],
    [
      { plc: 'Old', address: 'X' },
      { plc: 'Main PLC', address: 'Tank_1.Level' },
    ],
  )
  expect(addresses(rows)).toEqual(['X', 'Tank_1.Level'])
  expect(rows[1]?.tag?.writable).toBe(true)
})

test('the type of any address follows members and elements', () => {
  expect(typeAt(index, 'Tank_1.Temps[1]')).toEqual(atomic('REAL'))
  expect(typeAt(index, 'Tank_1.Nope')).toBeUndefined()
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
  expect(addresses(flatRows([large], { query: parseQuery('sensor_4999', []), only: 'all' })).slice(0, 2)).toEqual([
    'Sensor_4999',
    'Sensor_49990',
  ])
  // CPU time of this process: the clock also counts what else the machine does.
  expect(process.cpuUsage(began).user / 1_000).toBeLessThan(1_500)
})
