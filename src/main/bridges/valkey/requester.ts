import { setTimeout as sleep } from 'node:timers/promises'
import type { BridgeContext } from '#main/bridges/bridge'
import { oneConnection } from '#main/bridges/one-connection'
import { requestWay, type Sent, type Way } from '#main/bridges/request-way'
import type { Requester, RequestToSend } from '#main/bridges/requester'
import { entryText } from '#shared/broker'
import type { ValkeyConfig } from '#shared/config'
import { valkeyNames } from '#shared/names/build'
import { responseAddressOf } from '#shared/names/parse'
import { isNotPermitted, isUnknownCommand } from './errors.ts'
import { type Outside, openOutside, placeOf } from './outside.ts'

/** Pauses between two looks whether the request still lies in its list, ms: each twice the last. */
const firstLookMs = 20
const lastLookMs = 500

interface Connection {
  readonly commands: Outside
  readonly subscriptions: Outside
  /** By channel: who awaits an answer there. */
  readonly listeners: Map<string, Set<Way['heard']>>
  readonly lost: Promise<Error>
  ended(): Error | undefined
  close(): Promise<void>
}

/** Sends requests to one `valkey` entry's server. Nothing connects before the first. */
export function createValkeyRequester(entry: ValkeyConfig, context: BridgeContext): Requester {
  const { base } = placeOf(entry, context)
  const connection = oneConnection<Connection>(
    (signal) => open(entry, context, signal),
    `${entryText({ service: 'valkey', name: entry.name })}: the requester is closed.`,
  )

  async function send(request: RequestToSend, way: Way, signal: AbortSignal): Promise<Sent> {
    const { address, payload } = request
    const connected = await connection.get(signal)
    const { redis, words } = connected.commands
    const replyTo = request.replyTo ?? responseAddressOf('valkey', address) ?? valkeyNames.responses(base)
    const stop = await listen(connected, replyTo, (...answer) => way.heard(...answer))
    if (signal.aborted) {
      stop()
      signal.throwIfAborted()
    }
    const forget = connection.onLost(connected, (error) => way.failed(error))
    way.sent()
    // Whoever waits at the list has it before the second command is looked at.
    const pushed = redis.rpush(address, payload)
    const looked = redis.lpos(address, payload)
    looked.catch(() => {})
    let lies = true
    pushed.then(
      () => {
        way.taken()
        void follow(looked)
      },
      (error: unknown) => {
        lies = false
        way.failed(words(error))
      },
    )

    /** Looks until it is gone from the list; without the right to look nothing is said about it. */
    async function follow(first: Promise<number | null>) {
      let position = first
      for (let pause = firstLookMs; ; pause = Math.min(lastLookMs, 2 * pause)) {
        const at = await position.catch((error: unknown) => {
          if (!isNotPermitted(error) && !isUnknownCommand(error)) way.failed(words(error))
          return undefined
        })
        if (at === undefined || signal.aborted) return
        if (at === null) {
          lies = false
          return way.collected()
        }
        await sleep(pause, undefined, { signal }).catch(() => {})
        if (signal.aborted) return
        position = redis.lpos(address, payload)
      }
    }

    /** From the end of the list: an equal one that was sent before stays where it is. */
    const withdraw = async () => {
      if (!lies || connected.ended()) return false
      await pushed.catch(() => {})
      const removed = await redis.lrem(address, -1, payload).catch(() => 0)
      lies = false
      return removed > 0
    }
    return {
      withdraw,
      clean: async () => {
        forget()
        stop()
        await withdraw()
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

async function open(entry: ValkeyConfig, context: BridgeContext, signal: AbortSignal): Promise<Connection> {
  const commands = await openOutside(entry, context, signal)
  const subscriptions = await openOutside(entry, context, signal).catch(async (error: unknown) => {
    await commands.close()
    throw error
  })
  const listeners: Connection['listeners'] = new Map()
  subscriptions.redis.on('message', (channel: string, payload: string) => {
    for (const heard of listeners.get(channel) ?? []) heard(channel, payload)
  })
  const close = async () => {
    await Promise.all([commands.close(), subscriptions.close()])
  }
  const lost = Promise.race([commands.lost, subscriptions.lost])
  // One is of no use without the other.
  void lost.then(close)
  const ended = () => commands.ended() ?? subscriptions.ended()
  return { commands, subscriptions, listeners, lost, ended, close }
}

/** Resolves when the server has the subscription; gives how to end it. Rejects in words. */
async function listen({ subscriptions, listeners }: Connection, channel: string, heard: Way['heard']) {
  const own = listeners.get(channel) ?? new Set()
  listeners.set(channel, own)
  own.add(heard)
  const stop = () => {
    own.delete(heard)
    if (own.size > 0 || listeners.get(channel) !== own) return
    listeners.delete(channel)
    if (!subscriptions.ended()) subscriptions.redis.unsubscribe(channel).catch(() => {})
  }
  await subscriptions.redis.subscribe(channel).catch((error: unknown) => {
    stop()
    throw subscriptions.words(error)
  })
  return stop
}
