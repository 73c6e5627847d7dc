/**
 * The way in: membership in the consumer group of the gateways, one record at a time. In come records of the request
 * topic, out go arrivals; each record is committed on its own once it is in the journal, and counts as ours only when
 * the commit was seen to have been answered, or the position it left was found again after the connection broke.
 */
import type { Admin, Consumer, EachBatchPayload, KafkaMessage, PartitionOffset } from 'kafkajs'
import type { Arrival, Take } from '#main/bridges/bridge'
import { asError } from '#main/link'
import type { EntryId } from '#shared/broker'
import { type Commits, watchCommits } from './commits.ts'
import { isNotPermitted, protocolType } from './errors.ts'
import { type Bounds, boundsOf, coordinatorReady, positionsOf } from './positions.ts'
import type { Unsure } from './unsure.ts'

/** Longest wait for a coordinator that is just starting, ms. */
const coordinatorMs = 10_000
/** How long the reason of a stop may come after it, ms. */
const stopMs = 2_000

export interface IntakeOptions {
  readonly consumer: Consumer
  readonly admin: Admin
  readonly entry: EntryId
  readonly group: string
  /** Topic of the requests, and of the answers to them. */
  readonly topic: string
  readonly replyTo: string
  readonly take: Take
  /** Who we are: each commit bears it. */
  readonly who: string
  /** What an earlier intake of this entry could not settle. */
  readonly unsure: Unsure
  /**
   * Intake ended by itself: the group forgot us, the client gave up, a request could not be taken over. Not called where
   * it never opened for want of a right: the rest of the connection is good, and the right may still be given.
   */
  onLost(error: Error): void
  /** We are a member, but every partition belongs to others. */
  onIdle(): void
}

/** The gateway's side could not take a request: nothing is wrong with the cluster. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken'
}

export interface Intake {
  /**
   * Resolves when the group has taken us in and every partition that is ours has a position that is fixed at the
   * broker: from now on no request is missed, whatever happens to us. Rejects where the group refuses.
   */
  readonly ready: Promise<void>
  /** Finishes the request under way, leaves the group. Never rejects. */
  stop(): Promise<void>
}

