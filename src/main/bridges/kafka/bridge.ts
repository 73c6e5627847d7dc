/**
 * Bridge to a Kafka cluster. Out go records: tag values (key `{plc}.{tag}`), health and answers; in come write requests
 * from a topic of their own, as a member of a consumer group. Nothing is retained: a compacted topic keeps the newest
 * record of each key, and clearing a tag sends a record without value, which makes such a topic forget the key.
 */
import type { Bridge, BridgeConnection, BridgeContext, Take } from '#main/bridges/bridge'
import type { Lease, LeaseOptions } from '#main/bridges/lease'
import { createSentMemory, type SentMemory } from '#main/bridges/sent'
import { unlessAborted } from '#main/bridges/unless-aborted'
import { asError } from '#main/link'
import { type EntryId, entryText } from '#shared/broker'
import type { KafkaConfig } from '#shared/config'
import { base as baseOf, clientId, kafkaNames } from '#shared/names/build'
import { type Client, createClient, requestMs } from './client.ts'
import { inWords, noAnswer, type Place, problem } from './errors.ts'
import { type Intake, NotTaken, openIntake } from './intake.ts'
import { openKafkaLease } from './lease.ts'
import { keepPinging } from './ping.ts'
import { batchRecords, createPublisher } from './publisher.ts'
import { recordMaker } from './record.ts'
import { ensureTopics, lookAt, type Topics } from './topics.ts'
import { createUnsure, type Unsure } from './unsure.ts'

/** A silent cluster is lost after at most `pingEveryMs + requestMs`. */
const pingEveryMs = 3_000
/** Longest time for leaving in good order, ms. */
const closeMs = 2_000

/** The bridge of one entry of `kafka[]`. Two batches may be open: one under way, the next one waiting behind it. */
export function createKafkaBridge(entry: KafkaConfig, context: BridgeContext): Bridge {
  const id: EntryId = { service: 'kafka', name: entry.name }
  const base = baseOf('kafka', context.namespace, entry.selector)
  const place: Place = {
    entry: id,
    brokers: entry.brokers,
    base,
    group: entry.consumer_group ?? kafkaNames.writersGroup(base),
    user: entry.username,
  }
  const sent = createSentMemory()
  const unsure = createUnsure({
    who: context.who,
    onDoubt: (partition, offset) =>
      context.log.warn(
        `${entryText(id)}: a write request (${kafkaNames.writes(base)}, partition ${partition}, offset ${offset}) was taken over as the connection broke, and the group went past it meanwhile. It was not executed here; whether another member answered it is not known. Read the tag before repeating it.`,
      ),
  })
  return {
    entry: id,
    base,
    limits: { batch: batchRecords, window: 2 * batchRecords },
    isOwn: (address, payload) => sent.has(address, payload),
    noteValues: (on) => {
      sent.values = on
    },
    connect: async ({ signal }) => {
      signal.throwIfAborted()
      const client = await createClient(entry, context, clientId(base, context.who))
      try {
        const silence = new Promise<never>((_, reject) => {
          client.onSilence = () => reject(noAnswer(place))
        })
        const topics = await unlessAborted(Promise.race([open(client, entry, place), silence]), signal)
        return connection({ entry, context, place, client, topics, sent, unsure })
      } catch (error) {
        client.destroy()
        throw signal.aborted ? asError(signal.reason) : inWords(place, error, client.failures)
      }
    },
  }
}

async function open(client: Client, entry: KafkaConfig, place: Place): Promise<Topics> {
  await client.admin.connect()
  const topics = await ensureTopics(client.admin, entry, place)
  await client.sender.connect()
  return topics
}

interface Parts {
  readonly entry: KafkaConfig
  readonly context: BridgeContext
  readonly place: Place
  readonly client: Client
  readonly topics: Topics
  readonly sent: SentMemory
  readonly unsure: Unsure
}

