import kafkajs, { type ProducerConfig, type ProducerRecord, type RecordMetadata } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { createSender } from './sender.ts'

/**
 * A sender on a producer that never leaves the process. `sizes`: partitions that kafkajs finds with each attempt to
 * send; `answered`: partitions whose leaders answered.
 */
function sender(sizes: readonly number[], answered: readonly number[]) {
  const kafka = new kafkajs.Kafka({ brokers: ['127.0.0.1:1'], logLevel: kafkajs.logLevel.NOTHING })
  const real = kafka.producer.bind(kafka)
  const placed: (number | undefined)[][] = []
  const producer = (config: ProducerConfig) =>
    Object.assign(real(config), {
      send: async ({ topic, messages }: ProducerRecord): Promise<RecordMetadata[]> => {
        const choose = config.createPartitioner?.()
        for (const size of sizes) {
          const partitionMetadata = Array.from({ length: size }, (_, partitionId) => ({
            partitionErrorCode: 0,
            partitionId,
            leader: 1,
            replicas: [1],
            isr: [1],
          }))
          placed.push(messages.map((message) => choose?.({ topic, partitionMetadata, message })))
        }
        return answered.map((partition) => ({ topicName: topic, partition, errorCode: 0, baseOffset: '0' }))
      },
    })
  const made = createSender(Object.assign(kafka, { producer }), () => {})
  const messages = ['P.Tag_0', 'P.Tag_1', 'P.Tag_2'].map((key) => ({ key, value: '1' }))
  return { placed, send: (acks: number) => made.send({ topic: 'site', messages, acks }) }
}

describe('sending records', () => {
  it('is confirmed where every partition of theirs has answered', async () => {
    const { send, placed } = sender([3], [0, 1, 2])
    expect(await send(-1)).toHaveLength(3)
    expect(placed).toEqual([[0, 2, 1]])
  })

  it.each([-1, 1])('is not confirmed where one has not (acks %i)', async (acks) => {
    await expect(sender([3], [0, 2]).send(acks)).rejects.toThrow('partition 1 took no records')
    await expect(sender([3], [0]).send(acks)).rejects.toThrow('partitions 2, 1 took no records')
  })

  it('waits for no answer where none was asked for', async () => {
    expect(await sender([3], []).send(0)).toEqual([])
  })

  it('leaves a record in its partition when kafkajs tries again and finds more or fewer of them', async () => {
    const { send, placed } = sender([3, 5, 1], [0])
    await expect(send(-1)).rejects.toThrow('partitions 2, 1 took no records')
    expect(placed).toEqual([
      [0, 2, 1],
      [0, 2, 1],
      [0, 2, 1],
    ])
  })
})