export function openIntake(options: IntakeOptions): Intake {
  const { consumer, admin, group, topic, onLost } = options
  const commits = watchCommits(consumer, topic)
  /** Grows with each joining: a record fetched under an older number may meanwhile be somebody else's. */
  let joining = 0
  let memberId: string | undefined
  let before: Bounds = new Map()
  /** By partition: everything below was dealt with by a member of the group. */
  const next = new Map<number, bigint>()
  let placing: Promise<void> = Promise.resolve()
  let opened = false
  let stopped = false
  let failed: Error | undefined
  let tellFailed: (error: Error) => void = () => {}
  const failure = new Promise<never>((_, reject) => {
    tellFailed = reject
  })
  failure.catch(() => {})

  function fail(error: Error) {
    if (failed || stopped) return
    failed = error
    tellFailed(error)
    if (opened || !isNotPermitted(error)) onLost(error)
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const of = ++joining
    if (memberId !== undefined && payload.memberId !== memberId) return fail(new Error('the group forgot this member'))
    memberId = payload.memberId
    const assigned = payload.memberAssignment[topic] ?? []
    if (assigned.length === 0) options.onIdle()
    // Nothing is fetched until the positions stand: kafkajs would look for the end of the topic when it first fetches.
    consumer.pause([{ topic }])
    placing = placing.then(() => place(of, assigned))
    placing.catch((error: unknown) => fail(asError(error)))
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => fail(payload.error))
  // Before a crash kafkajs stops, which can take a while; only the crash knows why.
  consumer.on(consumer.events.STOP, () => {
    if (stopped || failed) return
    setTimeout(() => fail(new Error('the consumer stopped')), stopMs).unref()
  })

  /** Makes every position stand at the broker before the first fetch: a request that waits is found again by whoever is next. */
  async function place(of: number, assigned: readonly number[]) {
    const current = () => of === joining && !stopped && !failed
    if (!current()) return
    const positions = await positionsOf(admin, group, topic, before)
    if (!current()) return
    options.unsure.settle(positions)
    next.clear()
    for (const partition of assigned) {
      if (!current()) return
      const { offset, committed } = positions.get(partition) ?? { offset: 0n, committed: false }
      if (!committed) {
        await consumer.commitOffsets([{ topic, partition, offset: `${offset}` }])
        if (!commits.seen(partition, offset)) throw new Error('the first position could not be committed')
      }
      next.set(partition, offset)
      consumer.seek({ topic, partition, offset: `${offset}` })
    }
    if (current()) consumer.resume([{ topic }])
  }

  async function open() {
    const steps = [
      () => consumer.connect(),
      () => consumer.subscribe({ topic, fromBeginning: false }),
      () => coordinatorReady(admin, group, topic, coordinatorMs),
      async () => {
        before = await boundsOf(admin, topic)
      },
      () => consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch }),
    ]
    for (const step of steps) if (!stopped) await step()
    // The member may be asked to join again while its positions are being fixed.
    for (let seen = -1; seen !== joining; ) {
      seen = joining
      await placing
    }
    opened = true
  }

  async function eachBatch(payload: EachBatchPayload) {
    const { batch, resolveOffset, heartbeat, isRunning, isStale } = payload
    const of = joining
    for (const message of batch.messages) {
      if (stopped || failed || of !== joining || !isRunning() || isStale()) return
      if (BigInt(message.offset) >= (next.get(batch.partition) ?? 0n)) {
        await takeOver(payload, message, () => of === joining)
      }
      resolveOffset(message.offset)
      await heartbeat()
    }
  }

  /** Throws where the record did not become ours; kafkajs then joins again, or gives up and we are told. */
  async function takeOver(payload: EachBatchPayload, message: KafkaMessage, stillOurs: () => boolean) {
    const { partition } = payload.batch
    const { unsure } = options
    unsure.again(partition)
    const taken = await options.take(arrivalOf(options, partition, message)).catch((thrown: unknown) => {
      const error = asError(thrown)
      fail(new NotTaken(`a request could not be taken over: ${error.message}`, { cause: error }))
      throw error
    })
    const after = BigInt(message.offset) + 1n
    const committed = stillOurs() ? await commit(payload, after, options.who, commits) : givenAway

    if (committed.is === 'unknown') unsure.add(partition, after, taken)
    else taken.settle(committed.is === 'confirmed' ? 'acknowledged' : 'not-ours')
    if (committed.is !== 'confirmed') throw committed.error
    next.set(partition, after)
  }

  const opening = open()
  opening.catch((error: unknown) => fail(asError(error)))
  return {
    ready: Promise.race([opening, failure]),
    stop: async () => {
      stopped = true
      // A member that is just joining can't leave yet: kafkajs would go on without a word.
      await opening.catch(() => {})
      await consumer.disconnect().catch(() => {})
    },
  }
}

type Committed =
  | { readonly is: 'confirmed' }
  /** `refused`: the position did not move. `unknown`: it may have. */
  | { readonly is: 'refused' | 'unknown'; readonly error: Error }

const givenAway: Committed = { is: 'refused', error: new Error('the partition was given away') }

/** The coordinator does not take a commit of this member: a later one has the partition, or will get it. */
const notTaken = ['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID']

/**
 * Commits through the payload of the batch, which sends also while the consumer stops; kafkajs' `commitOffsets` then
 * resolves without having sent anything.
 */
async function commit(payload: EachBatchPayload, after: bigint, who: string, commits: Commits): Promise<Committed> {
  const { topic, partition } = payload.batch
  // kafkajs passes the metadata on, its types do not know it.
  const bearing: PartitionOffset & { metadata: string } = { partition, offset: `${after}`, metadata: who }
  try {
    await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [bearing] }] })
  } catch (thrown) {
    return { is: notTaken.includes(protocolType(thrown)) ? 'refused' : 'unknown', error: asError(thrown) }
  }
  if (commits.seen(partition, after)) return { is: 'confirmed' }
  return { is: 'refused', error: new Error('the commit was not confirmed') }
}

function arrivalOf({ entry, topic, replyTo }: IntakeOptions, partition: number, message: KafkaMessage): Arrival {
  const namespace = [message.headers?.namespace].flat().at(-1)
  const recordTime = Number(message.timestamp)
  return {
    entry,
    address: topic,
    replyTo,
    payload: message.value ?? new Uint8Array(),
    at: Date.now(),
    retained: false,
    leftOver: false,
    position: { partition, offset: message.offset },
    ...(namespace !== undefined && { namespaceHeader: namespace.toString() }),
    ...(recordTime > 0 && { recordTime }),
  }
}
