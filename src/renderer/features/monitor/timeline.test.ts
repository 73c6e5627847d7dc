import { expect, test } from 'vitest'
import type { MonitorMessage } from '#shared/monitor'
import { arrived, begun, cleared, emptyTimeline, filterOf, isError, mostShown, paused, resumed } from './timeline.ts'

const message = (seq: number): MonitorMessage => ({
  seq,
  at: seq,
  entry: { service: 'mqtt', name: 'Central' },
  direction: 'out',
  kind: 'value',
  owner: 'own',
  address: 'a/P/tags/X',
  size: 2,
  retained: true,
  preview: '{}',
})
const many = (from: number, count: number) => Array.from({ length: count }, (_, i) => message(from + i))

test('the newest are kept, in their order', () => {
  const now = arrived(emptyTimeline, many(0, mostShown + 10), 0)
  expect(now.shown).toHaveLength(mostShown)
  expect(now.shown[0]?.seq).toBe(10)
})

test('a pause holds the picture still and counts what goes by; going on says what was dropped', () => {
  let now = paused(arrived(emptyTimeline, many(0, 5), 0))
  for (let i = 0; i < 3; i++) now = arrived(now, many(5 + i * mostShown, mostShown), 2)
  expect(now.shown).toHaveLength(5)
  expect(now.heldCount).toBe(3 * mostShown)
  expect(now.held).toHaveLength(mostShown)
  const on = resumed(now)
  expect(on.shown).toHaveLength(mostShown)
  expect(on.shown.at(-1)?.seq).toBe(4 + 3 * mostShown)
  expect(on.dropped).toBe(6 + 2 * mostShown)
})

test('another filter on a paused list shows what the gateway has of before, and holds what comes after', () => {
  let now = begun(cleared(paused(arrived(emptyTimeline, many(0, 5), 0))))
  now = arrived(now, many(2, 2), 0)
  now = arrived(now, many(5, 3), 0)
  expect(now.shown.map(({ seq }) => seq)).toEqual([2, 3])
  expect(now).toMatchObject({ paused: true, heldCount: 3 })
})

test('a lost connection empties nothing, and no message comes twice after it', () => {
  const before = paused(arrived(emptyTimeline, many(0, 5), 0))
  expect(begun(before).shown).toHaveLength(5)
  const now = arrived(begun(before), many(0, 6), 0)
  expect(now.shown.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5])
  expect(now.heldCount).toBe(0)
})

test('views ask the gateway for what they show', () => {
  expect(filterOf('all', '', undefined)).toEqual({})
  expect(filterOf('foreign', 'x', [])).toEqual({ owner: 'foreign', text: 'x', entries: [] })
  expect(filterOf('writes', '', undefined)).toEqual({ kinds: ['request', 'response'] })
})

test('a refused answer and a PLC that is away are errors', () => {
  expect(isError({ kind: 'response', preview: '{"success": false}' })).toBe(true)
  expect(isError({ kind: 'response', preview: '{"success":true}' })).toBe(false)
  expect(isError({ kind: 'health', preview: '{"online":false}' })).toBe(true)
  expect(isError({ kind: 'value', preview: '{"success":false}' })).toBe(false)
})
