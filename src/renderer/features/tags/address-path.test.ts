import { expect, test } from 'vitest'
import { addressPath, elementSteps, rootLabel } from './address-path.ts'

test('a program belongs to the root, members and elements are steps', () => {
  expect(addressPath('Program:Main.Tank[3].Level')).toEqual({
    program: 'Main',
    root: 'Program:Main.Tank',
    steps: ['[3]', '.Level'],
  })
  expect(addressPath('Word.5')).toEqual({ root: 'Word', steps: ['.5'] })
  expect(addressPath('Grid[1,2]')).toEqual({ root: 'Grid', steps: ['[1,2]'] })
  expect(addressPath('Local:1:I.Data')).toEqual({ root: 'Local:1:I', steps: ['.Data'] })
  expect(rootLabel('Program:Main.Tank')).toBe('Tank')
})

test('elements of more dimensions count from the last, and too many are cut and counted', () => {
  expect(elementSteps([2, 3], 100)).toEqual({ steps: ['[0,0]', '[0,1]', '[0,2]', '[1,0]', '[1,1]', '[1,2]'], more: 0 })
  expect(elementSteps([1000], 3)).toEqual({ steps: ['[0]', '[1]', '[2]'], more: 997 })
})
