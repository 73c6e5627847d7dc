/**
 * Clients that are not the gateway: for requester and inspector. They have the entry's addresses and login, and a client
 * id of their own.
 */
import { randomBytes } from 'node:crypto'
import type { BridgeContext } from '#main/bridges/bridge'
import { asError, type Losable } from '#main/link'
import type { KafkaConfig } from '#shared/config'
import { base as baseOf, clientId, kafkaNames } from '#shared/names/build'
import { type Client, createClient, requestMs } from './client.ts'
import { inWords, noAnswer, type Place, problem } from './errors.ts'
import { keepPinging } from './ping.ts'
import { signOfLife } from './topics.ts'

export interface Outside extends Losable {
  readonly client: Client
  readonly place: Place
  /** A group that only watches, with a tail of its own. */
  watchGroup(): string
  /** Undefined while the connection stands. */
  ended(): Error | undefined
  words(error: unknown, about?: string): Error
  /** Ends it with this reason. */
  fail(error: Error): void
}

const pingEveryMs = 3_000
/** Longest time for leaving in good order, ms. */
const closeMs = 2_000

export function placeOf(entry: KafkaConfig, context: BridgeContext): Place {
  const base = baseOf('kafka', context.namespace, entry.selector)
  return {
    entry: { service: 'kafka', name: entry.name },
    brokers: entry.brokers,
    base,
    group: entry.consumer_group ?? kafkaNames.writersGroup(base),
    user: entry.username,
  }
}

/** Connects the admin client; the others are connected by who needs them. Rejects in words. */
export async function openOutside(entry: KafkaConfig, context: BridgeContext, signal: AbortSignal): Promise<Outside> {
  const place = placeOf(entry, context)
  const tail = () => randomBytes(2).toString('hex')
  signal.throwIfAborted()
  const client = await createClient(entry, context, clientId(place.base, context.who, tail()))
  let ended: Error | undefined
  let tellLost: (error: Error) => void = () => {}
  const lost = new Promise<Error>((resolve) => {
    tellLost = resolve
  })
  function end(error: Error) {
    if (ended) return
    ended = error
    pinging?.stop()
    client.onBroken = () => {}
    tellLost(error)
  }
  const words = (error: unknown, about?: string) => ended ?? inWords(place, error, client.failures, about)
  const fail = (error: Error) => {
    end(error)
    client.destroy()
  }
  let pinging: ReturnType<typeof keepPinging> | undefined
  client.onSilence = () => fail(noAnswer(place))
  const onAbort = () => fail(asError(signal.reason))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const gone = lost.then((error) => {
      throw error
    })
    await Promise.race([client.admin.connect(), gone])
  } catch (error) {
    const told = signal.aborted ? asError(signal.reason) : words(error)
    fail(told)
    throw told
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
  pinging = keepPinging({
    ask: () => signOfLife(client.admin, kafkaNames.tags(place.base)),
    onDead: (error) => fail(error === undefined ? noAnswer(place) : words(error)),
    everyMs: pingEveryMs,
    answerMs: requestMs,
  })
  client.onBroken = () => pinging?.now()
  let closing: Promise<void> | undefined
  return {
    client,
    place,
    watchGroup: () => kafkaNames.watchGroup(place.base, context.who, tail()),
    lost,
    ended: () => ended,
    words,
    fail,
    close: () => {
      end(problem(place, { what: 'the connection was closed', hint: 'Nothing is to be done' }))
      closing ??= client.close(closeMs)
      return closing
    },
  }
}
