import { expect, test } from 'vitest'
import type { CheckResult, Report, RunState } from '#shared/isolation-run'
import { isOwnAddress, rowsOf, summaryOf } from './words.ts'

const result = (
  check: CheckResult['check'],
  verdict: CheckResult['verdict'],
  more: Partial<CheckResult> = {},
): CheckResult => ({
  check,
  verdict,
  summary: '',
  evidence: [],
  notTried: [],
  startedAt: 0,
  tookMs: 1,
  ...more,
})
const ended = (checks: readonly CheckResult[], more: Partial<Report> = {}): RunState => ({
  kind: 'ended',
  startedAt: 0,
  endedAt: 1,
  how: 'complete',
  error: '',
  report: { verdict: 'fail', startedAt: 0, amendments: [], checks, ...more } as Report,
})

test('every check has its row, whether it was run or not', () => {
  expect(rowsOf({ kind: 'none' }).map(({ state }) => state)).toEqual(Array.from({ length: 12 }, () => 'not-run'))
  const rows = rowsOf({
    kind: 'running',
    startedAt: 0,
    wanted: [1, 2, 3],
    now: [{ check: 2, doing: 'looking' }],
    results: [result(1, 'pass')],
    leftMs: 1,
  })
  expect(rows.slice(0, 4).map(({ state }) => state)).toEqual(['done', 'running', 'waiting', 'not-run'])
  expect(rows[1]?.doing).toBe('looking')
})

test('the verdict is that of the report, and an accepted check is still not proven', () => {
  const accepted = { name: 'A. Smith', reason: 'emulator', at: 1 }
  expect(summaryOf(ended([result(1, 'pass'), result(2, 'not-proven', { accepted }), result(3, 'fail')]))).toEqual({
    verdict: 'fail',
    passed: '1 of 12 checks passed',
    open: '1 FAIL, 1 NOT PROVEN (1 accepted), 9 not made',
    earlier: '',
    alarm: '',
  })
  expect(summaryOf({ kind: 'none' }).verdict).toBeUndefined()
})

test('one check made again does not hide what an earlier run left behind', () => {
  const held = { id: 'x', plc: 'P', tag: 'T', before: '1', written: '2', text: 'P/T still holds 2 and not 1' }
  const all = [result(4, 'pass'), result(12, 'pass', { startedAt: 9 })]
  const amendments = [{ at: 1, check: 3, text: 'somebody else published x' }] as const
  expect(summaryOf(ended(all, { startedAt: 9, left: [held], amendments }))).toMatchObject({
    verdict: 'fail',
    earlier: 'of earlier runs: 4',
    alarm: 'P/T still holds 2 and not 1',
  })
  expect(summaryOf(ended(all, { amendments })).alarm).toBe('somebody else published x')
})

test('a canary is no address of ours', () => {
  for (const own of ['factory-a', 'factory-a/P/write', 'factory-a:writes', 'factory-a-writes', 'factory-a.health']) {
    expect(isOwnAddress(own, 'factory-a'), own).toBe(true)
  }
  for (const foreign of ['factory-a-canary-7be21f/P/write', 'factory-ab', 'x/factory-a', 'factory-a-canary-1-writes']) {
    expect(isOwnAddress(foreign, 'factory-a'), foreign).toBe(false)
  }
})
