import type { Message as KafkaRecord } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { createLane } from './lane.ts'

const tick = () => new Promise((resolve) => setImmediate(resolve))

/** A lane whose batches are answered by hand. */
function lane(options: { maxRecords?: number; maxSize?: number; ends?: boolean } = {}) {
  const batches: { values: string[]; ok(): void; fail(error: Error): void }[] = []
  const ended: Error[] = []
  const made = createLane({
    send: (records) =>
      new Promise((resolve, reject) => {
        batches.push({ values: records.map(({ value }) => String(value)), ok: resolve, fail: reject })
      }),
    judge: (error) => ({ error: error as Error, ends: options.ends ?? false }),
    onEnd: (error) => {
      ended.push(error)
      made.end(error)
    },
    maxRecords: options.maxRecords ?? 3,
    maxSize: options.maxSize ?? 1_000,
  })
  const settled: string[] = []
  const push = (...values: string[]) => {
    for (const value of values) {
      made.push({ value } satisfies KafkaRecord, (error) => settled.push(`${value}:${error?.message ?? 'ok'}`))
    }
    made.start()
  }
  return { made, push, batches, settled, ended }
}

const tooLarge = Object.assign(new Error('too large'), { type: 'MESSAGE_TOO_LARGE' })

describe('a lane', () => {
  it('sends the next batch only when the last one was answered', async () => {
    const { push, batches, settled } = lane()
    push('a', 'b', 'c', 'd')
    await tick()
    expect(batches.map(({ values }) => values)).toEqual([['a', 'b', 'c']])
    push('e')
    batches[0]?.ok()
    await tick()
    await tick()
    expect(batches.map(({ values }) => values)).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ])
    expect(settled).toEqual(['a:ok', 'b:ok', 'c:ok'])
    batches[1]?.ok()
    await tick()
    expect(settled).toEqual(['a:ok', 'b:ok', 'c:ok', 'd:ok', 'e:ok'])
    push('f')
    await tick()
    expect(batches).toHaveLength(3)
  })

  it('makes a batch no larger than allowed, but always of at least one record', async () => {
    const { push, batches } = lane({ maxSize: 4 })
    push('aa', 'bb', 'cc', 'ddddddd')
    for (let i = 0; i < 3; i++) {
      await tick()
      batches[i]?.ok()
    }
    await tick()
    expect(batches.map(({ values }) => values)).toEqual([['aa', 'bb'], ['cc'], ['ddddddd']])
  })

  it('halves a batch that is too large until only the guilty record is refused, in order', async () => {
    const { push, batches, settled } = lane({ maxRecords: 4 })
    push('a', 'b', 'X', 'd')
    for (let i = 0; i < 10; i++) {
      await tick()
      const batch = batches[i]
      if (batch?.values.includes('X')) batch.fail(tooLarge)
      else batch?.ok()
    }
    expect(settled).toEqual(['a:ok', 'b:ok', 'X:too large', 'd:ok'])
  })

  it('settles a refused batch with the error and goes on with the next', async () => {
    const { push, batches, settled, ended } = lane({ maxRecords: 1 })
    push('a', 'b')
    await tick()
    batches[0]?.fail(new Error('no rights'))
    await tick()
    batches[1]?.ok()
    await tick()
    expect(settled).toEqual(['a:no rights', 'b:ok'])
    expect(ended).toEqual([])
  })

  it('settles everything once when the connection ends, and what comes after too', async () => {
    const { made, push, batches, settled, ended } = lane({ ends: true })
    push('a', 'b', 'c', 'd')
    await tick()
    batches[0]?.fail(new Error('closed'))
    await tick()
    expect(ended).toHaveLength(1)
    push('e')
    made.end(new Error('again'))
    await tick()
    expect(settled).toEqual(['a:closed', 'b:closed', 'c:closed', 'd:closed', 'e:closed'])
    expect(batches).toHaveLength(1)
  })

  it('does not settle twice when the answer comes after the end', async () => {
    const { made, push, batches, settled } = lane()
    push('a')
    await tick()
    made.end(new Error('closed'))
    batches[0]?.ok()
    await tick()
    expect(settled).toEqual(['a:closed'])
  })
})
