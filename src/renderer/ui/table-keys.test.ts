import { expect, test } from 'vitest'
import { tableMove } from './table-keys.ts'

test('the first arrow key goes to the first row, and no key leaves the table', () => {
  expect(tableMove('ArrowDown', -1, 3, 10)).toBe(0)
  expect(tableMove('ArrowUp', -1, 3, 10)).toBe(0)
  expect(tableMove('ArrowDown', 2, 3, 10)).toBe(2)
  expect(tableMove('PageUp', 2, 3, 10)).toBe(0)
  expect(tableMove('PageDown', 5, 50_000, 20)).toBe(25)
  expect(tableMove('End', 0, 50_000, 20)).toBe(49_999)
})

test('other keys, and any key in an empty table, move nothing', () => {
  expect(tableMove('x', 0, 3, 10)).toBeUndefined()
  expect(tableMove('End', -1, 0, 10)).toBeUndefined()
})
