import type { BridgeContext } from '#main/bridges/bridge'
import { oneConnection } from '#main/bridges/one-connection'
import { requestWay, type Sent, type Way } from '#main/bridges/request-way'
import type { Requester, RequestToSend } from '#main/bridges/requester'
import { unlessAborted } from '#main/bridges/unless-aborted'
import { entryText } from '#shared/broker'
import type { MqttConfig } from '#shared/config'
import { mqttNames } from '#shared/names/build'
import type { MemoryBroker } from './broker.ts'
import { openOutside } from './outside.ts'

/** Sends requests to a broker in this process. */
export function createMemoryRequester(
  config: Pick<MqttConfig, 'name' | 'selector'>,
  context: BridgeContext,
  broker: MemoryBroker,
): Requester {
  const name = entryText({ service: 'mqtt', name: config.name })
  const waiting = new Map<string, Set<Way['heard']>>()
  const connection = oneConnection(
    async () =>
      openOutside(config, context, broker, ({ address, payload, stored }) => {
        if (!stored) for (const heard of waiting.get(address) ?? []) heard(address, payload)
      }),
    `${name}: the requester is closed.`,
  )

  async function send(request: RequestToSend, way: Way, signal: AbortSignal): Promise<Sent> {
    const { address, payload, retain = false } = request
    const outside = await connection.get(signal)
    const { session } = outside
    if (/[+#]/.test(address)) throw new Error(`${name}: not sent: topic "${address}" has wildcards in it.`)
    const replyTo = request.replyTo ?? mqttNames.response(address)
    const own = waiting.get(replyTo) ?? new Set()
    waiting.set(replyTo, own)
    const heard: Way['heard'] = (...answer) => way.heard(...answer)
    own.add(heard)
    const stop = () => {
      own.delete(heard)
      if (own.size > 0) return
      waiting.delete(replyTo)
      session.unsubscribe(replyTo)
    }
    try {
      await unlessAborted(session.subscribe(replyTo), signal)
    } catch (error) {
      stop()
      throw error
    }
    const forget = connection.onLost(outside, (error) => way.failed(error))
    way.sent()
    session.publish({ address, payload, retained: retain }, () => way.taken())
    return {
      clean: async () => {
        forget()
        stop()
        if (retain) session.publish({ address, payload: '', retained: true }, () => {})
      },
    }
  }

  return {
    send: (request, signal) => requestWay(request, signal, (way, over) => send(request, way, over)),
    close: () => connection.close(),
  }
}
