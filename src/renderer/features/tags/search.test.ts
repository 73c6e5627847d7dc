import { expect, test } from 'vitest'
import { matchesPlc, matchesText, parseQuery } from './search.ts'

const plcs = ['Main PLC', 'Packaging']

test('a PLC before a colon limits the search to it, and its name may be cut short', () => {
  expect(parseQuery('Main PLC:fault', plcs)).toEqual({ plc: 'main plc', words: ['fault'] })
  expect(parseQuery('pack: speed', plcs)).toEqual({ plc: 'pack', words: ['speed'] })
  expect(matchesPlc(parseQuery('pack:', plcs), 'Packaging')).toBe(true)
  expect(matchesPlc(parseQuery('pack:', plcs), 'Main PLC')).toBe(false)
})

test('the colon of a program or a module is part of an address', () => {
  expect(parseQuery('Program:Main', plcs)).toEqual({ plc: '', words: ['program:main'] })
  expect(parseQuery('Local:1:I', plcs)).toEqual({ plc: '', words: ['local:1:i'] })
})

test('all words must occur', () => {
  const query = parseQuery('tank level', plcs)
  expect(matchesText(query, 'tank_1.level_sp')).toBe(true)
  expect(matchesText(query, 'tank_1.inflow')).toBe(false)
})
