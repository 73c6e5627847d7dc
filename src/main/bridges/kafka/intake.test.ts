import kafkajs, { type EachBatchPayload, type Offsets } from 'kafkajs'
import { describe, expect, it, vi } from 'vitest'
import type { Arrival, Taken } from '#main/bridges/bridge'
import { openIntake } from './intake.ts'
import { createUnsure, type Unsure } from './unsure.ts'

const topic = 'site-writes'

const who = '11111111-aaaa'

/** What the coordinator has of the one partition. */
interface Stored {
  offset: string
  metadata: string | null
}

/** Intake on a consumer and an admin that never leave the process. The group has committed offset 5. */
async function intake(
  take: (arrival: Arrival) => Promise<Taken>,
  stored: Stored = { offset: '5', metadata: null },
  unsure: Unsure = createUnsure({ who, onDoubt: () => {} }),
) {
  const kafka = new kafkajs.Kafka({ brokers: ['127.0.0.1:1'], logLevel: kafkajs.logLevel.NOTHING })
  const listeners = new Map<string, (event: { payload: object }) => void>()
  let batch: ((payload: EachBatchPayload) => Promise<void>) | undefined
  const emit = (name: string, payload: object) => listeners.get(name)?.({ payload })
  const real = kafka.consumer({ groupId: 'site-writers' })
  const join = (memberId = 'm') => emit(real.events.GROUP_JOIN, { memberId, memberAssignment: { [topic]: [0] } })
  const consumer = Object.assign(real, {
    on: (name: string, listener: (event: never) => void) => {
      listeners.set(name, (event) => listener(event as never))
      return () => {}
    },
    connect: async () => {},
    subscribe: async () => {},
    disconnect: async () => {},
    pause: () => {},
    resume: vi.fn(),
    seek: () => {},
    run: async (config: { eachBatch?: (payload: EachBatchPayload) => Promise<void> }) => {
      batch = config.eachBatch
      join()
    },
  })
  const admin = Object.assign(kafka.admin(), {
    fetchOffsets: async () => [{ topic, partitions: [{ partition: 0, ...stored }] }],
    fetchTopicOffsets: async () => [{ partition: 0, offset: '9', high: '9', low: '0' }],
  })
  const lost: string[] = []
  const opened = openIntake({
    consumer,
    admin,
    entry: { service: 'kafka', name: 'X' },
    group: 'site-writers',
    topic,
    replyTo: 'site-write-responses',
    take,
    who,
    unsure,
    onLost: (error) => lost.push(error.message),
    onIdle: () => {},
  })
  await opened.ready

  /** Gives one batch; `commit` stands for the coordinator. */
  async function give(
    offsets: readonly string[],
    commit: (offsets: Offsets, confirm: () => void) => Promise<void> | void,
  ) {
    const commits: string[] = []
    const messages = offsets.map((offset) => ({
      key: null,
      value: Buffer.from(offset),
      timestamp: '1',
      offset,
      attributes: 0,
      headers: {},
    }))
    const payload: EachBatchPayload = {
      batch: {
        topic,
        partition: 0,
        highWatermark: '9',
        messages,
        isEmpty: () => false,
        firstOffset: () => offsets[0] ?? null,
        lastOffset: () => offsets.at(-1) ?? '',
        offsetLag: () => '0',
        offsetLagLow: () => '0',
      },
      resolveOffset: () => {},
      heartbeat: async () => {},
      pause: () => () => {},
      uncommittedOffsets: () => ({ topics: [] }),
      isRunning: () => true,
      isStale: () => false,
      commitOffsetsIfNecessary: async (given) => {
        if (!given) throw new Error('commits nothing')
        commits.push(given.topics[0]?.partitions[0]?.offset ?? '')
        await commit(given, () => emit(consumer.events.COMMIT_OFFSETS, given))
      },
    }
    await batch?.(payload)
    return commits
  }
  return { give, join, lost, resumed: consumer.resume }
}

/** A `take` that notes what came and how it ended. */
function taking(before: () => void | Promise<void> = () => {}) {
  const steps: string[] = []
  const take = async (arrival: Arrival): Promise<Taken> => {
    const text = Buffer.from(arrival.payload).toString()
    await before()
    return { settle: (how) => steps.push(`${how} ${text}`) }
  }
  return { steps, take }
}

/** As kafkajs makes it of the coordinator's answer. */
const illegal = Object.assign(new Error('Specified group generation id is not valid'), { type: 'ILLEGAL_GENERATION' })

