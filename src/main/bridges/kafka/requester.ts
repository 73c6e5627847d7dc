import type { BridgeContext } from '#main/bridges/bridge'
import { oneConnection } from '#main/bridges/one-connection'
import { requestWay, type Sent, type Way } from '#main/bridges/request-way'
import type { Requester, RequestToSend } from '#main/bridges/requester'
import { unlessAborted } from '#main/bridges/unless-aborted'
import { asError } from '#main/link'
import { entryText } from '#shared/broker'
import type { KafkaConfig } from '#shared/config'
import { kafkaNames } from '#shared/names/build'
import { responseAddressOf } from '#shared/names/parse'
import { requestMs } from './client.ts'
import { type Outside, openOutside, placeOf } from './outside.ts'
import { type OpenWatch, openWatch } from './watch.ts'

interface Watched {
  readonly opened: Promise<OpenWatch>
  readonly listeners: Set<Way['heard']>
}

interface Connection extends Pick<Outside, 'lost' | 'ended' | 'close'> {
  readonly outside: Outside
  /** By topic, newest last: its watch stays open for the next request. */
  readonly watched: Map<string, Watched>
}

/** Topics of answers that are watched at once, at most, without those where somebody waits. */
const mostWatched = 4

/**
 * Sends requests to one `kafka` entry's cluster. Nothing connects before the first. The watch on a topic of answers takes
 * a while to open and stays open until `close`.
 */
export function createKafkaRequester(entry: KafkaConfig, context: BridgeContext): Requester {
  const { base } = placeOf(entry, context)
  const connection = oneConnection<Connection>(
    (signal) => open(entry, context, signal),
    `${entryText({ service: 'kafka', name: entry.name })}: the requester is closed.`,
  )

  async function send(request: RequestToSend, way: Way, signal: AbortSignal): Promise<Sent> {
    const { address, payload, key, headers } = request
    const connected = await connection.get(signal)
    const { outside } = connected
    const replyTo = request.replyTo ?? responseAddressOf('kafka', address) ?? kafkaNames.responses(base)
    const stop = await listen(connected, replyTo, (...answer) => way.heard(...answer), signal)
    if (signal.aborted) {
      stop()
      signal.throwIfAborted()
    }
    const forget = connection.onLost(connected, (error) => way.failed(error))
    way.sent()
    const message = { value: payload, key: key ?? null, ...(headers && { headers: { ...headers } }) }
    outside.client.sender.send({ topic: address, messages: [message], acks: -1, timeout: requestMs - 1_000 }).then(
      ([record]) => {
        const offset = record?.baseOffset
        way.taken(record && offset !== undefined ? { position: { partition: record.partition, offset } } : {})
      },
      (error: unknown) => way.failed(outside.words(error, address)),
    )
    return {
      clean: async () => {
        forget()
        stop()
      },
    }
  }

  let closing: Promise<void> | undefined
  return {
    send: (request, signal) => requestWay(request, signal, (way, over) => send(request, way, over)),
    close: () => {
      closing ??= connection.close()
      return closing
    },
  }
}

async function open(entry: KafkaConfig, context: BridgeContext, signal: AbortSignal): Promise<Connection> {
  const outside = await openOutside(entry, context, signal)
  const watched: Connection['watched'] = new Map()
  try {
    await outside.client.sender.connect()
  } catch (error) {
    const told = outside.words(error)
    await outside.close()
    throw told
  }
  return {
    outside,
    watched,
    lost: outside.lost,
    ended: outside.ended,
    close: async () => {
      if (!outside.ended()) await Promise.all([...watched.values()].map(closeWatch))
      await outside.close()
    },
  }
}

/** Resolves when every later answer on the topic will be heard; gives how to end it. Rejects in words. */
async function listen(
  { outside, watched }: Connection,
  topic: string,
  heard: Way['heard'],
  signal: AbortSignal,
): Promise<() => void> {
  const watch = watched.get(topic) ?? openTopic(outside, topic)
  watched.delete(topic)
  watched.set(topic, watch)
  watch.listeners.add(heard)
  const stop = () => {
    watch.listeners.delete(heard)
    const idle = [...watched].filter(([, { listeners }]) => listeners.size === 0)
    for (const [name, one] of idle.slice(0, Math.max(0, idle.length - mostWatched))) {
      watched.delete(name)
      void closeWatch(one)
    }
  }
  try {
    await unlessAborted(watch.opened, signal)
    return stop
  } catch (error) {
    if (!signal.aborted && watched.get(topic) === watch) watched.delete(topic)
    stop()
    throw signal.aborted ? asError(signal.reason) : outside.words(error, topic)
  }
}

function openTopic(outside: Outside, topic: string): Watched {
  const listeners: Watched['listeners'] = new Set()
  const group = outside.watchGroup()
  const { client } = outside
  const opened = openWatch({
    consumer: client.consumer(group),
    admin: client.admin,
    group,
    topics: [topic],
    onRecord: ({ message: { value } }) => {
      if (value !== null) for (const heard of listeners) heard(topic, value.toString())
    },
    onLost: (error) => outside.fail(outside.words(error, topic)),
  })
  opened.catch(() => {})
  return { opened, listeners }
}

async function closeWatch({ opened }: Watched): Promise<void> {
  const watch = await opened.catch(() => undefined)
  await watch?.close()
}
