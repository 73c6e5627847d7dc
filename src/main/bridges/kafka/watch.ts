/**
 * Watching topics from their end, in a group of its own with one member that commits nothing and is deleted afterwards
 * (kafkajs reads nothing without a group). Out come records in the order of each partition, none missed while it lives.
 */
import type { Admin, Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs'
import { boundsOf, coordinatorReady } from './positions.ts'

export interface WatchedRecord {
  readonly topic: string
  readonly partition: number
  readonly message: KafkaMessage
}

export interface WatchOptions {
  readonly consumer: Consumer
  readonly admin: Admin
  readonly group: string
  /** All of them must be there. */
  readonly topics: readonly string[]
  /** Must not throw, and must not wait. */
  onRecord(record: WatchedRecord): void
  /** It ended by itself. Not called before `openWatch` has resolved. */
  onLost(error: Error): void
}

export interface OpenWatch {
  /** Leaves and deletes the group, where that is permitted. Never rejects. */
  close(): Promise<void>
}

/** Longest wait for a coordinator that is just starting, ms. */
const coordinatorMs = 10_000

/** Resolves when every later record will come. Rejects with the client's error. */
export async function openWatch(options: WatchOptions): Promise<OpenWatch> {
  const { consumer, admin, group, topics, onRecord } = options
  /** Offset of the next record, by topic and partition. */
  const next = new Map<string, bigint>()
  const place = (topic: string, partition: number) => `${topic} ${partition}`
  let closed = false
  let opened = false
  let tellFailed: (error: Error) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    tellFailed = reject
  })
  failed.catch(() => {})
  let tellJoined: () => void = () => {}
  const joined = new Promise<void>((resolve) => {
    tellJoined = resolve
  })

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    // kafkajs forgets its positions with every joining, and would go on at the end of the topic.
    for (const [topic, partitions] of Object.entries(payload.memberAssignment))
      for (const partition of partitions)
        consumer.seek({ topic, partition, offset: `${next.get(place(topic, partition)) ?? 0n}` })
    tellJoined()
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (closed) return
    if (opened) options.onLost(payload.error)
    tellFailed(payload.error)
  })

  async function eachBatch({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload) {
    const at = place(batch.topic, batch.partition)
    for (const message of batch.messages) {
      if (closed || !isRunning() || isStale()) return
      const offset = BigInt(message.offset)
      if (offset >= (next.get(at) ?? 0n)) {
        next.set(at, offset + 1n)
        onRecord({ topic: batch.topic, partition: batch.partition, message })
      }
      resolveOffset(message.offset)
    }
    await heartbeat()
  }

  async function close() {
    if (closed) return
    closed = true
    await consumer.disconnect().catch(() => {})
    await admin.deleteGroups([group]).catch(() => {})
  }

  async function open() {
    await consumer.connect()
    await coordinatorReady(admin, group, topics[0] ?? '', coordinatorMs)
    for (const topic of topics)
      for (const [partition, { high }] of await boundsOf(admin, topic)) next.set(place(topic, partition), high)
    await consumer.subscribe({ topics: [...topics], fromBeginning: false })
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch })
    await joined
  }

  try {
    await Promise.race([open(), failed])
    opened = true
    return { close }
  } catch (error) {
    await close()
    throw error
  }
}
