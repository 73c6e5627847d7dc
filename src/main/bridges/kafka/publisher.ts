import type { Message } from '#main/bridges/bridge'
import type { SentMemory } from '#main/bridges/sent'
import { isRefusal } from './errors.ts'
import { createLane, type Lane } from './lane.ts'
import type { Outgoing } from './record.ts'
import type { Sender } from './sender.ts'

/** Records in one batch: more gain nothing and hold the event loop longer (performance.md §5). */
export const batchRecords = 500
/** Characters of values in one batch; brokers take 1 MiB unless told otherwise. */
const batchSize = 700_000

export interface PublisherOptions {
  readonly sender: Sender
  readonly recordOf: (message: Message) => Outgoing | undefined
  readonly acks: -1 | 0 | 1
  /** kafkajs' number of the compression. */
  readonly compression: number
  /** How long a broker may wait for its replicas, ms. */
  readonly ackMs: number
  /** Topics of this entry: where one of them is gone, the connection is to be made anew. */
  readonly own: ReadonlySet<string>
  readonly sent: SentMemory
  words(error: unknown, topic: string): Error
  onEnd(error: Error): void
}

export interface Publisher {
  publish(messages: readonly Message[], settled: (index: number, error?: Error) => void): void
  end(error: Error): void
}

/** Sends messages, each topic on a lane of its own. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { sender, recordOf, acks, compression, ackMs, own, sent, words, onEnd } = options
  const lanes = new Map<string, Lane>()
  let ended: Error | undefined

  function lane(topic: string): Lane {
    const known = lanes.get(topic)
    if (known) return known
    const made = createLane({
      send: async (messages) => {
        await sender.send({ topic, messages, acks, compression, timeout: ackMs })
      },
      judge: (error) => ({ error: words(error, topic), ends: own.has(topic) && !isRefusal(error) }),
      onEnd,
      maxRecords: batchRecords,
      maxSize: batchSize,
    })
    lanes.set(topic, made)
    return made
  }

  return {
    publish: (messages, settled) => {
      const touched = new Set<Lane>()
      for (const [index, message] of messages.entries()) {
        const outgoing = ended ? undefined : recordOf(message)
        if (!outgoing) {
          settled(index, ended)
          continue
        }
        const { value } = outgoing.record
        if ((message.subject.kind !== 'tag' || sent.values) && value) sent.note(outgoing.topic, value)
        const to = lane(outgoing.topic)
        to.push(outgoing.record, (error) => settled(index, error))
        touched.add(to)
      }
      for (const one of touched) one.start()
    },
    end: (error) => {
      ended = error
      for (const one of lanes.values()) one.end(error)
    },
  }
}
