import { expect, test } from 'vitest'
import type { Cell } from '#shared/contract/cells'
import { mostSamples, nextRates } from './rates.ts'

const traffic = (name: string, perSecond: number): Cell => ({
  kind: 'traffic',
  entry: { service: 'mqtt', name },
  value: { waiting: 0, confirmed: 0, coalesced: 0, dropped: 0, perSecond },
})

test('keeps ten minutes of samples, and none of an entry that is gone', () => {
  let now = {}
  for (let i = 0; i < mostSamples + 3; i++) now = nextRates(now, { a: traffic('A', i), b: traffic('B', 1) })
  expect(now).toMatchObject({ 'mqtt "A"': expect.arrayContaining([mostSamples + 2]) })
  expect(Object.values<readonly number[]>(now).map((samples) => samples.length)).toEqual([mostSamples, mostSamples])
  expect(Object.keys(nextRates(now, { a: traffic('A', 1) }))).toEqual(['mqtt "A"'])
})
