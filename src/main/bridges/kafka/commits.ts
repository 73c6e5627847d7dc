import type { Consumer } from 'kafkajs'

/** Which commits the coordinator has answered. */
export interface Commits {
  /** Whether this offset was the last one confirmed for the partition. */
  seen(partition: number, offset: bigint): boolean
}

/** Listens for the event that kafkajs sends after the coordinator's answer, and at no other time. */
export function watchCommits(consumer: Consumer, topic: string): Commits {
  const confirmed = new Map<number, string>()
  consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
    for (const one of payload.topics) {
      if (one.topic !== topic) continue
      for (const { partition, offset } of one.partitions) confirmed.set(partition, String(offset))
    }
  })
  return { seen: (partition, offset) => confirmed.get(partition) === `${offset}` }
}
