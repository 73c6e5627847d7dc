import type { BridgeConnection, Message } from '#main/bridges/bridge'
import type { Lease, LeaseOptions } from '#main/bridges/lease'
import type { SentMemory } from '#main/bridges/sent'
import type { TopicLease } from '#main/bridges/topic-lease'
import { unlessAborted } from '#main/bridges/unless-aborted'
import { asError } from '#main/link'
import type { Log } from '#main/log'
import { type EntryId, entryText } from '#shared/broker'
import { type Publication, unpublishable } from './address.ts'
import { closeClient, type OpenClient } from './client.ts'
import { createIntake } from './intake.ts'
import { createMqttLease, subscribeLease, unsubscribeLease } from './lease.ts'
import { createRounds } from './rounds.ts'
import { createSender, type Sending } from './sender.ts'
import { brokenWords, disconnectWords, errorAt, type Place, whereText } from './words.ts'

export interface ConnectionOptions extends OpenClient {
  readonly entry: EntryId
  readonly base: string
  readonly place: Place
  /** Most unconfirmed messages. */
  readonly window: number
  /** Short form of who we are. */
  readonly who: string
  readonly sent: SentMemory
  readonly log: Log
  publication(message: Message): Publication
  /** What to say when the broker closes the connection without a word. Called then alone, once. */
  closedError(): Error
}

/** A message or a request that is stuck for so long means that the connection is not working, in s. */
const stuckS = 8
const oldVersionNote =
  'version 3.1.1: a retained write request that is sent while we are connected looks like a live one, and the health of a gateway that died stays at the broker. Use a broker with MQTT 5'

/** The gateway's connection to one broker, until it is lost or closed. */
export function createConnection(options: ConnectionOptions): BridgeConnection {
  const { client, socket, connack, place, log, publication } = options
  const maxPacketBytes = connack.properties?.maximumPacketSize ?? 268_435_455
  const window = Math.min(options.window, connack.properties?.receiveMaximum ?? 65_535)
  const name = entryText(options.entry)
  let ended: Error | undefined
  const ending = new AbortController()
  let tellLost: (error: Error) => void = () => {}
  const lost = new Promise<Error>((resolve) => {
    tellLost = resolve
  })
  const sender = createSender(client, socket, window, (topic, error) =>
    errorAt(
      place,
      `the broker refused a message on ${topic} (${error.message}). Allow publishing there in its access rules.`,
      error,
    ),
  )
  const { entry, base } = options
  const rounds = createRounds(client)
  const warn = (text: string) => log.warn(`${name}: ${text}`)
  const intake = createIntake({ client, place, entry, base, rounds, fail, warn })

  let lease: TopicLease | undefined
  let endLease: (() => void) | undefined
  /** The subscriptions of the lease before have been taken back. */
  let unsubscribed: Promise<void> = Promise.resolve()
  client.handleMessage = (packet, acknowledge) => {
    lease?.receive(packet.topic, Buffer.from(packet.payload), packet.retain)
    void intake.receive(packet).then((goOn) => {
      if (!goOn || ended) return
      acknowledge()
      if (packet.qos > 0) rounds.confirmed()
    })
  }

  async function openLease(what: LeaseOptions, signal: AbortSignal): Promise<Lease> {
    if (ended) throw ended
    if (lease) throw errorAt(place, 'the lease is open already')
    signal.throwIfAborted()
    const { who, sent } = options
    const more = { client, place, base, who, sent, sender, ...what, busy: intake.busy }
    const opened = createMqttLease(more)
    lease = opened
    // Leases come and go while the connection lives: nothing of one may hang on what lives as long.
    const giveBack = () => {
      signal.removeEventListener('abort', giveBack)
      lease = undefined
      endLease = undefined
      opened.end()
      if (!ended) unsubscribed = unsubscribeLease(more)
    }
    endLease = giveBack
    signal.addEventListener('abort', giveBack, { once: true })
    const subscribed = unsubscribed.then(() => (signal.aborted ? undefined : subscribeLease(opened, more)))
    await unlessAborted(subscribed, ending.signal)
    signal.throwIfAborted()
    return opened.lease
  }

  function end(error: Error) {
    if (ended) return
    ended = error
    clearInterval(watch)
    rounds.stop()
    ending.abort(error)
    tellLost(error)
    endLease?.()
    sender.end(error)
    intake.end(error)
  }

  /** Asked only where it was the broker: what the bridge answers depends on how often it did that. */
  const closedByBroker = () => {
    if (!ended) fail(options.closedError())
  }

  function fail(error: Error) {
    if (ended) return
    end(error)
    socket.destroy()
    client.end(true)
  }

  client.on('error', (error) => fail(brokenWords(place, asError(error))))
  client.on('close', closedByBroker)
  client.on('disconnect', (packet) => fail(disconnectWords(place, packet.reasonCode ?? 0)))

  // Gone between the handshake and here: the event came before anybody listened.
  if (!client.connected) queueMicrotask(closedByBroker)

  const watch = setInterval(() => {
    const unconfirmed = sender.tick()
    if (intake.tick() >= stuckS) {
      fail(errorAt(place, `a write request was not taken over within ${stuckS} s. Can the journal be written?`))
    } else if (unconfirmed >= stuckS) {
      const text = `the broker confirmed nothing for ${stuckS} s (${whereText(place)}). Does it hang, or is it overloaded?`
      fail(errorAt(place, text))
    }
  }, 1_000)
  watch.unref()

  function prepare(message: Message, settled: (error?: Error) => void): Sending | undefined {
    const built = publication(message)
    const problem = unpublishable(built.topic, built.payload, maxPacketBytes)
    if (problem === '') return { publication: built, settled }
    queueMicrotask(() => settled(errorAt(place, `not sent: ${problem}.`)))
    return undefined
  }

  async function close() {
    const alive = !ended
    end(errorAt(place, 'closed'))
    await closeClient({ client, socket }, alive)
  }

  let closing: Promise<void> | undefined
  return {
    lost,
    note: options.version === 5 ? '' : oldVersionNote,
    publish: (messages, settled) => {
      sender.send(messages.flatMap((message, index) => prepare(message, (error) => settled(index, error)) ?? []))
    },
    listen: (take, signal) => intake.listen(take, signal),
    subscribeAgain: intake.subscribeAgain,
    openLease,
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
