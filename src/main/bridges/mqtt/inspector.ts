/** Looks at an MQTT broker without taking part. Each call has a connection of its own. */
import { randomBytes } from 'node:crypto'
import type { IPublishPacket } from 'mqtt'
import type { BridgeContext } from '#main/bridges/bridge'
import type { Clock, Inspector, Members, Right, Watch } from '#main/bridges/inspector'
import { testLines } from '#main/bridges/probe'
import { unlessAborted } from '#main/bridges/unless-aborted'
import { asError } from '#main/link'
import { entryText } from '#shared/broker'
import type { MqttConfig } from '#shared/config'
import { base as baseOf, mqttNames } from '#shared/names/build'
import { tlsOptions } from './dial.ts'
import { removeRetained, retainedUnder } from './left-overs.ts'
import { type Outside, openOutside, outsidePlace } from './outside.ts'
import { reachUnder } from './reach.ts'
import { brokenWords } from './words.ts'

/** What arrives on a connection, for whoever listens now. */
export interface Inbox {
  /** Returns how to stop. */
  listen(take: (packet: IPublishPacket) => void): () => void
}

/** Longest wait for our own message, ms. */
const deliveryMs = 3_000

/** The inspector of one `mqtt` entry. Nothing connects yet. */
export function createMqttInspector(config: MqttConfig, context: BridgeContext): Inspector {
  const name = entryText({ service: 'mqtt', name: config.name })
  const ownBase = baseOf('mqtt', context.namespace, config.selector)

  async function open(signal: AbortSignal): Promise<{ readonly outside: Outside; readonly inbox: Inbox }> {
    const takers = new Set<(packet: IPublishPacket) => void>()
    const onMessage = (packet: IPublishPacket) => {
      for (const take of takers) take(packet)
    }
    const listen: Inbox['listen'] = (take) => {
      takers.add(take)
      return () => takers.delete(take)
    }
    return { outside: await openOutside({ config, context, onMessage, signal }), inbox: { listen } }
  }

  async function using<T>(signal: AbortSignal, work: (outside: Outside, inbox: Inbox) => Promise<T>): Promise<T> {
    const { outside, inbox } = await open(signal)
    try {
      return await unlessAborted(work(outside, inbox), signal)
    } finally {
      await outside.close()
    }
  }

  async function watch(
    filters: readonly string[],
    onMessage: Parameters<Inspector['watch']>[1],
    signal: AbortSignal,
  ): Promise<Watch> {
    const { outside, inbox } = await open(signal)
    inbox.listen(({ topic, payload, retain }) => {
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
      onMessage({ address: topic, payload: bytes, at: Date.now(), retained: retain })
    })
    const onAbort = () => void outside.close()
    try {
      for (const filter of filters) await unlessAborted(outside.subscribe(filter), signal)
      signal.addEventListener('abort', onAbort, { once: true })
      void outside.lost.then(() => signal.removeEventListener('abort', onAbort))
      return { lost: outside.lost, close: outside.close, note: '' }
    } catch (error) {
      await outside.close()
      throw error
    }
  }

  const rights = (base: string, signal: AbortSignal) =>
    using(signal, async (outside, inbox) => [await delivery(outside, inbox, base), await intake(outside, base)])

  return {
    watch,
    rights,
    reach: (base, names, signal) => using(signal, (outside, inbox) => reachUnder(outside, inbox, base, names)),
    test: (signal) => {
      const place = outsidePlace(config, context)
      return testLines(
        {
          targets: [{ host: config.broker, port: config.port }],
          tls: () => tlsOptions(place, config),
          words: (_, error) => brokenWords(place, error),
          login: (signal) => using(signal, async (outside) => loginText(outside)),
          rights: (signal) => rights(ownBase, signal),
        },
        signal,
      )
    },
    members: async (): Promise<Members> => ({
      kind: 'unproven',
      text: `${name}: MQTT tells nobody who else is connected. See the broker's log or its administration.`,
      rules: [],
    }),
    leftOvers: (base, signal) => using(signal, (outside, inbox) => retainedUnder(outside, inbox, base, signal)),
    remove: (base, names, signal) =>
      using(signal, (outside, inbox) =>
        removeRetained(
          outside,
          inbox,
          base,
          names.map(({ name }) => name),
          signal,
        ),
      ),
    clock: async (): Promise<Clock> => ({
      kind: 'unproven',
      text: `${name}: an MQTT broker does not tell its time. Compare the clocks of the machines by other means.`,
      rules: [],
    }),
  }
}

function loginText({ place, version }: Outside): string {
  const as = place.username === undefined ? 'without a user name' : `as "${place.username}"`
  return `logged in ${as} with MQTT ${version === 5 ? '5' : '3.1.1 (the broker refuses 5)'}`
}

/** Whether a message of ours comes back: on MQTT nothing else tells what the broker drops. */
async function delivery(outside: Outside, inbox: Inbox, base: string): Promise<Right> {
  const topic = mqttNames.test(base, randomBytes(4).toString('hex'))
  const both = { action: 'both', name: topic } as const
  const rule = `topic readwrite ${base}/#`
  const user = outside.place.username === undefined ? '' : `user ${outside.place.username}, `
  try {
    await outside.subscribe(topic)
  } catch (error) {
    return { ...both, action: 'receive', allowed: false, text: asError(error).message }
  }
  return await new Promise<Right>((resolve) => {
    const done = (right: Right) => {
      clearTimeout(timer)
      stop()
      resolve(right)
    }
    const missing = `${entryText(outside.place.entry)}: a message on ${topic} did not come back. Add to the broker's access rules: ${user}${rule}`
    const timer = setTimeout(() => done({ ...both, allowed: false, text: missing }), deliveryMs)
    const stop = inbox.listen((packet) => {
      if (packet.topic === topic)
        done({
          ...both,
          allowed: true,
          text: `may publish and read under ${base}/_gw; other topics below ${base} were not tried`,
        })
    })
    outside.publish(topic, 'test', false, (error) => {
      if (error) done({ ...both, action: 'send', allowed: false, text: error.message })
    })
  })
}

/** A broker that accepts the subscription may deliver nothing all the same: only a refusal says something. */
async function intake(outside: Outside, base: string): Promise<Right> {
  const filter = mqttNames.writeFilter(base)
  try {
    await outside.subscribe(filter)
    outside.unsubscribe(filter)
    return {
      action: 'receive',
      name: filter,
      allowed: 'unknown',
      text: `the broker accepts the subscription to ${filter}; whether it delivers is seen with the first request`,
    }
  } catch (error) {
    return { action: 'receive', name: filter, allowed: false, text: asError(error).message }
  }
}