describe('intake', () => {
  it('owns a request once its own commit was seen to be answered', async () => {
    const { steps, take } = taking()
    const { give, resumed } = await intake(take)
    expect(resumed).toHaveBeenCalledOnce()
    expect(await give(['5', '6'], (_, confirm) => confirm())).toEqual(['6', '7'])
    expect(steps).toEqual(['acknowledged 5', 'acknowledged 6'])
  })

  it('does not own a request whose commit was resolved without an answer', async () => {
    const { steps, take } = taking()
    const { give } = await intake(take)
    await expect(give(['5', '6'], () => {})).rejects.toThrow('the commit was not confirmed')
    expect(steps).toEqual(['not-ours 5'])
  })

  describe('whose connection breaks before the answer to a commit', () => {
    /** The commit of record 5 lands and its answer is lost; then `meanwhile`, and a new intake on a new connection. */
    async function broken(land: boolean, meanwhile: (stored: Stored) => void = () => {}) {
      const { steps, take } = taking()
      const doubts: string[] = []
      const unsure = createUnsure({ who, onDoubt: (partition, offset) => doubts.push(`${partition}:${offset}`) })
      const stored: Stored = { offset: '5', metadata: null }
      const { give } = await intake(take, stored, unsure)
      const losing = (offsets: Offsets) => {
        if (land) Object.assign(stored, offsets.topics[0]?.partitions[0])
        throw new Error('Closed connection')
      }
      await expect(give(['5', '6'], losing)).rejects.toThrow('Closed connection')
      expect(steps).toEqual([])
      meanwhile(stored)
      const next = await intake(take, stored, unsure)
      return { steps, doubts, next }
    }

    it('owns the request where its commit is found to have landed', async () => {
      const { steps, doubts, next } = await broken(true)
      expect(steps).toEqual(['acknowledged 5'])
      expect(await next.give(['5', '6'], (_, confirm) => confirm())).toEqual(['7'])
      expect(steps).toEqual(['acknowledged 5', 'acknowledged 6'])
      expect(doubts).toEqual([])
    })

    it('does not own it where the commit did not land, and takes it when it comes again', async () => {
      const { steps, next } = await broken(false)
      expect(steps).toEqual(['not-ours 5'])
      await next.give(['5'], (_, confirm) => confirm())
      expect(steps).toEqual(['not-ours 5', 'acknowledged 5'])
    })

    it.each([
      ['took it', { offset: '6', metadata: '22222222-bbbb' }],
      ['took it and the next one', { offset: '7', metadata: '22222222-bbbb' }],
    ])('does not own it where another member %s, and tells the doubt', async (_, theirs) => {
      const { steps, doubts } = await broken(false, (stored) => Object.assign(stored, theirs))
      expect(steps).toEqual(['not-ours 5'])
      expect(doubts).toEqual(['0:5'])
    })

    it('lets go of it where it comes again on the same connection', async () => {
      const { steps, take } = taking()
      const { give } = await intake(take)
      const failing = () => Promise.reject(new Error('Request timed out'))
      await expect(give(['5'], failing)).rejects.toThrow('timed out')
      await give(['5'], (_, confirm) => confirm())
      expect(steps).toEqual(['not-ours 5', 'acknowledged 5'])
    })
  })

  it('does not own a request whose commit was refused', async () => {
    const { steps, take } = taking()
    const { give } = await intake(take)
    const failing = () => Promise.reject(new kafkajs.KafkaJSProtocolError(illegal))
    await expect(give(['5', '6'], failing)).rejects.toThrow(illegal.message)
    expect(steps).toEqual(['not-ours 5'])
  })

  it('does not even commit a request when the group was joined anew meanwhile', async () => {
    const { steps, take } = taking(() => joinAgain())
    const { give, join } = await intake(take)
    const joinAgain = () => join()
    let commits = 0
    const counting = (_: Offsets, confirm: () => void) => {
      commits++
      confirm()
    }
    await expect(give(['5'], counting)).rejects.toThrow('given away')
    expect(commits).toBe(0)
    expect(steps).toEqual(['not-ours 5'])
  })

  it('passes over what the group has dealt with already', async () => {
    const { steps, take } = taking()
    const { give } = await intake(take)
    expect(await give(['3', '4', '5'], (_, confirm) => confirm())).toEqual(['6'])
    expect(await give(['5', '6'], (_, confirm) => confirm())).toEqual(['7'])
    expect(steps).toEqual(['acknowledged 5', 'acknowledged 6'])
  })

  it('ends the connection and commits nothing when a request can not be taken over', async () => {
    const { give, lost } = await intake(() => Promise.reject(new Error('disk full')))
    let commits = 0
    await expect(give(['5', '6'], () => void commits++)).rejects.toThrow('disk full')
    expect(commits).toBe(0)
    expect(lost).toEqual(['a request could not be taken over: disk full'])
  })

  it('ends the connection when the group forgot this member', async () => {
    const { join, lost } = await intake(taking().take)
    join('another')
    expect(lost).toEqual(['the group forgot this member'])
  })
})
