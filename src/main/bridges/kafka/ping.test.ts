import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keepPinging } from './ping.ts'

describe('pinging', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const times = { everyMs: 3_000, answerMs: 5_000 }

  it('asks again after each answer, and at once when told to, but one question at a time', async () => {
    let answer = () => {}
    let asked = 0
    const ask = () =>
      new Promise<void>((resolve) => {
        asked++
        answer = resolve
      })
    const pinging = keepPinging({ ask, onDead: () => expect.unreachable(), ...times })
    await vi.advanceTimersByTimeAsync(3_000)
    pinging.now()
    expect(asked).toBe(1)
    answer()
    await vi.advanceTimersByTimeAsync(1_000)
    pinging.now()
    expect(asked).toBe(2)
    answer()
    await vi.advanceTimersByTimeAsync(3_000)
    expect(asked).toBe(3)
    pinging.stop()
    answer()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toBe(3)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('tells the error of a question, and silence, once', async () => {
    const dead: unknown[] = []
    const onDead = (error?: unknown) => dead.push(error)
    keepPinging({ ask: () => Promise.reject(new Error('gone')), onDead, ...times })
    keepPinging({ ask: () => new Promise(() => {}), onDead, ...times })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(dead).toEqual([new Error('gone'), undefined])
    expect(vi.getTimerCount()).toBe(0)
  })
})
