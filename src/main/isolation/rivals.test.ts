import { describe, expect, it } from 'vitest'
import type { PresenceRecord } from '#shared/isolation'
import { claimTimes } from './model.ts'
import { isLive, mayStillWrite, withHolders } from './rivals.ts'

const moment = (ms: number) => ({ mono: ms, wall: 1_000_000 + ms })
const record = (time: string): PresenceRecord => ({
  instance: 'aaaaaaaa-0000-0000-0000-000000000000',
  boot: 'bbbbbbbb-0000-0000-0000-000000000000',
  host: 'line-1',
  site: '',
  version: '0',
  namespace: 'factory-a',
  plcs: [],
  time,
  state: 'held',
})
const holder = (time: string) => ({ who: 'aaaaaaaa-bbbbbbbb', name: 'aaaaaaaa-bbbbbbbb', record: record(time) })

describe('a holder that a broker names', () => {
  it('is as old as its newest record: the broker keeps a claim for its life time after the holder died', () => {
    const first = withHolders([], [holder('t0')], moment(0))
    const later = withHolders(first, [holder('t0')], moment(14_000))
    expect(later).toMatchObject([{ state: 'held', heardAt: moment(0), heldAt: moment(0) }])
    const [rival] = withHolders(later, [], moment(15_500))
    expect(rival && isLive(rival, moment(15_500), claimTimes)).toBe(false)
    expect(rival && mayStillWrite(rival, moment(15_500), claimTimes)).toBe(false)
  })

  it('is alive now where it renewed since, or where no record tells', () => {
    const first = withHolders([], [holder('t0')], moment(0))
    expect(withHolders(first, [holder('t5')], moment(5_000))).toMatchObject([{ heldAt: moment(5_000) }])
    const { record: none, ...bare } = holder('t0')
    expect(withHolders(first, [bare], moment(9_000))).toMatchObject([{ heardAt: moment(9_000), heldAt: moment(9_000) }])
  })
})
