import type { BridgeContext } from '#main/bridges/bridge'
import { oneConnection } from '#main/bridges/one-connection'
import { requestWay, type Sent, type Way } from '#main/bridges/request-way'
import type { Requester, RequestToSend } from '#main/bridges/requester'
import { entryText } from '#shared/broker'
import type { MqttConfig } from '#shared/config'
import { mqttNames } from '#shared/names/build'
import { unpublishable } from './address.ts'
import { type Outside, openOutside } from './outside.ts'
import { errorAt } from './words.ts'

/** Longest wait for the removal of a retained request, in ms. */
const cleanMs = 2_000

type Listeners = Map<string, Set<Way['heard']>>

/** Sends requests to one `mqtt` entry's broker. Nothing connects before the first. */
export function createMqttRequester(config: MqttConfig, context: BridgeContext): Requester {
  const name = entryText({ service: 'mqtt', name: config.name })
  /** Topics on which a request of ours may stand retained. */
  const retained = new Set<string>()
  const connection = oneConnection(async (signal) => {
    /** By topic: who awaits an answer there. */
    const listeners: Listeners = new Map()
    const outside = await openOutside({
      config,
      context,
      signal,
      onMessage: ({ topic, payload, retain }) => {
        // An answer that is stored is none to a request of now.
        if (!retain) for (const heard of listeners.get(topic) ?? []) heard(topic, payload.toString())
      },
    })
    return { ...outside, listeners }
  }, `${name}: the requester is closed.`)

  async function send(request: RequestToSend, way: Way, signal: AbortSignal): Promise<Sent> {
    const { address, payload, retain = false } = request
    const outside = await connection.get(signal)
    const problem = unpublishable(address, payload, Number.POSITIVE_INFINITY)
    if (problem) throw errorAt(outside.place, `not sent: ${problem}.`)
    // No other address than a gateway's own request topics is ever answered, and these have this form.
    const replyTo = request.replyTo ?? mqttNames.response(address)
    const stop = await listen(outside, replyTo, (...answer) => way.heard(...answer))
    if (signal.aborted) {
      stop()
      signal.throwIfAborted()
    }
    const forget = connection.onLost(outside, (error) => way.failed(error))
    if (retain) retained.add(address)
    way.sent()
    outside.publish(address, payload, retain, (error, nobody) => {
      if (error) way.failed(error)
      else way.taken(nobody ? { noSubscriber: true } : {})
    })
    return {
      clean: async () => {
        forget()
        stop()
        if (retain) await clear(outside, address)
      },
    }
  }

  async function clear(outside: Outside, topic: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, cleanMs)
      outside.publish(topic, '', true, (error) => {
        if (!error) retained.delete(topic)
        clearTimeout(timer)
        resolve()
      })
    })
  }

  /** One more connection for what could not be removed on the one that was lost. */
  async function clearLate() {
    const signal = AbortSignal.timeout(2 * cleanMs)
    const outside = await openOutside({ config, context, onMessage: () => {}, signal }).catch(() => undefined)
    if (outside) await Promise.all([...retained].map((topic) => clear(outside, topic)))
    await outside?.close()
    for (const topic of retained) {
      const remove = `mosquitto_pub -t '${topic}' -r -n`
      context.log.warn(`${name}: a retained test request may still stand on ${topic}. Remove it: ${remove}`)
    }
  }

  let closing: Promise<void> | undefined
  return {
    send: (request, signal) => requestWay(request, signal, (way, over) => send(request, way, over)),
    close: () => {
      closing ??= connection.close().then(() => (retained.size > 0 ? clearLate() : undefined))
      return closing
    },
  }
}

/** Resolves when the broker has the subscription; gives how to end it. Rejects where the broker refuses it. */
async function listen(
  outside: Outside & { readonly listeners: Listeners },
  topic: string,
  heard: Way['heard'],
): Promise<() => void> {
  const { listeners } = outside
  const own = listeners.get(topic) ?? new Set()
  listeners.set(topic, own)
  own.add(heard)
  const stop = () => {
    own.delete(heard)
    if (own.size > 0 || listeners.get(topic) !== own) return
    listeners.delete(topic)
    outside.unsubscribe(topic)
  }
  await outside.subscribe(topic).catch((error: unknown) => {
    stop()
    throw error
  })
  return stop
}
