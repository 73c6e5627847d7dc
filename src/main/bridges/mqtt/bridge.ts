/**
 * MQTT. In come messages of the outbox and topics' write requests; out go QoS 1 publications under the entry's base,
 * and requests for the journal. The client library is loaded at the first connect, and never reconnects by itself.
 */
import type { Bridge, BridgeContext, Message } from '#main/bridges/bridge'
import { messageHead } from '#main/bridges/message'
import { createSentMemory } from '#main/bridges/sent'
import { NeedsPerson } from '#main/link'
import { type EntryId, entryText } from '#shared/broker'
import type { MqttConfig } from '#shared/config'
import { base as baseOf, clientId } from '#shared/names/build'
import { presencePublication, publication } from './address.ts'
import { type OpenClient, openClient, type Version } from './client.ts'
import { createConnection } from './connection.ts'
import { closedWords, evictedWords, type Place, whereText } from './words.ts'

/** The window of the outbox: more only adds delay (performance.md §3). */
const limits = { batch: 100, window: 100 } as const

/** A connection that the broker ends within this time may have been taken over by a twin. In ms. */
const shortLifeMs = 60_000
/** So many in a row, with no failed attempt between: it is no broker that is being restarted. */
const evictions = 3

/** The bridge of one `mqtt` entry. */
export function createMqttBridge(config: MqttConfig, context: BridgeContext): Bridge {
  const entry: EntryId = { service: 'mqtt', name: config.name }
  const base = baseOf('mqtt', context.namespace, config.selector)
  const head = messageHead('mqtt', base)
  const place: Place = {
    entry,
    host: config.broker,
    port: config.port,
    tls: config.use_tls,
    clientId: config.client_id ?? clientId(base, context.who),
    username: config.username,
  }
  const { log, password, who } = context
  const sent = createSentMemory()
  /** 4 where the broker refuses 5: what a broker of version 5 would give us is not lost for longer than need be. */
  let firstVersion: Version = 5
  /** Connections in a row that the broker ended soon, without a word. One that lived long begins a new row. */
  let shortLives = 0

  const livedLong = (since: number) => performance.now() - since >= shortLifeMs

  /** The broker ended, without a word, a connection that was made at `since`. */
  function closedError(since: number): Error {
    if (livedLong(since)) return closedWords(place)
    shortLives++
    return shortLives >= evictions ? evictedWords(place, shortLives) : closedWords(place)
  }

  return {
    entry,
    base,
    limits,
    isOwn: (address, payload) => sent.has(address, payload),
    noteValues: (on) => {
      sent.values = on
    },
    connect: async ({ lastWill, signal }) => {
      const tried = firstVersion
      const will = lastWill === undefined ? undefined : presencePublication(base, who, lastWill)
      if (will) sent.note(will.topic, will.payload)
      const options = { place, tls: config, signal, ...(will && { will }), ...(password !== undefined && { password }) }
      const opened = await openClient(options, tried).catch((error: unknown) => {
        // Tried afresh after every failure: the broker may have been renewed meanwhile.
        firstVersion = 5
        shortLives = 0
        throw error
      })
      refuseUnfit(place, opened)
      firstVersion = opened.refused5 ? 4 : 5
      if (opened.version === 4 && tried === 5) {
        const what = opened.refused5 ? 'refuses MQTT 5' : 'closed the connection when asked for MQTT 5'
        log.info(`${entryText(entry)}: the broker ${what}, connected with 3.1.1 (${whereText(place)})`)
      }
      const build = (message: Message) => {
        const built = publication(base, head, message)
        const { kind } = message.subject
        if (kind === 'health' || kind === 'response' || (kind === 'tag' && sent.values))
          sent.note(built.topic, built.payload)
        return built
      }
      const since = performance.now()
      const more = { entry, base, place, window: limits.window, who, sent, log, publication: build }
      const connection = createConnection({ ...opened, ...more, closedError: () => closedError(since) })
      void connection.lost.then(() => {
        if (livedLong(since)) shortLives = 0
      })
      return connection
    },
  }
}

/** A version 5 broker may forbid what this gateway lives on (§3.2.2.3.4 and .5); sending it anyway ends the connection. */
function refuseUnfit(place: Place, { client, socket, connack }: OpenClient) {
  const { maximumQoS, retainAvailable } = connack.properties ?? {}
  const missing = maximumQoS === 0 ? 'QoS 1' : retainAvailable === false ? 'retained messages' : ''
  if (missing === '') return
  socket.destroy()
  client.end(true)
  const text = `${entryText(place.entry)}: the broker does not allow ${missing} (${whereText(place)}). Allow it there, or use another broker.`
  throw new NeedsPerson(text)
}
