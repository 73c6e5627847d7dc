import { describe, expect, it, vi } from 'vitest'
import { createWriteQueue, queueLimit } from './queue.ts'

const far = () => Date.now() + 60_000

describe('write queue', () => {
  it('executes one at a time, in the order of arrival', async () => {
    const queue = createWriteQueue()
    const log: string[] = []
    const done = Array.from(
      { length: 5 },
      (_, i) =>
        new Promise<void>((resolve) => {
          queue.push({
            deadline: far(),
            run: async () => {
              log.push(`begin ${i}`)
              await new Promise((next) => setImmediate(next))
              log.push(`end ${i}`)
              resolve()
            },
            expire: () => log.push(`expired ${i}`),
          })
        }),
    )
    await Promise.all(done)
    expect(log).toEqual([0, 1, 2, 3, 4].flatMap((i) => [`begin ${i}`, `end ${i}`]))
  })

  it('gives a waiting write up at its deadline, while another one is under way, and never runs it', async () => {
    vi.useFakeTimers()
    try {
      const queue = createWriteQueue()
      let finish = () => {}
      const log: string[] = []
      queue.push({
        deadline: far(),
        run: () =>
          new Promise((resolve) => {
            finish = resolve
          }),
        expire: () => log.push('expired first'),
      })
      queue.push({
        deadline: Date.now() + 1_000,
        run: async () => void log.push('ran second'),
        expire: () => log.push('expired second'),
      })
      await vi.advanceTimersByTimeAsync(1_100)
      expect(log).toEqual(['expired second'])
      finish()
      await vi.advanceTimersByTimeAsync(10)
      expect(log).toEqual(['expired second'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('has no room beyond its limit', () => {
    const queue = createWriteQueue()
    const idle = { deadline: far(), run: () => new Promise<void>(() => {}), expire: () => {} }
    for (let i = 0; i < queueLimit; i++) queue.push({ ...idle })
    expect(queue.waiting()).toBe(queueLimit - 1)
    expect(queue.hasRoom()).toBe(true)
    queue.push({ ...idle })
    expect(queue.hasRoom()).toBe(false)
  })

  it('ends in order: those that wait expire, the one under way finishes', async () => {
    const queue = createWriteQueue()
    const log: string[] = []
    let finish = () => {}
    queue.push({
      deadline: far(),
      run: () =>
        new Promise((resolve) => {
          finish = () => {
            log.push('finished')
            resolve()
          }
        }),
      expire: () => log.push('expired 0'),
    })
    queue.push({ deadline: far(), run: async () => void log.push('ran 1'), expire: () => log.push('expired 1') })
    const closed = queue.close().then(() => log.push('closed'))
    finish()
    await closed
    expect(log).toEqual(['expired 1', 'finished', 'closed'])
  })
})
