import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makePacketLimit } from './packet-limit.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => vi.useRealTimers())

const minutes = (count: number) => void vi.advanceTimersByTime(60_000 * count)

/** A limit, and every size that was told. */
function limitOf(agreed: number) {
  const told: number[] = []
  const limit = makePacketLimit(agreed, () => told.push(limit.bytes))
  return { limit, told }
}

describe('the size of packets', () => {
  it('is halved once for all packets of one size that were refused', () => {
    const { limit, told } = limitOf(4_000)
    for (let i = 0; i < 20; i++) limit.refused(4_000)
    expect(told).toEqual([2_000])
    limit.refused(2_000)
    expect(told).toEqual([2_000, 1_000])
  })

  it('does not become too small for a single tag', () => {
    const { limit, told } = limitOf(500)
    for (let i = 0; i < 5; i++) limit.refused(limit.bytes)
    expect(told).toEqual([250, 125, 100])
  })

  it('doubles after each five minutes without a refusal, up to what was agreed', () => {
    const { limit, told } = limitOf(500)
    for (let i = 0; i < 3; i++) limit.refused(limit.bytes)
    told.length = 0
    minutes(4)
    limit.refused(limit.bytes)
    minutes(4)
    limit.recover()
    expect(told).toEqual([])
    for (let i = 0; i < 10; i++) {
      minutes(1)
      limit.recover()
    }
    expect(told).toEqual([200, 400])
    for (let i = 0; i < 60; i++) {
      minutes(1)
      limit.recover()
    }
    expect(told).toEqual([200, 400, 500])
  })

  it('is tried again, and halved again, where the controller never takes what it agreed to', () => {
    const { limit, told } = limitOf(4_000)
    for (let i = 0; i < 3; i++) {
      limit.refused(4_000)
      minutes(5)
      limit.recover()
    }
    expect(told).toEqual([2_000, 4_000, 2_000, 4_000, 2_000, 4_000])
  })
})
