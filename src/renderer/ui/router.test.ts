import { expect, test } from 'vitest'
import { parsePlace, placeHash } from './router.ts'

test('a place is its address and back, whatever its parts contain', () => {
  const hash = placeHash('writeback', ['a/b', 'Main PLC'], { tag: 'Program:Main.Step&x=1' })
  const place = parsePlace(hash)
  expect(place.screen).toBe('writeback')
  expect(place.path).toEqual(['a/b', 'Main PLC'])
  expect(place.query.get('tag')).toBe('Program:Main.Step&x=1')
})

test('an empty or broken address is the start', () => {
  expect(parsePlace('').screen).toBe('')
  expect(parsePlace('#/').path).toEqual([])
  expect(parsePlace('#/%E0%A4%A/x').screen).toBe('%E0%A4%A')
})
