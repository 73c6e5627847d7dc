/**
 * A bridge to a broker in this process (`memory/broker.ts`), for tests of the middle. It calls itself `mqtt` and speaks
 * in its names, so that what is tested with it is what runs with MQTT.
 */
import type { Arrival, Bridge, BridgeConnection, BridgeContext, Message, Subject, Take } from '#main/bridges/bridge'
import type { Lease, LeaseOptions } from '#main/bridges/lease'
import { messageHead } from '#main/bridges/message'
import { createSentMemory, type SentMemory } from '#main/bridges/sent'
import type { TopicLease } from '#main/bridges/topic-lease'
import { asError } from '#main/link'
import { type EntryId, entryText } from '#shared/broker'
import type { MqttConfig } from '#shared/config'
import { base as baseOf, clientId, mqttNames } from '#shared/names/build'
import { plcOfWriteTopic } from '#shared/names/parse'
import type { MemoryBroker, MemoryMessage, MemorySession } from './broker.ts'
import { createMemoryLease, subscribeLease, unsubscribeLease } from './lease.ts'

const limits = { batch: 100, window: 100 } as const

/** The bridge of one entry on `broker`. Several bridges, also of several gateways, may share a broker. */
export function createMemoryBridge(
  config: Pick<MqttConfig, 'name' | 'selector' | 'client_id'>,
  context: BridgeContext,
  broker: MemoryBroker,
): Bridge {
  const entry: EntryId = { service: 'mqtt', name: config.name }
  const base = baseOf('mqtt', context.namespace, config.selector)
  const head = messageHead('mqtt', base)
  const id = config.client_id ?? clientId(base, context.who)
  const { who } = context
  const sent = createSentMemory()
  const toSend = (message: Message) => {
    const built = memoryMessage(base, head, message)
    const { kind } = message.subject
    if (kind === 'health' || kind === 'response' || (kind === 'tag' && sent.values))
      sent.note(built.address, built.payload)
    return built
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
      signal.throwIfAborted()
      await Promise.resolve()
      const will = lastWill === undefined ? undefined : presenceMessage(base, who, lastWill)
      if (will) sent.note(will.address, will.payload)
      return createConnection({ entry, base, who, sent }, toSend, (client) => {
        try {
          return broker.connect({
            ...client,
            clientId: id,
            ...(will && { will }),
          })
        } catch (error) {
          throw new Error(`${entryText(entry)}: ${asError(error).message}. Is the broker running?`, { cause: error })
        }
      })
    },
  }
}

interface Self {
  readonly entry: EntryId
  readonly base: string
  readonly who: string
  readonly sent: SentMemory
}

type Connect = (client: { onMessage(message: MemoryMessage): void; onLost(why: string): void }) => MemorySession

