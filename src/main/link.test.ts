import { afterEach, describe, expect, it, vi } from 'vitest'
import { keepLinked, type LinkState, type Losable, NeedsPerson } from './link.ts'

/** A connection whose end the test decides. */
function connection() {
  let lose = (_error: Error) => {}
  const lost = new Promise<Error>((resolve) => {
    lose = resolve
  })
  let closed = 0
  const losable: Losable = {
    lost,
    close: async () => {
      closed++
      lose(new Error('closed'))
    },
  }
  return { losable, lose, closed: () => closed }
}

const backoff = { firstMs: 10, lastMs: 40 }

async function until(condition: () => boolean, what: string) {
  const end = Date.now() + 3_000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('link', () => {
  afterEach(() => vi.useRealTimers())

  it('connects again after a loss, with a fresh connection, and closes the old one', async () => {
    const made: ReturnType<typeof connection>[] = []
    const states: LinkState['kind'][] = []
    const link = keepLinked({
      connect: async () => {
        const next = connection()
        made.push(next)
        return next.losable
      },
      use: async () => {},
      onState: (state) => states.push(state.kind),
      backoff,
    })
    await until(() => made.length === 1, 'first connection')
    made[0]?.lose(new Error('cable'))
    await until(() => made.length === 2, 'second connection')
    expect(made[0]?.closed()).toBe(1)
    await link.stop()
    expect(made[1]?.closed()).toBe(1)
    expect(states).toEqual(['connecting', 'up', 'waiting', 'connecting', 'up', 'stopped'])
  })

  it('tries for ever while the peer refuses, and waits longer from try to try up to the cap', async () => {
    vi.useFakeTimers()
    const waits: number[] = []
    const link = keepLinked<Losable>({
      connect: () => Promise.reject(new Error('refused')),
      use: async () => {},
      onState: (state) => state.kind === 'waiting' && waits.push(state.retryAt - state.since),
    })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(waits.length).toBeGreaterThan(12)
    expect(waits[0]).toBeLessThanOrEqual(500)
    for (const wait of waits.slice(4)) expect(wait).toBeGreaterThanOrEqual(2_000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(4_000)
    await link.stop()
  })

  it('waits long where only a person can help, and tries at once when asked', async () => {
    vi.useFakeTimers()
    let tries = 0
    const link = keepLinked<Losable>({
      connect: () => {
        tries++
        return Promise.reject(new NeedsPerson('wrong password'))
      },
      use: async () => {},
      onState: () => {},
    })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(tries).toBe(1)
    link.retryNow()
    await vi.advanceTimersByTimeAsync(0)
    expect(tries).toBe(2)
    await link.stop()
  })

  it('takes a failure of its user for the loss of the connection, and aborts the user when the link is lost', async () => {
    const first = connection()
    const second = connection()
    const queue = [first, second]
    const aborted: string[] = []
    let uses = 0
    const link = keepLinked({
      connect: async () => (queue.shift() ?? connection()).losable,
      use: async (_connection, signal) => {
        uses++
        if (uses === 1) throw new Error('the read failed')
        signal.addEventListener('abort', () => aborted.push('aborted'))
      },
      onState: () => {},
      backoff,
    })
    await until(() => uses === 2, 'second use')
    expect(first.closed()).toBe(1)
    second.lose(new Error('reset'))
    await until(() => aborted.length === 1, 'abort of the user')
    await link.stop()
  })

  it('stops in the middle of a connection attempt and of a wait', async () => {
    let asked: AbortSignal | undefined
    const hanging = keepLinked<Losable>({
      connect: (signal) => {
        asked = signal
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))))
      },
      use: async () => {},
      onState: () => {},
    })
    await until(() => asked !== undefined, 'attempt')
    await hanging.stop()
    expect(asked?.aborted).toBe(true)
    const states: string[] = []
    const waiting = keepLinked<Losable>({
      connect: () => Promise.reject(new NeedsPerson('wrong slot')),
      use: async () => {},
      onState: (state) => states.push(state.kind),
    })
    await until(() => states.includes('waiting'), 'wait')
    await waiting.stop()
    expect(states.at(-1)).toBe('stopped')
  })
})
