import { describe, expect, test } from 'vitest'
import { negativeCases } from '#shared/negative-cases'
import type { TesterHop } from '#shared/tester'
import { verdictOf } from './history.ts'
import { hopRows, latencyMs, outcomeOf } from './hops.ts'

const way: readonly TesterHop[] = [
  { kind: 'sent', at: 1_000, text: 'QoS 1' },
  { kind: 'taken', at: 1_005, text: 'PUBACK' },
  { kind: 'received', at: 1_003, text: 'journal', id: 'j1' },
  { kind: 'checked', at: 1_004, text: '11 of 11' },
  { kind: 'written', at: 1_017, text: 'success' },
  { kind: 'response', at: 1_030, text: 'one', address: 'a', payload: '{"success":true}', success: true },
  { kind: 'read-back', at: 1_040, text: '60, then 65', same: true },
  { kind: 'ended', at: 1_041, text: '' },
]
const until = (kind: TesterHop['kind']) => way.slice(0, way.findIndex((hop) => hop.kind === kind) + 1)
const refusal = (error: string): readonly TesterHop[] => [
  ...until('received'),
  { kind: 'refused', at: 1_004, text: error, check: 'writable', hint: 'mend it' },
  {
    kind: 'response',
    at: 1_006,
    text: '',
    address: 'a',
    payload: JSON.stringify({ success: false, error }),
    success: false,
  },
  { kind: 'ended', at: 1_007, text: '' },
]

describe('the way of a request', () => {
  test('has each station with its time, and never a bar that runs backwards', () => {
    const rows = hopRows(way, true)
    expect(rows.map(({ state }) => state)).toEqual(Array.from({ length: 7 }, () => 'done'))
    for (const { from = 0, to = 0 } of rows) expect(from).toBeLessThanOrEqual(to)
    expect(latencyMs(way)).toBe(30)
  })

  test('shows what is still to come, and after the end what will not come', () => {
    expect(hopRows(until('taken'), true).map(({ state }) => state)).toEqual([
      'done',
      'done',
      'pending',
      'pending',
      'pending',
      'pending',
      'pending',
    ])
    const refused = hopRows(refusal('tag is not writable'), false)
    expect(refused.map(({ station, state }) => `${station} ${state}`)).toEqual([
      'sent done',
      'taken done',
      'received done',
      'checked failed',
      'written skipped',
      'response done',
    ])
  })
})

describe('what became of it', () => {
  test('is proven only by reading back the same value', () => {
    expect(outcomeOf(way).kind).toBe('proven')
    expect(outcomeOf(until('response')).kind).toBe('running')
    const other = way.map((hop) => (hop.kind === 'read-back' ? { ...hop, same: false, text: '60' } : hop))
    expect(outcomeOf(other)).toEqual({ kind: 'written', text: 'Written, but read back differently: 60' })
  })

  test('is an alarm where somebody else has answered', () => {
    const foreign = way.filter(({ kind }) => !['received', 'checked', 'written', 'read-back'].includes(kind))
    expect(outcomeOf(foreign).kind).toBe('foreign')
  })

  test('is a failure without an answer, given up or not sent', () => {
    const ended: TesterHop = { kind: 'ended', at: 9, text: 'Given up before an answer came' }
    expect(outcomeOf([...until('taken'), ended])).toEqual({ kind: 'failed', text: 'Given up before an answer came' })
    expect(outcomeOf([{ kind: 'failed', at: 1, text: 'no connection' }]).text).toBe('no connection')
    expect(outcomeOf([]).kind).toBe('running')
  })

  test('of a request sent to be refused is right for the right reason only', () => {
    const cases = negativeCases({ service: 'mqtt', base: 'a', plc: 'P', now: 0, maxAgeMs: 2_000, nonce: 'x' })
    const negative = cases.find(({ id }) => id === 'unknown-tag')
    if (!negative) throw new Error('no case')
    expect(verdictOf({ hops: refusal('unknown tag: P/__probe_x'), negative }).expected).toBe(true)
    expect(verdictOf({ hops: refusal('writes are blocked: read-only'), negative }).expected).toBe(false)
    expect(verdictOf({ hops: way, negative }).expected).toBe(false)
    expect(verdictOf({ hops: until('taken'), negative }).expected).toBeUndefined()
  })
})
