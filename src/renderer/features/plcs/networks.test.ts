import { expect, test } from 'vitest'
import { networksOf } from './networks.ts'

test('networks, ranges and addresses are taken as the gateway takes them', () => {
  expect(networksOf('10.0.0.0/24, 10.0.0.5-40\n10.0.0.5 - 10.0.0.40 10.0.0.7')).toEqual({
    list: ['10.0.0.0/24', '10.0.0.5-40', '10.0.0.5-10.0.0.40', '10.0.0.7'],
    problem: '',
  })
  expect(networksOf('')).toEqual({ list: [], problem: '' })
})

test('what is no network is named, and none is left out silently', () => {
  expect(networksOf('10.0.0.0/24 plc').problem).toContain('"plc"')
  expect(networksOf('10.0.0.0/8').problem).toContain('Search in parts')
  const nine = Array.from({ length: 9 }, (_, i) => `10.0.${i}.0/24`).join(' ')
  expect(networksOf(nine).problem).toBe('9 networks, at most 8 are searched at once. Search in parts.')
})