function connection({ entry, context, place, client, topics, sent, unsure }: Parts): BridgeConnection {
  let why: Error | undefined
  let tellLost: (why: Error) => void = () => {}
  const lost = new Promise<Error>((resolve) => {
    tellLost = resolve
  })
  const ending = new AbortController()

  function end(error: Error) {
    if (why) return
    why = error
    pinging.stop()
    client.onBroken = () => {}
    publisher.end(error)
    ending.abort(error)
    tellLost(error)
  }
  const words = (error: unknown, about?: string) => why ?? inWords(place, error, client.failures, about)

  const publisher = createPublisher({
    sender: client.sender,
    recordOf: recordMaker({ base: place.base, tagValues: entry.publish_changes, tagPartitions: topics.tagPartitions }),
    acks: entry.required_acks,
    compression: entry.compression === 'gzip' ? client.gzip : client.none,
    ackMs: requestMs - 1_000,
    own: new Set(topics.needed),
    sent,
    words,
    onEnd: end,
  })
  const pinging = keepPinging({
    ask: () => lookAt(client.admin, topics.needed),
    onDead: (error) => end(error === undefined ? noAnswer(place) : words(error)),
    everyMs: pingEveryMs,
    answerMs: requestMs,
  })
  // A cluster can do without one of its brokers: whether the connection is lost is what the answer tells.
  client.onBroken = () => pinging.now()
  client.onSilence = () => end(noAnswer(place))

  /** A journal that can't be written is no matter of the cluster: its text stays whole. */
  const intakeWords = (error: Error) =>
    error instanceof NotTaken
      ? problem(place, { what: error.message, hint: 'Nothing was executed; it will be tried again' }, error)
      : words(error, kafkaNames.writes(place.base))

  let intake: Intake | undefined
  let listening = false
  let leased = false
  async function listen(take: Take, signal: AbortSignal) {
    const both = AbortSignal.any([signal, ending.signal])
    both.throwIfAborted()
    await intake?.stop()
    const topic = kafkaNames.writes(place.base)
    const opened = openIntake({
      consumer: client.consumer(place.group),
      admin: client.admin,
      entry: place.entry,
      group: place.group,
      topic,
      replyTo: kafkaNames.responses(place.base),
      take,
      who: context.who,
      unsure,
      onLost: (error) => end(intakeWords(error)),
      onIdle: () =>
        context.log.warn(
          `${entryText(place.entry)}: another member of group "${place.group}" holds topic "${topic}": no request reaches this gateway until it leaves. Is a second gateway running?`,
        ),
    })
    intake = opened
    const stop = () => {
      listening = false
      void opened.stop()
    }
    both.addEventListener('abort', stop, { once: true })
    try {
      await unlessAborted(opened.ready, both)
      listening = true
      context.log.debug(() => `${entryText(place.entry)}: intake is open in group "${place.group}"`)
    } catch (error) {
      both.removeEventListener('abort', stop)
      void opened.stop()
      throw words(signal.aborted ? signal.reason : error, topic)
    }
  }

  async function openLease(options: LeaseOptions, signal: AbortSignal): Promise<Lease> {
    const over = AbortSignal.any([signal, ending.signal])
    over.throwIfAborted()
    if (leased) throw problem(place, { what: 'the lease is open already', hint: 'Close it first' })
    leased = true
    const close = () => {
      leased = false
    }
    over.addEventListener('abort', close, { once: true })
    const { who } = context
    const more = { client, place, who, sent, topics: topics.needed, words, over, listening: () => listening }
    const lease = openKafkaLease({ ...options, ...more, onLost: (error) => end(words(error)) })
    try {
      return await unlessAborted(lease, over)
    } catch (error) {
      close()
      throw over.aborted ? asError(over.reason) : words(error)
    }
  }

  let opening: Promise<void> = Promise.resolve()
  let closing: Promise<void> | undefined
  return {
    lost,
    note: topics.note,
    publish: publisher.publish,
    openLease,
    // One intake at a time: the next one waits until the last has let go of its request.
    listen: (take, signal) => {
      const next = opening.then(() => listen(take, signal))
      opening = next.catch(() => {})
      return next
    },
    close: () => {
      end(problem(place, { what: 'the connection was closed by this gateway', hint: 'Nothing is to be done' }))
      closing ??= client.close(closeMs)
      return closing
    },
  }
}
