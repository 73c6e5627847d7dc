import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTagTable } from '#main/tags/table'
import type { ReadOutcome } from '#shared/tag'
import { keepKeysAlive } from './publishing.ts'
import { testConfig } from './test-gateway.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const good: ReadOutcome = { ok: true, value: 1, type: { kind: 'atomic', name: 'DINT' } }
const bad: ReadOutcome = { ok: false, reason: 'unknown-tag', text: 'not in the controller' }

function keys(entry: string) {
  const { plcs, valkey } = testConfig(
    `namespace: a\nplcs:\n${['Here', 'Lost']
      .map((name) => `  - {name: ${name}, address: 10.0.0.1, tags: [{name: First}, {name: Second}, {name: Third}]}\n`)
      .join('')}valkey:\n  - {name: V, address: 127.0.0.1${entry}}\n`,
  )
  const tags = createTagTable(plcs)
  const rows = (plc: string) => tags.polledRows(plc)
  const times = new Float64Array(3)
  tags.update(rows('Here'), { outcomes: [good, bad, good], times }, () => {})
  tags.update(rows('Lost'), { outcomes: [good, good, good], times }, () => {})
  tags.linkLost(rows('Lost'), 'no answer')
  const offerRefresh = vi.fn<(index: number) => void>()
  const unused = () => {
    throw new Error('nothing else is offered')
  }
  const [config] = valkey
  if (!config) throw new Error('no entry')
  const stop = keepKeysAlive(
    config,
    {
      offerRefresh,
      offer: unused,
      offerHealth: unused,
      offerEvent: unused,
      offerClearing: unused,
      resync: unused,
      attach: unused,
      drained: unused,
      stats: unused,
      close: unused,
    },
    tags,
  )
  const renewed = () =>
    offerRefresh.mock.calls.map(([index]) => tags.rows[index]).map((row) => row && `${row.plc.name}.${row.tag.name}`)
  return { renewed, stop }
}

test('keys with a life time are renewed three times within it: those of good tags alone', () => {
  const { renewed, stop } = keys(', key_ttl: 30s')
  vi.advanceTimersByTime(9_999)
  expect(renewed()).toEqual([])
  vi.advanceTimersByTime(20_001)
  const each = ['Here.First', 'Here.Third']
  expect(renewed()).toEqual([...each, ...each, ...each])
  stop()
  vi.advanceTimersByTime(60_000)
  expect(renewed()).toHaveLength(6)
})

test('keys without a life time are left alone', () => {
  const { renewed } = keys('')
  vi.advanceTimersByTime(600_000)
  expect(renewed()).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
