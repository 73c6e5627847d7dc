import { expect, test } from 'vitest'
import { type Command, findCommands } from './commands.ts'

const command = (title: string, also?: string): Command => ({
  id: title,
  title,
  run: () => {},
  ...(also ? { also } : {}),
})
const all = [
  command('Go to Tags'),
  command('Change namespace'),
  command('Theme: dark', 'appearance night'),
  command('Tags: import CSV'),
]
const titles = (typed: string) => findCommands(all, typed).map(({ title }) => title)

test('all words must occur, in any order, and nothing typed is everything', () => {
  expect(titles('csv tags')).toEqual(['Tags: import CSV'])
  expect(titles('')).toHaveLength(4)
  expect(titles('nothing like it')).toEqual([])
})

test('what begins with the first word comes first, and other words find it too', () => {
  expect(titles('tags')).toEqual(['Tags: import CSV', 'Go to Tags'])
  expect(titles('night')).toEqual(['Theme: dark'])
})
