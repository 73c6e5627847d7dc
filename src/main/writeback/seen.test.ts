import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { JournalLine } from './journal-lines.ts'
import { createSeen, type Ending, requestKey } from './seen.ts'

const done: Ending = { success: true, error: '' }
const minute = 60_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'Date'], now: Date.parse('2026-01-31T12:00:00Z') }))
afterEach(() => void vi.useRealTimers())

function underWay() {
  let end = () => {}
  const ending = new Promise<Ending>((resolve) => {
    end = () => resolve(done)
  })
  return { value: 'v', ending, end }
}

describe('request ids', () => {
  it('are remembered while the request is under way, and for a minute after its end', async () => {
    const seen = createSeen([])
    const slow = underWay()
    seen.remember('slow', slow)
    vi.advanceTimersByTime(10 * minute)
    seen.remember('other', { value: 'v', ending: Promise.resolve(done) })
    expect(seen.find('slow')).toBe(slow)
    slow.end()
    await slow.ending
    vi.advanceTimersByTime(minute - 1)
    seen.remember('another', { value: 'v', ending: Promise.resolve(done) })
    expect(seen.find('slow')).toBe(slow)
    vi.advanceTimersByTime(2)
    expect(seen.find('slow')).toBeUndefined()
  })

  it('are not forgotten when the clock of the computer is set', async () => {
    const seen = createSeen([])
    const request = { value: 'v', ending: Promise.resolve(done) }
    seen.remember('r', request)
    await request.ending
    vi.setSystemTime(Date.now() + 60 * minute)
    expect(seen.find('r')).toBe(request)
    vi.setSystemTime(Date.now() - 120 * minute)
    vi.advanceTimersByTime(minute + 1)
    expect(seen.find('r')).toBeUndefined()
  })

  it('of the journal are remembered for what is left of their minute, and no longer', () => {
    const requested = (id: string, endedMsAgo: number): JournalLine[] => [
      {
        ...{ line: 'accepted', id, time: new Date(Date.now() - endedMsAgo - 5 * minute).toISOString() },
        ...{ instance: 'i', boot: 'b', entry: { service: 'mqtt', name: 'Central' }, broker: 'b', address: 'a' },
        ...{ replyTo: 'a', requestId: id, plc: 'P', tag: 'T', value: '1', digest: 'v' },
      },
      {
        ...{ line: 'outcome', id, time: new Date(Date.now() - endedMsAgo).toISOString(), outcome: 'done' },
        ...{ error: '', steps: { ended: 1 } },
      },
    ]
    const key = (id: string) => requestKey({ service: 'mqtt', name: 'Central' }, 'P', 'T', id)
    const ages = { over: minute + 1, old: minute - 1_000, new: 1_000, ahead: -60 * minute }
    const seen = createSeen(Object.entries(ages).flatMap(([id, age]) => requested(id, age)))
    const known = () => Object.keys(ages).filter((id) => seen.find(key(id)))
    expect(known()).toEqual(['old', 'new', 'ahead'])
    vi.advanceTimersByTime(2_000)
    expect(known()).toEqual(['new', 'ahead'])
    vi.advanceTimersByTime(58_001)
    expect(known()).toEqual([])
  })
})
