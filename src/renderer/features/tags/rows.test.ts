import { expect, test } from 'vitest'
import { rowKey, treeRows } from './rows.ts'
import { typeAt } from './tag-index.ts'
import { atomic, index } from './test-tags.ts'

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

test('the type of any address follows members and elements', () => {
  expect(typeAt(index, 'Tank_1.Temps[1]')).toEqual(atomic('REAL'))
  expect(typeAt(index, 'Tank_1.Nope')).toBeUndefined()
})

test('a tag of a program is called by its name in its program, and by its whole address among others', () => {
  const names = (rows: readonly { readonly label: string }[]) => rows.map(({ label }) => label)
  expect(names(treeRows([index], { kind: 'program', plc: 'Main PLC', program: 'Main' }, new Set()))).toEqual(['Step'])
  expect(names(treeRows([index], { kind: 'plc', plc: 'Main PLC' }, new Set()))).toContain('Program:Main.Step')
})
