import { describe, expect, test } from 'vitest'
import type { ClaimStatus } from '#shared/isolation'
import type { EndedRequest } from '#shared/write'
import { checklist, type Known, troubleshooting } from './guide.ts'

const claim = (gateway: ClaimStatus['gateway']): ClaimStatus => ({ namespace: 'factory-a', gateway, entries: [] })
const known: Known = {
  namespace: 'factory-a',
  claim: claim({ kind: 'held', since: 0 }),
  sites: [{ namespace: 'factory-b', site: 'Detroit', from: ['heard'], heardOn: [] }],
  names: 27,
  entries: 3,
  mode: 'armed',
  plcsOffline: [],
  writableTags: 3,
  refused: [],
}
const refused = (check: string): EndedRequest => ({
  id: '1',
  at: 0,
  endedAt: 1,
  entry: { service: 'mqtt', name: 'C' },
  address: 'a',
  plc: 'P',
  tag: 'T',
  valueJson: '1',
  outcome: 'refused',
  success: false,
  error: 'namespace mismatch: expected factory-a, got factory-b',
  check,
  hint: '',
  deduplicated: false,
})
const states = (items: readonly { readonly id: string; readonly state: string }[]) =>
  Object.fromEntries(items.map(({ id, state }) => [id, state]))

describe('the guide', () => {
  test('is quiet where all is well, and never good where nobody knows', () => {
    expect(states([...checklist(known), ...troubleshooting(known)])).toMatchObject({
      unique: 'ok',
      nowhere: 'ok',
      duplicates: 'ok',
    })
    expect(
      states([...checklist({ ...known, claim: undefined }), ...troubleshooting({ ...known, claim: undefined })]),
    ).toMatchObject({
      unique: 'unproven',
      'wrong-instance': 'unproven',
      duplicates: 'unproven',
    })
  })

  test('names a site with the same namespace', () => {
    const twin = { namespace: 'factory-a', site: 'Toledo', from: ['typed'] as const, heardOn: [] }
    const item = checklist({ ...known, sites: [twin] })[0]
    expect(item).toMatchObject({ state: 'bad' })
    expect(item?.known.at(-1)).toBe('Toledo has the same namespace')
  })

  test('counts what others have sent, and not what an isolation run has sent to be refused', () => {
    const probes = ['refuse-0a8e5f11', 'canary-72f5d70b', 'probe-0123456789ab', 'gate-0a8e5f11'].map((requestId) => ({
      ...refused('namespace'),
      requestId,
    }))
    const items = (all: readonly EndedRequest[]) => [
      ...checklist({ ...known, refused: all }),
      ...troubleshooting({ ...known, refused: all }),
    ]
    expect(states(items(probes))).toMatchObject({ senders: 'off', nowhere: 'ok' })
    const other = { ...refused('namespace'), requestId: 'refuse-me' }
    expect(states(items([...probes, other]))).toMatchObject({ senders: 'warn', nowhere: 'warn' })
  })

  test('names the reasons why writes are not executed', () => {
    const item = troubleshooting({
      ...known,
      mode: 'read-only',
      plcsOffline: ['Main PLC'],
      refused: [refused('namespace')],
    })[1]
    expect(item?.known).toEqual([
      'Write mode is read-only: every request is refused',
      'Not connected: Main PLC',
      'P/T: namespace mismatch: expected factory-a, got factory-b',
    ])
    expect(checklist({ ...known, refused: [refused('namespace'), refused('tag')] })[3]?.word).toBe(
      '1 named another one lately',
    )
  })
})
