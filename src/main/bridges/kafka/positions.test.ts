import { describe, expect, it } from 'vitest'
import { position } from './positions.ts'

describe('the first position in a partition', () => {
  const bounds = { low: 10n, high: 50n }
  it('is the committed one where the group has one, also at the end', () => {
    expect(position(30n, bounds, 45n)).toEqual({ offset: 30n, committed: true })
    expect(position(50n, bounds, 45n)).toEqual({ offset: 50n, committed: true })
  })
  it('is the end as it was before joining where the group is new, so that what came since is not missed', () => {
    expect(position(-1n, bounds, 45n)).toEqual({ offset: 45n, committed: false })
  })
  it('is the beginning of a partition that was not there before', () => {
    expect(position(-1n, { low: 0n, high: 3n }, 0n)).toEqual({ offset: 0n, committed: false })
  })
  it('moves up to the oldest record that is left', () => {
    expect(position(3n, bounds, 45n)).toEqual({ offset: 10n, committed: false })
  })
  it('is new where the committed one lies behind the end: the topic was made anew', () => {
    expect(position(900n, { low: 0n, high: 5n }, 4n)).toEqual({ offset: 4n, committed: false })
    expect(position(900n, { low: 0n, high: 5n }, 700n)).toEqual({ offset: 5n, committed: false })
  })
})
