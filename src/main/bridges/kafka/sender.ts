/**
 * The way out to the cluster: in come records of one topic, out goes where each partition's part of them stands, or an
 * error. What kafkajs resolves is not enough: where one broker answered and another refused because a leader has moved,
 * it tries again without the partitions that now belong to the one that answered, and it drops records of a partition
 * that is no longer there (a topic made anew with fewer), in both cases without a word (tulios/kafkajs #1303).
 */
import type { Kafka, Message as KafkaRecord, Producer, ProducerRecord, RecordMetadata } from 'kafkajs'
import { NotWritten } from './errors.ts'
import { partitionOf } from './partition.ts'

export interface Sender extends Pick<Producer, 'connect' | 'disconnect'> {
  /**
   * Resolves when the cluster has every record (with `acks: 0`: when they left). Rejects with `NotWritten` where it does
   * not have some of them; others of the same batch may have been written then.
   */
  send(records: ProducerRecord): Promise<RecordMetadata[]>
}

/** `onSilence` is called when a request had no answer in time. Nothing connects yet. */
export function createSender(kafka: Kafka, onSilence: () => void): Sender {
  /** Chosen once for each record, so that a record is not moved, while kafkajs tries again, to where the others are. */
  const chosen = new WeakMap<KafkaRecord, number>()
  const placeOf = (record: KafkaRecord) => record.partition ?? chosen.get(record)

  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    maxInFlightRequests: 1,
    createPartitioner:
      () =>
      ({ message, partitionMetadata }) => {
        const known = placeOf(message)
        if (known !== undefined) return known
        const partition = partitionOf(keyOf(message.key), partitionMetadata.length)
        chosen.set(message, partition)
        return partition
      },
  })
  producer.on(producer.events.REQUEST_TIMEOUT, onSilence)

  return {
    connect: producer.connect,
    disconnect: producer.disconnect,
    send: async (records) => {
      const written = await producer.send(records)
      if (records.acks === 0) return written
      const missing = new Set(records.messages.map((record) => placeOf(record) ?? -1))
      for (const { partition } of written) missing.delete(partition)
      if (missing.size > 0) throw new NotWritten([...missing])
      return written
    },
  }
}

function keyOf(key: Buffer | string | null | undefined): Buffer {
  return Buffer.isBuffer(key) ? key : Buffer.from(key ?? '')
}
