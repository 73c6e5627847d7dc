/**
 * What a message looks like on Kafka. In goes a message of the contract, out come a topic and a record, or nothing
 * where Kafka has no such message.
 */
import type { Message as KafkaRecord } from 'kafkajs'
import type { Message } from '#main/bridges/bridge'
import { messageHead } from '#main/bridges/message'
import { kafkaNames } from '#shared/names/build'
import type { TagSubject } from '#shared/tag'
import { partitionOf } from './partition.ts'

export interface Outgoing {
  readonly topic: string
  readonly record: KafkaRecord
}

export interface RecordOptions {
  readonly base: string
  /** `publish_changes`: false keeps all tag values off this entry. */
  readonly tagValues: boolean
  /** Partitions of the topic of tag values, as they were when the connection was made. */
  readonly tagPartitions: number
}

/**
 * Makes records. Key and partition of a tag are remembered with its subject, which is the same object as long as the
 * tag is published. Clearing is a record without value: a compacted topic forgets the key.
 * A message that only renews a life time gives none: a record has no life time.
 */
export function recordMaker({
  base,
  tagValues,
  tagPartitions,
}: RecordOptions): (message: Message) => Outgoing | undefined {
  const head = messageHead('kafka', base)
  const headers = { namespace: base }
  const places = new WeakMap<TagSubject, { readonly key: string; readonly partition: number }>()
  const tags = kafkaNames.tags(base)
  const health = kafkaNames.health(base)

  function place(subject: TagSubject) {
    const known = places.get(subject)
    if (known) return known
    const key = kafkaNames.key(subject.plc, subject.tag)
    const made = { key, partition: partitionOf(Buffer.from(key), tagPartitions) }
    places.set(subject, made)
    return made
  }

  function tagRecord(subject: TagSubject, value: string | null): KafkaRecord {
    const { key, partition } = place(subject)
    return { key, partition, value, headers }
  }

  return ({ subject, body, refresh }) => {
    switch (subject.kind) {
      case 'tag':
        if (refresh || !tagValues) return undefined
        return { topic: tags, record: tagRecord(subject, head + body) }
      case 'health':
        return { topic: health, record: { key: subject.plc, value: head + body } }
      case 'response':
        return { topic: subject.to, record: { key: kafkaNames.key(subject.plc, subject.tag), value: head + body } }
      case 'clear':
        return subject.what.kind === 'tag'
          ? { topic: tags, record: tagRecord(subject.what, null) }
          : { topic: health, record: { key: subject.what.plc, value: null } }
    }
  }
}