function createConnection(self: Self, toSend: (message: Message) => MemoryMessage, connect: Connect): BridgeConnection {
  const { entry, base } = self
  const errorOf = (why: string, cause?: unknown) => new Error(`${entryText(entry)}: ${why}`, { cause })
  let ended: Error | undefined
  let tellLost: (error: Error) => void = () => {}
  const lost = new Promise<Error>((resolve) => {
    tellLost = resolve
  })
  const open = new Set<(error: Error) => void>()
  let intake: { readonly take: Take; readonly inbox: MemoryMessage[] } | undefined
  let working = false
  let lease: TopicLease | undefined
  const filter = mqttNames.writeFilter(base)

  const session = connect({
    onMessage: (message) => {
      lease?.receive(message.address, Buffer.from(message.payload), message.stored === true)
      if (plcOfWriteTopic(base, message.address) === undefined) return
      intake?.inbox.push(message)
      void work()
    },
    onLost: (why) => end(errorOf(`${why}. Retrying.`)),
  })

  function end(error: Error) {
    if (ended) return
    ended = error
    intake = undefined
    lease?.end()
    tellLost(error)
    for (const settle of open) settle(error)
    open.clear()
  }

  /** Gives requests to `take` one after the other. Never rejects. */
  async function work() {
    if (working) return
    working = true
    for (let now = intake; now; now = intake) {
      const message = now.inbox.shift()
      if (!message) break
      try {
        const taken = await now.take(arrivalOf(entry, base, message))
        taken.settle('acknowledged')
      } catch (thrown) {
        const why = asError(thrown)
        session.close()
        end(errorOf(`a write request on ${message.address} could not be taken over: ${why.message}. Mend that.`, why))
      }
    }
    working = false
  }

  async function openLease(what: LeaseOptions, signal: AbortSignal): Promise<Lease> {
    if (ended) throw ended
    if (lease) throw errorOf('the lease is open already')
    signal.throwIfAborted()
    const options = { ...self, session, ...what, busy: () => working, ended: () => ended }
    const opened = createMemoryLease(options)
    lease = opened
    const close = () => {
      if (lease !== opened) return
      lease = undefined
      opened.end()
      unsubscribeLease(options)
    }
    signal.addEventListener('abort', close, { once: true })
    const gone = lost.then((error) => {
      signal.removeEventListener('abort', close)
      throw error
    })
    await Promise.race([subscribeLease(options), gone])
    signal.throwIfAborted()
    return opened.lease
  }

  return {
    lost,
    note: '',
    publish: (messages, settled) => {
      for (const [index, message] of messages.entries()) {
        const error = ended
        if (error) {
          queueMicrotask(() => settled(index, error))
          continue
        }
        const settle = (why: Error) => settled(index, why)
        open.add(settle)
        session.publish(toSend(message), (refused) => {
          if (!open.delete(settle)) return
          if (refused === undefined) settled(index)
          else settled(index, errorOf(`${refused}. Give this client the right.`))
        })
      }
    },
    openLease,
    listen: async (take, signal) => {
      if (ended) throw ended
      if (intake) throw errorOf('intake is open already')
      signal.throwIfAborted()
      const mine = { take, inbox: [] }
      intake = mine
      const close = () => {
        if (intake !== mine) return
        intake = undefined
        session.unsubscribe(filter)
      }
      signal.addEventListener('abort', close, { once: true })
      const gone = lost.then((error) => {
        signal.removeEventListener('abort', close)
        throw error
      })
      await Promise.race([session.subscribe(filter), gone])
      if (!signal.aborted) return
      // Closed before the broker had it.
      if (!intake) session.unsubscribe(filter)
      signal.throwIfAborted()
    },
    subscribeAgain: async () => {
      if (!intake) throw errorOf('intake is closed')
      await session.subscribe(filter)
    },
    close: async () => {
      session.close()
      end(errorOf('closed'))
    },
  }
}

function memoryMessage(base: string, head: string, { subject, body }: Message): MemoryMessage {
  const payload = subject.kind === 'clear' ? '' : head + body
  return { address: addressOf(base, subject), payload, retained: subject.kind !== 'response' }
}

function presenceMessage(base: string, who: string, record: string): MemoryMessage {
  return { address: mqttNames.presence(base, who), payload: record, retained: true }
}

function addressOf(base: string, subject: Subject): string {
  switch (subject.kind) {
    case 'tag':
      return mqttNames.tag(base, subject.plc, subject.tag)
    case 'health':
      return mqttNames.health(base, subject.plc)
    case 'response':
      return subject.to
    case 'clear':
      return addressOf(base, subject.what)
  }
}

function arrivalOf(entry: EntryId, base: string, { address, payload, retained }: MemoryMessage): Arrival {
  const plcInTopic = plcOfWriteTopic(base, address)
  return {
    entry,
    address,
    replyTo: mqttNames.response(address),
    payload: Buffer.from(payload),
    at: Date.now(),
    retained,
    ...(plcInTopic !== undefined && { plcInTopic }),
    leftOver: false,
  }
}
