/**
 * One MQTT client: a socket, TLS where asked for, and the handshake. Version 5 first, 3.1.1 where the broker refuses it.
 * The client never reconnects and stores nothing: who needs a connection again asks for a fresh client.
 */
import type { Socket } from 'node:net'
import type { IClientOptions, IConnackPacket, MqttClient } from 'mqtt'
import { NeedsPerson } from '#main/link'
import { entryText } from '#shared/broker'
import type { Publication } from './address.ts'
import { dial, type TlsFiles } from './dial.ts'
import { brokenWords, codeOf, errorAt, type Place, refusedWords, unansweredWords, whereText } from './words.ts'

export type Version = 4 | 5

export interface OpenOptions {
  readonly place: Place
  readonly password?: string
  readonly tls: TlsFiles
  readonly will?: Publication
  readonly signal: AbortSignal
}

export interface OpenClient {
  readonly client: MqttClient
  readonly socket: Socket
  readonly version: Version
  /** The broker has said that it does not speak version 5. Without a word it may only have been full. */
  readonly refused5: boolean
  readonly connack: IConnackPacket
}

/** One attempt, name look-up to CONNACK, in ms. */
const connectMs = 10_000
/** Seconds; a broker that is gone without a word is noticed after one and a half of them. */
const keepaliveS = 10
/** Largest packet a version 5 broker may send us: 64 KiB is the most a request may have, and more is to be answered. */
const maxIncomingBytes = 1024 * 1024
/** Requests a version 5 broker may have on the way to us. */
const maxIncoming = 100

/** How long the broker may take to close its side after we said goodbye, in ms. */
const goodbyeMs = 1_000
/** DISCONNECT without a reason, in 3.1.1 (§3.14) and in 5 (§3.14.2.1): the broker forgets the Will. */
const goodbye = Buffer.from([0xe0, 0x00])

/** Ends a client, in good order where `alive`. Bounded in time, never rejects. */
export async function closeClient({ client, socket }: Pick<OpenClient, 'client' | 'socket'>, alive: boolean) {
  const closed = new Promise<void>((resolve) => {
    if (socket.closed) resolve()
    else socket.once('close', () => resolve())
  })
  if (alive) socket.end(goodbye)
  const timer = setTimeout(() => socket.destroy(), goodbyeMs)
  await closed
  clearTimeout(timer)
  client.end(true)
}

type Handshake =
  | { readonly kind: 'accepted'; readonly client: MqttClient; readonly connack: IConnackPacket }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'broken'; readonly error: Error }
  | { readonly kind: 'closed' }

/**
 * Connects. `first` is the version that is tried first: 4 where the broker has refused 5. Rejects with a text for people;
 * `NeedsPerson` where a retry can't help.
 */
export async function openClient(options: OpenOptions, first: Version = 5): Promise<OpenClient> {
  const { place, signal } = options
  signal.throwIfAborted()
  if (options.password && place.username === undefined) {
    const text = `${entryText(place.entry)}: password is set and username is not. Set both, or neither.`
    throw new NeedsPerson(text)
  }
  const limit = new AbortController()
  const stop = () => limit.abort(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(() => {
    const text = `no answer from ${whereText(place)} within ${connectMs / 1000} s. Check address, network and firewall, and whether the broker hangs.`
    limit.abort(errorAt(place, text))
  }, connectMs)
  try {
    return await connectWithin(options, first, limit.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

async function connectWithin(options: OpenOptions, first: Version, signal: AbortSignal): Promise<OpenClient> {
  const { place } = options
  const library = await import('mqtt')
  let refused5 = first === 4
  for (let version = first; ; version = 4) {
    const socket = await dial(place, options.tls, signal)
    if (signal.aborted) socket.destroy()
    signal.throwIfAborted()
    const result = await shakeHands(library, socket, version, options, signal)
    if (result.kind === 'accepted') return { ...result, socket, version, refused5 }
    socket.destroy()
    signal.throwIfAborted()
    if (version === 5) {
      refused5 = result.kind === 'refused' && isVersionRefusal(result.code)
      // Old brokers close without an answer instead of refusing the version.
      if (refused5 || result.kind === 'closed') continue
    }
    if (result.kind === 'refused') throw refusedWords(place, result.code)
    throw result.kind === 'closed' ? unansweredWords(place) : brokenWords(place, result.error)
  }
}

/** CONNACK code 1 of 3.1.1 (§3.2.2.3), 132 of version 5 (§3.2.2.2). */
const isVersionRefusal = (code: number) => code === 1 || code === 132

function shakeHands(
  { MqttClient, UniqueMessageIdProvider }: typeof import('mqtt'),
  socket: Socket,
  version: Version,
  options: OpenOptions,
  signal: AbortSignal,
): Promise<Handshake> {
  // The default provider gives an id twice after 65,535 unconfirmed messages, and the first of them is never settled.
  const messageIdProvider = new UniqueMessageIdProvider()
  const client = new MqttClient(() => socket, { ...clientOptions(version, options), messageIdProvider })
  return new Promise<Handshake>((resolve) => {
    const give = (result: Handshake) => {
      client.off('connect', onConnect).off('error', onError).off('close', onClose)
      signal.removeEventListener('abort', onAbort)
      // A late error event without a listener would end the process.
      client.on('error', () => {})
      if (result.kind !== 'accepted') client.end(true)
      resolve(result)
    }
    const onConnect = (connack: IConnackPacket) => give({ kind: 'accepted', client, connack })
    const onError = (error: Error & { code?: unknown }) => {
      if (typeof error.code === 'number') give({ kind: 'refused', code: error.code })
      else give(/^(ECONNRESET|EPIPE)$/.test(codeOf(error)) ? { kind: 'closed' } : { kind: 'broken', error })
    }
    const onClose = () => give({ kind: 'closed' })
    const onAbort = () => give({ kind: 'broken', error: signal.reason })
    client.on('connect', onConnect).on('error', onError).on('close', onClose)
    signal.addEventListener('abort', onAbort, { once: true })
    client.connect()
  })
}

function clientOptions(version: Version, { place, password, will }: OpenOptions): IClientOptions {
  const { username } = place
  return {
    manualConnect: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    connectTimeout: connectMs,
    timerVariant: 'native',
    keepalive: keepaliveS,
    clean: true,
    clientId: place.clientId,
    protocolVersion: version,
    log: () => {},
    ...(username === undefined ? {} : { username }),
    ...(username === undefined || password === undefined ? {} : { password }),
    ...(will ? { will: { topic: will.topic, payload: Buffer.from(will.payload), ...willFlags(will, version) } } : {}),
    ...(version === 5
      ? { properties: { sessionExpiryInterval: 0, receiveMaximum: maxIncoming, maximumPacketSize: maxIncomingBytes } }
      : {}),
  }
}

function willFlags({ options }: Publication, version: Version) {
  const { qos, retain, properties } = options
  return { qos, retain, ...(version === 5 && properties ? { properties } : {}) }
}
