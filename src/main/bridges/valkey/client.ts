/**
 * One connection to a Valkey or Redis server, logged in and named. In goes the entry, out comes a client of the library
 * that never reconnects and queues nothing; what goes wrong is told in words.
 */
import type { Redis } from 'ioredis'
import { asError } from '#main/link'
import type { ValkeyConfig } from '#shared/config'
import { dial } from './dial.ts'
import { cluster, inWords, isNotPermitted, isUnknownCommand, type Place, problem } from './errors.ts'
import { tlsOptions } from './tls.ts'

export interface Client {
  readonly redis: Redis
  /** Resolves when the socket is gone, with the reason in words. */
  readonly ended: Promise<Error>
  /** Lets what was sent be answered, then closes; bounded in time. */
  quit(): Promise<void>
  /** Breaks it off at once: every open command fails, and what has not left arrives no more. */
  destroy(): void
}

export interface ClientOptions {
  readonly entry: ValkeyConfig
  readonly place: Place
  readonly password?: string
  /** For CLIENT SETNAME. */
  readonly name: string
  /** More questions to the server before the connection counts as made. */
  prepare?(redis: Redis): Promise<void>
}

/** TCP and TLS, then login: each must be done in this time. */
const connectMs = 5_000
const loginMs = 10_000
const quitMs = 500

/** One attempt. Rejects in words, and with the signal's reason when it aborts; nothing is left open then. */
export async function openClient(options: ClientOptions, signal: AbortSignal): Promise<Client> {
  const { place, entry } = options
  const tls = await tlsOptions(entry)
  const { Redis, AbstractConnector } = await import('ioredis')
  const { socket, reset } = await dial(entry.address, tls, connectMs, signal).catch((error: unknown) => {
    throw signal.aborted ? asError(signal.reason) : inWords(place, error)
  })
  /** Gives the library our socket: what it dials itself can't be reset under TLS. */
  class Connector extends AbstractConnector {
    constructor() {
      super(quitMs)
    }
    override async connect() {
      this.stream = socket
      return socket
    }
  }
  const redis = new Redis({
    Connector,
    lazyConnect: true,
    // Login, database and name are done below, where their errors can be told apart.
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: null,
  })
  let socketError: Error | undefined
  redis.on('error', (error: Error) => {
    socketError = error
  })
  const ended = new Promise<Error>((resolve) => {
    redis.once('end', () => resolve(inWords(place, socketError ?? new Error('Connection is closed.'))))
  })
  // disconnect() says goodbye, and waits for the other side, which may be frozen.
  const destroy = () => {
    if (redis.status === 'end') return
    reset()
    redis.disconnect()
  }

  let gaveUp: Error | undefined
  const giveUp = (why: Error) => {
    gaveUp ??= why
    destroy()
  }
  const onAbort = () => giveUp(asError(signal.reason))
  signal.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(() => giveUp(noAnswer(place)), loginMs)
  try {
    signal.throwIfAborted()
    await redis.connect()
    await logIn(redis, options)
    await options.prepare?.(redis)
    if (gaveUp) throw gaveUp
  } catch (error) {
    destroy()
    throw gaveUp ?? (signal.aborted ? asError(signal.reason) : inWords(place, socketError ?? error))
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
  return { redis, ended, destroy, quit: () => quit(redis, ended, destroy) }
}

async function logIn(redis: Redis, { entry, password, name }: ClientOptions) {
  if (entry.username !== undefined) await redis.auth(entry.username, password ?? '')
  else if (password !== undefined) await redis.auth(password).catch(ignorePasswordNotAsked)
  if (entry.database !== 0) await redis.select(entry.database)
  // The name serves people who look at CLIENT LIST; a user without the right to it works as well.
  await redis.client('SETNAME', name).catch((error: unknown) => {
    if (!isNotPermitted(error) && !isUnknownCommand(error)) throw error
  })
}

/** A password too many opens nothing that was closed. */
function ignorePasswordNotAsked(error: unknown) {
  if (!/without any password configured|no password is set/i.test(asError(error).message)) throw error
}

async function quit(redis: Redis, ended: Promise<Error>, destroy: () => void) {
  if (redis.status === 'end') return
  const timer = setTimeout(destroy, quitMs)
  // The server closes when all is answered.
  await redis.quit().catch(() => {})
  await ended
  clearTimeout(timer)
}

export function noAnswer(place: Place): Error {
  return problem(place, {
    what: 'the server does not answer',
    hint: 'Is it frozen or overloaded, or is the network down?',
  })
}

/**
 * Refuses what can't work: clusters, sentinels, replicas, a server that still loads its data. HELLO tells it to every
 * user (Redis 6 and later); INFO, its elder, is often forbidden. Rejects in words or with the server's error.
 */
export async function checkServer(redis: Redis, place: Place): Promise<void> {
  const { mode, role } = await serverFacts(redis)
  if (mode === 'cluster') throw problem(place, cluster)
  if (mode === 'sentinel') throw problem(place, sentinel)
  if (role !== undefined && role !== 'master') throw inWords(place, new Error('READONLY'))
  await redis.ping()
}

const sentinel = {
  what: 'this is a Sentinel and not a server that holds data',
  hint: 'Enter the address of the primary.',
  person: true,
} as const

async function serverFacts(
  redis: Redis,
): Promise<{ readonly mode?: string | undefined; readonly role?: string | undefined }> {
  const refused = (error: unknown) => {
    if (isNotPermitted(error) || isUnknownCommand(error)) return undefined
    throw error
  }
  const hello: unknown = await redis.call('HELLO').catch(refused)
  if (Array.isArray(hello)) {
    const fact = (name: string) => {
      const at = hello.indexOf(name)
      return at >= 0 ? String(hello[at + 1]) : undefined
    }
    return { mode: fact('mode'), role: fact('role') }
  }
  const info = await redis.info().catch(refused)
  return { mode: /^redis_mode:(\w+)/m.exec(info ?? '')?.[1], role: /^role:(\w+)/m.exec(info ?? '')?.[1] }
}
