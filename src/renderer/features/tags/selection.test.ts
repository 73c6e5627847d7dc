import { expect, test } from 'vitest'
import { noSelection, select } from './selection.ts'

const order = ['a', 'b', 'c', 'd'].map((key) => ({ key }))
const plain = { extend: false, toggle: false }

test('Shift selects from where the last plain click was, in either direction, and shrinks again', () => {
  const first = select(noSelection, 'b', plain, order)
  const down = select(first, 'd', { extend: true, toggle: false }, order)
  expect([...down.keys]).toEqual(['b', 'c', 'd'])
  const up = select(down, 'a', { extend: true, toggle: false }, order)
  expect([...up.keys]).toEqual(['a', 'b'])
})

test('Ctrl adds and takes away; a plain click starts anew', () => {
  const both = select(select(noSelection, 'a', plain, order), 'c', { extend: false, toggle: true }, order)
  expect([...both.keys]).toEqual(['a', 'c'])
  expect([...select(both, 'a', { extend: false, toggle: true }, order).keys]).toEqual(['c'])
  expect([...select(both, 'b', plain, order).keys]).toEqual(['b'])
})

test('Shift after a filter that hides where it began selects the row alone', () => {
  const first = select(noSelection, 'a', plain, order)
  expect([...select(first, 'd', { extend: true, toggle: false }, order.slice(2)).keys]).toEqual(['d'])
})
