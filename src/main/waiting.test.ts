import { afterEach, describe, expect, it, vi } from 'vitest'
import { leftIn } from './test-signals.ts'
import { untilAborted, withController, withDeadline } from './waiting.ts'

afterEach(() => void vi.useRealTimers())

describe('a signal for one piece of work', () => {
  it('leaves nothing in the signal that it follows, however the work ends', async () => {
    const { signal } = new AbortController()
    expect(await withDeadline(signal, 60_000, async (own) => (own.aborted ? 'aborted' : 'done'))).toBe('done')
    await expect(withDeadline(signal, 60_000, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost')
    const work = () => {
      throw new Error('bug')
    }
    await expect(withController(signal, work)).rejects.toThrow('bug')
    expect(leftIn(signal)).toBe(0)
  })

  it('aborts with the signal that it follows, for the same reason, also where that has aborted before', async () => {
    const source = new AbortController()
    const reason = new Error('the gateway stops')
    const work = (signal: AbortSignal) => untilAborted(signal).then(() => signal.reason as unknown)
    const during = withDeadline(source.signal, 60_000, work)
    source.abort(reason)
    expect(await during).toBe(reason)
    expect(await withDeadline(source.signal, 60_000, work)).toBe(reason)
    expect(leftIn(source.signal)).toBe(0)
  })

  it('aborts when its time is over, and has no timer after its work', async () => {
    vi.useFakeTimers()
    const { signal } = new AbortController()
    const late = withDeadline(signal, 3_000, (own) => untilAborted(own).then(() => own.reason as unknown))
    await vi.advanceTimersByTimeAsync(3_000)
    expect(await late).toMatchObject({ name: 'TimeoutError' })
    await withDeadline(signal, 3_000, async () => {})
    expect(vi.getTimerCount()).toBe(0)
  })

  it('aborts when the work has ended: nothing goes on that the work began', async () => {
    const began = await withDeadline(new AbortController().signal, 3_000, async (own) => own)
    expect(began.aborted).toBe(true)
  })

  it('aborts by its own controller, without the one that it follows', async () => {
    const { signal } = new AbortController()
    await withController(signal, async (own) => {
      own.abort()
      await untilAborted(own.signal)
    })
    expect(signal.aborted).toBe(false)
    expect(leftIn(signal)).toBe(0)
  })
})
