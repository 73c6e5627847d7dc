import { expect, test } from 'vitest'
import { type Cell, cellKey } from '#shared/contract/cells'
import { mostSamples, nextRates } from './rates.ts'

const traffic = (name: string, perSecond: number): Cell => ({
  kind: 'traffic',
  entry: { service: 'mqtt', name },
  value: { waiting: 0, confirmed: 0, coalesced: 0, dropped: 0, perSecond },
})

/** Cells stay where an entry has gone: the cell of the site says which count. */
const view = (entries: readonly string[], ...traffic: Cell[]) => ({
  cells: {
    ...Object.fromEntries(traffic.map((cell) => [cellKey(cell), cell])),
    site: {
      kind: 'site',
      value: {
        state: { kind: 'running', since: 0 },
        namespace: 'n',
        site: '',
        plcs: [],
        entries: entries.map((name) => ({ service: 'mqtt' as const, name })),
      },
    } satisfies Cell,
  },
})

test('keeps ten minutes of samples, and none of an entry that is gone', () => {
  let now = {}
  for (let i = 0; i < mostSamples + 3; i++) now = nextRates(now, view(['A', 'B'], traffic('A', i), traffic('B', 1)))
  expect(now).toMatchObject({ 'mqtt "A"': expect.arrayContaining([mostSamples + 2]) })
  expect(Object.values<readonly number[]>(now).map((samples) => samples.length)).toEqual([mostSamples, mostSamples])
  expect(Object.keys(nextRates(now, view(['A'], traffic('A', 1), traffic('B', 1))))).toEqual(['mqtt "A"'])
})
