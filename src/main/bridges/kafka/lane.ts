/**
 * The way out to one topic. In come records in order, out go batches, one at a time, so that records of one key never
 * overtake each other, also when kafkajs repeats a batch. Each topic has a lane of its own: an answer never waits
 * behind a queue of tag values, and a topic that is refused does not hold up the others.
 */
import type { Message as KafkaRecord } from 'kafkajs'
import { isTooLarge } from './errors.ts'

export interface LaneOptions {
  /** Sends one batch; rejects where it was not confirmed. */
  send(records: KafkaRecord[]): Promise<void>
  /** What to tell about an error, and whether the connection is still good. */
  judge(error: unknown): { readonly error: Error; readonly ends: boolean }
  /** The connection is gone: told once. */
  onEnd(error: Error): void
  readonly maxRecords: number
  /** Size of a batch in characters of its values. A broker takes 1 MiB where nobody changed it. */
  readonly maxSize: number
}

export interface Lane {
  /** `settled` is called exactly once. */
  push(record: KafkaRecord, settled: (error?: Error) => void): void
  /** Sends what was pushed. */
  start(): void
  /** Settles everything open with this error and sends no more. */
  end(error: Error): void
}

interface Waiting {
  readonly record: KafkaRecord
  settled: ((error?: Error) => void) | undefined
}

export function createLane({ send, judge, onEnd, maxRecords, maxSize }: LaneOptions): Lane {
  let queue: Waiting[] = []
  let head = 0
  let underWay: readonly Waiting[] = []
  let running = false
  let ended: Error | undefined

  function settle(waiting: Waiting, error?: Error) {
    const { settled } = waiting
    waiting.settled = undefined
    settled?.(error)
  }

  function nextBatch(): Waiting[] {
    let size = 0
    let to = head
    while (to < queue.length && to - head < maxRecords) {
      size += queue[to]?.record.value?.length ?? 0
      if (size > maxSize && to > head) break
      to++
    }
    const batch = queue.slice(head, to)
    head = to
    if (head === queue.length) {
      queue = []
      head = 0
    }
    return batch
  }

  async function run() {
    while (head < queue.length && !ended) {
      underWay = nextBatch()
      await deliver(underWay)
    }
    underWay = []
    running = false
  }

  /** The next batch leaves first: whoever is told makes new messages, and can do so while the broker works. */
  function confirm(batch: readonly Waiting[]) {
    const tell = () => {
      for (const waiting of batch) settle(waiting)
    }
    if (head < queue.length) setImmediate(tell)
    else tell()
  }

  /** A batch that is too large is halved until it goes, or one record alone is refused. */
  async function deliver(batch: readonly Waiting[]): Promise<void> {
    if (ended) return
    try {
      await send(batch.map(({ record }) => record))
      confirm(batch)
    } catch (thrown) {
      if (ended) return
      if (isTooLarge(thrown) && batch.length > 1) {
        const middle = batch.length >> 1
        await deliver(batch.slice(0, middle))
        return await deliver(batch.slice(middle))
      }
      const { error, ends } = judge(thrown)
      if (ends) onEnd(error)
      for (const waiting of batch) settle(waiting, error)
    }
  }

  return {
    push: (record, settled) => {
      if (ended) settled(ended)
      else queue.push({ record, settled })
    },
    start: () => {
      if (running || head === queue.length) return
      running = true
      void run()
    },
    end: (error) => {
      if (ended) return
      ended = error
      const open = [...underWay, ...queue.slice(head)]
      queue = []
      head = 0
      for (const waiting of open) settle(waiting, error)
    },
  }
}
