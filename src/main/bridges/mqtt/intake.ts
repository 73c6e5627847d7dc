import type { IPublishPacket, MqttClient } from 'mqtt'
import { attentionMs } from '#main/bridges/attention'
import type { Arrival, Take } from '#main/bridges/bridge'
import { asError } from '#main/link'
import type { EntryId } from '#shared/broker'
import { mqttNames } from '#shared/names/build'
import { plcOfWriteTopic } from '#shared/names/parse'
import type { Rounds } from './rounds.ts'
import { errorAt, type Place, subscribeWords } from './words.ts'

export interface Intake {
  /** As `BridgeConnection.listen`. */
  listen(take: Take, signal: AbortSignal): Promise<void>
  /** As `BridgeConnection.subscribeAgain`: the broker replaces the subscription and lets no message go by (MQTT 5 §3.8.4). */
  subscribeAgain(): Promise<void>
  /** The connection is gone: an opening under way is rejected with this error. */
  end(error: Error): void
  /** Whether to acknowledge and go on: a request was taken over, or it is none for an open intake. Never rejects. */
  receive(packet: IPublishPacket): Promise<boolean>
  /** A request is being taken over. */
  busy(): boolean
  /** Called once a second: for how many seconds `take` has kept a request without an answer. */
  tick(): number
}

export interface IntakeOptions {
  readonly client: MqttClient
  readonly place: Place
  readonly entry: EntryId
  readonly base: string
  readonly rounds: Rounds
  /** The connection must not go on: a request could not be taken over. */
  fail(error: Error): void
  warn(text: string): void
}

interface Opened {
  readonly take: Take
  /** Ends an opening that is under way; nothing happens where none is. */
  reject(error: Error): void
  close(): void
}

/** Retain as published: a stored request can be told from a live one. Retain handling 2: stored ones are not sent. */
const subscription = { qos: 1, rap: true, rh: 2 } as const

/**
 * Write requests of one connection. The stream stands still while `take` writes a request to the journal, so that
 * requests keep their order; the acknowledgement leaves as soon as it is written.
 */
export function createIntake({ client, place, entry, base, rounds, fail, warn }: IntakeOptions): Intake {
  const filter = mqttNames.writeFilter(base)
  let opened: Opened | undefined
  let ended: Error | undefined
  let takenForS: number | undefined
  /** Requests of unknown age come in: told once, until one is young again. */
  let late = false
  /** A broker may take a subscription and the end of an earlier one in the wrong order (aedes does). */
  let unsubscribed: Promise<void> = Promise.resolve()

  async function receive(packet: IPublishPacket): Promise<boolean> {
    const plc = plcOfWriteTopic(base, packet.topic)
    // On its way while intake was closed: let go, as if it had been sent while nobody listened.
    if (!opened || plc === undefined) return true
    takenForS = 0
    try {
      const taken = await opened.take(arrivalOf(packet, plc))
      // A clean session has no memory: acknowledged or not, the broker gives this request to nobody any more.
      queueMicrotask(() => taken.settle('acknowledged'))
      return true
    } catch (thrown) {
      const why = asError(thrown)
      const text = `a write request on ${packet.topic} could not be taken over: ${why.message}. It was not acknowledged, and the connection is closed so that no request waits at the broker. Mend what is said there.`
      fail(errorAt(place, text, why))
      return false
    } finally {
      takenForS = undefined
    }
  }

  function arrivalOf(packet: IPublishPacket, plcInTopic: string): Arrival {
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    const replyTo = mqttNames.response(packet.topic)
    const { topic: address, retain: retained } = packet
    return { entry, address, replyTo, payload, at: Date.now(), retained, plcInTopic, leftOver: isLate() }
  }

  /** Nobody can say that what is read now did not wait: the age of a request without a time stamp is not known. */
  function isLate(): boolean {
    const longest = rounds.longestMs()
    const before = late
    late = longest > attentionMs
    if (late && !before) {
      warn(
        `a write request may have been on its way for ${(longest / 1_000).toFixed(1)} s: this computer slept or was overloaded, the journal or the network stood still, or requests come without a pause. Those without "timestamp" are refused as expired until the broker has answered with nothing before it. Send them again, with "timestamp" where this happens often.`,
      )
    }
    return late
  }

  function send(resolve: () => void, reject: (error: Error) => void) {
    client.subscribe(filter, subscription, (error, _granted, packet) => {
      const code = packet?.granted[0]
      if (typeof code === 'number' && code >= 128) return reject(subscribeWords(place, filter, code, error))
      if (error) return reject(subscribeWords(place, filter, undefined, error))
      if (code === 0) warn(`the broker grants only QoS 0 on ${filter}: a request can get lost on the way here.`)
      resolve()
    })
  }

  function subscribe(mine: Opened): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      mine.reject = reject
      void unsubscribed.then(() => {
        if (opened === mine && !ended) send(resolve, reject)
      })
    })
  }

  return {
    listen: async (take, signal) => {
      if (ended) throw ended
      if (opened) throw errorAt(place, 'intake is open already')
      signal.throwIfAborted()
      const mine: Opened = {
        take,
        reject: () => {},
        close: () => {
          signal.removeEventListener('abort', mine.close)
          if (opened !== mine) return
          opened = undefined
          mine.reject(asError(signal.reason))
          if (ended) return
          unsubscribed = new Promise((resolve) => client.unsubscribe(filter, () => resolve()))
        },
      }
      opened = mine
      rounds.start()
      signal.addEventListener('abort', mine.close, { once: true })
      try {
        await subscribe(mine)
      } catch (error) {
        mine.close()
        throw error
      }
    },
    subscribeAgain: () =>
      new Promise((resolve, reject) => {
        if (opened && !ended) send(resolve, reject)
        else reject(ended ?? errorAt(place, 'intake is closed'))
      }),
    end: (error) => {
      ended = error
      opened?.reject(error)
      opened?.close()
    },
    receive,
    busy: () => takenForS !== undefined,
    tick: () => (takenForS === undefined ? 0 : ++takenForS),
  }
}
