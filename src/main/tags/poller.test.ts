import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PlcConnection, ReadBatch } from '#main/plcs/driver'
import { nextTurn, poll } from './poller.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function plc(read: () => Promise<ReadBatch>): PlcConnection {
  return {
    identity: {
      vendor: 1,
      deviceType: 14,
      productCode: 1,
      revision: '32.11',
      serial: 1,
      productName: 'test',
      mode: 'run',
    },
    degraded: '',
    details: { addressing: 'symbol', addressingText: '', connections: 1, packetBytes: 4000, multiple: true },
    lost: new Promise(() => {}),
    close: async () => {},
    plan: () => ({ read }),
    typeOf: () => Promise.reject(new Error('not used')),
    write: () => Promise.reject(new Error('not used')),
  }
}

const batch: ReadBatch = { outcomes: [], times: new Float64Array(0) }

describe('poll loop', () => {
  it('keeps its rate, counted from beginning to beginning', async () => {
    const begun: number[] = []
    const stop = new AbortController()
    const connection = plc(async () => {
      begun.push(performance.now())
      await new Promise((resolve) => setTimeout(resolve, 60))
      return batch
    })
    const rates: number[] = []
    const running = poll(
      {
        connection,
        addresses: ['A'],
        pollMs: 250,
        onBatch: () => {},
        onStats: ({ achievedMs }) => rates.push(achievedMs),
      },
      stop.signal,
    )
    await vi.advanceTimersByTimeAsync(2_000)
    stop.abort()
    await vi.advanceTimersByTimeAsync(100)
    await running
    expect(begun.length).toBeGreaterThanOrEqual(8)
    for (let i = 1; i < begun.length; i++) expect((begun[i] ?? 0) - (begun[i - 1] ?? 0)).toBeCloseTo(250, -1)
    expect(rates.at(-1)).toBeCloseTo(250, -1)
  })

  it('never overlaps, leaves missed turns out, and reports the rate it achieved', async () => {
    let under = 0
    let most = 0
    let polls = 0
    const stop = new AbortController()
    const connection = plc(async () => {
      most = Math.max(most, ++under)
      polls++
      await new Promise((resolve) => setTimeout(resolve, 600))
      under--
      return batch
    })
    let achieved = 0
    const running = poll(
      {
        connection,
        addresses: ['A'],
        pollMs: 250,
        onBatch: () => {},
        onStats: ({ achievedMs }) => {
          achieved = achievedMs
        },
      },
      stop.signal,
    )
    await vi.advanceTimersByTimeAsync(7_500)
    stop.abort()
    await vi.advanceTimersByTimeAsync(1_000)
    await running
    expect(most).toBe(1)
    expect(polls).toBeGreaterThanOrEqual(9)
    expect(polls).toBeLessThanOrEqual(11)
    expect(achieved).toBeCloseTo(750, -1)
  })

  it('ends with the reason when a read fails, and hands no batch over', async () => {
    let batches = 0
    const connection = plc(() => Promise.reject(new Error('the link is gone')))
    await expect(
      poll(
        { connection, addresses: ['A'], pollMs: 250, onBatch: () => batches++, onStats: () => {} },
        new AbortController().signal,
      ),
    ).rejects.toThrow('the link is gone')
    expect(batches).toBe(0)
  })

  it('hands over no batch that was read after it was stopped', async () => {
    const stop = new AbortController()
    let batches = 0
    const connection = plc(async () => {
      stop.abort()
      return batch
    })
    await poll({ connection, addresses: ['A'], pollMs: 250, onBatch: () => batches++, onStats: () => {} }, stop.signal)
    expect(batches).toBe(0)
  })

  it('finds the next turn on its grid', () => {
    expect(nextTurn(0, 250, 60)).toBe(250)
    expect(nextTurn(0, 250, 250)).toBe(250)
    expect(nextTurn(0, 250, 251)).toBe(500)
    expect(nextTurn(1_000, 250, 9_999)).toBe(10_000)
  })
})
