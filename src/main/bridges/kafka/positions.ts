import type { Admin } from 'kafkajs'
import { protocolType, rootOf } from './errors.ts'

/** Bounds of each partition: the oldest record there is, and the offset the next one will get. */
export type Bounds = ReadonlyMap<number, { readonly low: bigint; readonly high: bigint }>

export interface Position {
  readonly offset: bigint
  /** Whether the group has committed it already. */
  readonly committed: boolean
  /** Who committed it, where it is told. */
  readonly by?: string
}

/** Longest wait for a broker that is just becoming the leader of a topic, ms: it comes a little after the creation. */
const leaderMs = 5_000
const noLeader = ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE']

export async function boundsOf(admin: Admin, topic: string): Promise<Bounds> {
  for (const from = Date.now(); ; ) {
    try {
      const all = await admin.fetchTopicOffsets(topic)
      return new Map(all.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]))
    } catch (error) {
      if (!noLeader.includes(protocolType(error)) || Date.now() - from > leaderMs) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/**
 * Where the group stands in each partition. Where it has no position yet: at the end as it was before we joined
 * (`before`), so that nothing that waited is executed and nothing that came since is missed; a partition that was not
 * there then begins at 0. An offset behind the end (the topic was made anew) is no position. One before the oldest
 * record moves up to it: kafkajs would leap to the end, and the requests between had no answer.
 */
export async function positionsOf(
  admin: Admin,
  group: string,
  topic: string,
  before: Bounds,
): Promise<Map<number, Position>> {
  const committed = await admin.fetchOffsets({ groupId: group, topics: [topic] })
  const now = await boundsOf(admin, topic)
  const partitions = committed.find((one) => one.topic === topic)?.partitions ?? []
  return new Map(
    partitions.map(({ partition, offset, metadata }) => {
      const bounds = now.get(partition) ?? { low: 0n, high: 0n }
      const at = position(BigInt(offset), bounds, before.get(partition)?.high ?? 0n)
      return [partition, metadata ? { ...at, by: metadata } : at]
    }),
  )
}

/** `offset` as committed, below 0 where it is none; `end` where a new group begins. */
export function position(offset: bigint, { low, high }: { low: bigint; high: bigint }, end: bigint): Position {
  if (offset >= low && offset <= high) return { offset, committed: true }
  const first = offset >= 0n && offset < low ? low : end
  return { offset: first < low ? low : first > high ? high : first, committed: false }
}

const notReady = ['GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP']

/** So long the first "not found" of a coordinator may be a cluster that just starts, and no missing right, in ms. */
const notFoundMs = 3_000

/**
 * Waits until the group's coordinator answers, at most `ms`: a cluster that has just started loads it first, and
 * kafkajs takes that for the end of a consumer. Rejects at once for any other reason, but for a coordinator that is not
 * found: kafkajs says that both to a user without rights and while the very first group is being made.
 */
export async function coordinatorReady(admin: Admin, group: string, topic: string, ms: number): Promise<void> {
  const from = Date.now()
  for (;;) {
    try {
      await admin.fetchOffsets({ groupId: group, topics: [topic] })
      return
    } catch (error) {
      const hidden = rootOf(error).name === 'KafkaJSGroupCoordinatorNotFound'
      if (!hidden && !notReady.includes(protocolType(error))) throw error
      if (Date.now() - from > (hidden ? Math.min(ms, notFoundMs) : ms)) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
