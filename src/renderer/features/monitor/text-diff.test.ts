import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textDiff } from './text-diff.ts'

test('both texts can be read from the difference', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 8 }).map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = textDiff(before, after)
      expect(
        lines
          .filter(({ kind }) => kind !== 'added')
          .map((line) => line.text)
          .join('\n'),
      ).toBe(before)
      expect(
        lines
          .filter(({ kind }) => kind !== 'removed')
          .map((line) => line.text)
          .join('\n'),
      ).toBe(after)
    }),
  )
})

test('only what differs is marked', () => {
  expect(textDiff('a\nb\nc', 'a\nx\nc').map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    'same a',
    'removed b',
    'added x',
    'same c',
  ])
})
