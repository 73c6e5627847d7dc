/**
 * A client that is not the gateway: for requester and inspector. It has the entry's address and login and a client id of
 * its own; in comes a handler of messages, out come subscriptions, publications and the news that it is lost.
 */
import { randomBytes } from 'node:crypto'
import type { IPublishPacket, MqttClient } from 'mqtt'
import type { BridgeContext } from '#main/bridges/bridge'
import { asError, type Losable } from '#main/link'
import type { MqttConfig } from '#shared/config'
import { base as baseOf, clientId } from '#shared/names/build'
import { unpublishable } from './address.ts'
import { closeClient, openClient, type Version } from './client.ts'
import { brokenWords, closedWords, disconnectWords, errorAt, type Place, subscribeWords } from './words.ts'

export interface Outside extends Losable {
  readonly place: Place
  readonly version: Version
  /** Undefined while the connection stands. */
  readonly ended: () => Error | undefined
  /** Rejects in words where the broker refuses. Stored messages come too, and they alone have the retain flag. */
  subscribe(filter: string): Promise<void>
  unsubscribe(filter: string): void
  /** QoS 1. `settled` once, with an error in words, or with whether the broker says that nobody subscribes (version 5). */
  publish(topic: string, payload: string, retain: boolean, settled: (error?: Error, nobody?: boolean) => void): void
}

export interface OutsideOptions {
  readonly config: MqttConfig
  readonly context: BridgeContext
  onMessage(packet: IPublishPacket): void
  readonly signal: AbortSignal
}

/** Answer of a version 5 broker: nobody subscribes to the topic (§3.4.2.1). */
const nobodySubscribes = 16

/** Where and as whom a client of this entry connects that is not the gateway: with a fresh client id. */
export function outsidePlace(config: MqttConfig, { namespace, who }: BridgeContext): Place {
  return {
    entry: { service: 'mqtt', name: config.name },
    host: config.broker,
    port: config.port,
    tls: config.use_tls,
    clientId: clientId(baseOf('mqtt', namespace, config.selector), who, randomBytes(2).toString('hex')),
    username: config.username,
  }
}

/** Connects. Rejects in words. */
export async function openOutside({ config, context, onMessage, signal }: OutsideOptions): Promise<Outside> {
  const place = outsidePlace(config, context)
  const { password } = context
  const opened = await openClient({ place, tls: config, signal, ...(password !== undefined && { password }) })
  const { client, connack } = opened
  const maxPacketBytes = connack.properties?.maximumPacketSize ?? 268_435_455
  let ended: Error | undefined
  let tellLost: (error: Error) => void = () => {}
  const lost = new Promise<Error>((resolve) => {
    tellLost = resolve
  })
  const open = new Set<(error: Error) => void>()
  /** Ids of messages that nobody subscribes to. */
  const unheard = new Set<number>()

  function end(error: Error) {
    if (ended) return
    ended = error
    tellLost(error)
    for (const settle of open) settle(error)
    open.clear()
  }
  const fail = (error: Error) => {
    end(error)
    opened.socket.destroy()
    client.end(true)
  }
  // The library gives the broker's answer to nobody else.
  client.on('packetreceive', (packet) => {
    if (packet.cmd === 'puback' && packet.reasonCode === nobodySubscribes && packet.messageId !== undefined)
      unheard.add(packet.messageId)
  })
  client.on('error', (error) => fail(brokenWords(place, asError(error))))
  client.on('close', () => fail(closedWords(place)))
  client.on('disconnect', (packet) => fail(disconnectWords(place, packet.reasonCode ?? 0)))
  client.handleMessage = (packet, acknowledge) => {
    if (!ended) onMessage(packet)
    acknowledge()
  }
  if (!client.connected) fail(closedWords(place))

  let closing: Promise<void> | undefined
  /** A broker may take a subscription and the end of an earlier one in the wrong order (aedes does). */
  const leaving = new Map<string, Promise<void>>()
  return {
    place,
    version: opened.version,
    lost,
    ended: () => ended,
    subscribe: async (filter) => {
      await Promise.race([leaving.get(filter), lost])
      await subscribe(client, place, filter, lost)
    },
    unsubscribe: (filter) => {
      if (ended) return
      const left = new Promise<void>((resolve) => client.unsubscribe(filter, () => resolve())).then(() => {
        if (leaving.get(filter) === left) leaving.delete(filter)
      })
      leaving.set(filter, left)
    },
    publish: (topic, payload, retain, settled) => {
      const problem = ended ? undefined : unpublishable(topic, payload, maxPacketBytes)
      if (ended || problem) return settled(ended ?? errorAt(place, `not sent: ${problem}.`))
      const refuse = (error: Error) => settled(error)
      open.add(refuse)
      client.publish(topic, payload, { qos: 1, retain }, (error, packet) => {
        if (!open.delete(refuse)) return
        const nobody = unheard.delete(packet?.messageId ?? -1)
        if (error) settled(refusedPublish(place, topic, error))
        else settled(undefined, nobody)
      })
    },
    close: () => {
      const alive = !ended
      end(errorAt(place, 'closed'))
      closing ??= closeClient(opened, alive)
      return closing
    },
  }
}

/** Stored messages come too, and they alone have the retain flag. */
async function subscribe(client: MqttClient, place: Place, filter: string, lost: Promise<Error>): Promise<void> {
  const answered = new Promise<void>((resolve, reject) => {
    client.subscribe(filter, { qos: 1, rap: false, rh: 0 }, (error, _granted, packet) => {
      const granted = packet?.granted[0]
      const code = typeof granted === 'number' ? granted : undefined
      if (error || (code ?? 0) >= 128) reject(subscribeWords(place, filter, code, error))
      else resolve()
    })
  })
  const gone = lost.then((error) => {
    throw error
  })
  await Promise.race([answered, gone])
}

function refusedPublish(place: Place, topic: string, error: Error): Error {
  const who = place.username === undefined ? 'clients without a user name' : `the user "${place.username}"`
  const text = `the broker refused a message on ${topic} (${error.message}). Allow ${who} to publish there in its access rules.`
  return errorAt(place, text, error)
}
