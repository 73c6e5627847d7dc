import { expect, it } from 'vitest'
import { withMeasured } from './docs.ts'
import type { Row } from './measure.ts'

const places = (name: string) =>
  `a\n<!-- ${name}: written by npm run bench -- ${name} --docs -->\nold\n<!-- end of ${name} -->\nb`
const lines = (name: string, rows: readonly Row[]) => withMeasured(places(name), name, rows).split('\n').slice(2, -2)

it('a row stands with its figure, its goal and whether that was reached', () => {
  expect(
    lines('mqtt', [
      { what: 'confirmed', value: 81_234.5, unit: 'msg/s' },
      { what: 'to await each', value: 5.237, unit: '×', must: { is: 'at least', limit: 4 } },
      { what: 'p99', value: 60, unit: 'ms', must: { is: 'at most', limit: 40 } },
    ]),
  ).toEqual([
    '|  | measured | goal | reached |',
    '| --- | --- | --- | --- |',
    '| confirmed | 81,235 msg/s |  |  |',
    '| to await each | 5.24 × | at least 4 | yes |',
    '| p99 | 60.00 ms | at most 40 | **no** |',
  ])
})

it('the PLC table has a line for each packet time, and shouts what is below its goal', () => {
  const point = '5000 tags, 504 bytes, 2 ms'
  const rows = [1, 2, 4].flatMap((n): Row[] => [
    { what: `${point}, ${n} conn.`, value: n * 10_000, unit: 'tags/s' },
    { what: `${point}, ${n} conn., to raw`, value: n / 4, unit: '×', must: { is: 'at least', limit: 0.5 } },
  ])
  expect(lines('plc', [...rows, { what: `${point}, pylogix`, value: 3_000, unit: 'tags/s' }]).at(-1)).toBe(
    `| ${point} | 10,000 / 20,000 / 40,000 | **0.25** / 0.50 / 1.00 | – / – / – | – | 3,000 |`,
  )
})

it('says what to put back where the document has no place', () => {
  expect(() => withMeasured('', 'plc', [])).toThrow('no place for "plc"')
})
