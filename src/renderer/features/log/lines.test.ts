import { expect, test } from 'vitest'
import type { LogEntry } from '#shared/log'
import { filtered, lineText, mostLines, withLines } from './lines.ts'

const entry = (text: string, level: LogEntry['level'] = 'info'): LogEntry => ({
  at: Date.parse('2026-03-17T14:31:47.802Z'),
  level,
  area: 'mqtt',
  text,
})

test('the newest lines are kept, each with a number of its own', () => {
  const many = withLines(
    [],
    Array.from({ length: mostLines + 3 }, () => entry('same')),
  )
  expect(many).toHaveLength(mostLines)
  expect(new Set(many.map(({ key }) => key)).size).toBe(mostLines)
  expect(withLines(many, [entry('x')]).at(-1)?.key).toBe(mostLines + 4)
})

test('a level shows itself and what is worse; the text is looked for in line and area', () => {
  const lines = withLines([], [entry('a', 'debug'), entry('B', 'warn'), entry('c', 'error')])
  expect(filtered(lines, 'warn', '').map(({ text }) => text)).toEqual(['B', 'c'])
  expect(filtered(lines, 'debug', 'b').map(({ text }) => text)).toEqual(['B'])
  expect(filtered(lines, 'debug', 'MQTT')).toHaveLength(3)
})

test('a copied line has its moment, its area and its details', () => {
  expect(lineText({ ...entry('lost', 'warn'), repeated: 3, details: ['at x'] })).toBe(
    '2026-03-17T14:31:47.802Z warn  mqtt: lost (3 times before)\n    at x',
  )
})
