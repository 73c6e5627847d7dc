/**
 * One TCP connection with its registered session (CIP Vol. 2, 2-3): frames go out, replies come back to who asked.
 * A reply that belongs to nobody any more is dropped and counted. Nothing here waits or retries: `lost` tells the end.
 */
import { connect as connectTcp, type Socket } from 'node:net'
import type { Log } from '#main/log'
import { command, encapsulationStatus } from '#main/plcs/cip'
import { at, registerSession, rrData, unregisterSession } from './eip.ts'
import { encapsulationText, frameDecoder, ProtocolError, parseRRData, parseUnitData } from './frame.ts'
import { type CipReply, parseReply } from './reply.ts'

/** The device answered with an error of the encapsulation layer instead of a CIP reply. */
export class EncapsulationError extends Error {
  override readonly name = 'EncapsulationError'
}

export interface Session {
  readonly handle: number
  /** Replies that nobody waited for: late, doubled or foreign ones. */
  readonly dropped: number
  readonly lost: Promise<Error>
  /** Undefined while the session lives. */
  readonly ended: Error | undefined
  /**
   * Sends a frame of `rrData`, with a context of its own. Either `take` hears the reply's message, or `lost` why the
   * session ended before it, and that once. Returns how to stop waiting: neither is called then.
   */
  exchange(frame: Buffer, take: (message: Buffer) => void, lost?: (error: Error) => void): () => void
  /** Sends a frame of `unitData` as it is. */
  send(frame: Buffer): void
  /** Hears the replies of one connection, by the id chosen for it or the id the target gave. Returns how to stop. */
  listen(ids: readonly number[], take: (sequence: number, message: Buffer) => boolean): () => void
  /** Ends the session because of this error. */
  fail(error: Error): void
  /** Unregisters and closes; `lost` resolves. */
  close(): void
}

export interface SessionOptions {
  readonly host: string
  readonly port: number
  /** For the TCP connection (there 2 s at most), and again for the registration. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly log: Log
  onRegistering(): void
}

/**
 * The system asks for a connection at once, after 1 s, and then more and more rarely: a new attempt finds a PLC that is
 * back sooner than an old one.
 */
const longestConnectMs = 2_000

/** Opens TCP and registers a session. Rejects with the socket's error, a time-out, or the abort's reason. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const socket = connectTcp({
    host: options.host,
    port: options.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 10_000,
  })
  try {
    const timeoutMs = Math.min(options.timeoutMs, longestConnectMs)
    await settled(socket, { ...options, timeoutMs }, 'no answer to the TCP connection', (done) => {
      socket.once('connect', done)
      return () => socket.off('connect', done)
    })
    options.onRegistering()
    const session = runSession(socket, options.log)
    try {
      await settled(socket, options, 'no answer to Register Session', (done, fail) => {
        void session.lost.then(fail)
        return session.register(done)
      })
      return session
    } catch (error) {
      session.close()
      throw error
    }
  } catch (error) {
    socket.on('error', () => {})
    socket.destroy()
    throw error
  }
}

/** Waits for one thing of a socket, bounded by its error, the time-out and the abort. */
function settled(
  socket: Socket,
  { timeoutMs, signal }: SessionOptions,
  timeoutText: string,
  start: (done: () => void, fail: (error: Error) => void) => () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let stop = () => {}
    const end = (settle: () => void) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      socket.off('error', failed)
      stop()
      settle()
    }
    const failed = (error: Error) => end(() => reject(error))
    const aborted = () => failed(abortReason(signal))
    const timer = setTimeout(() => failed(new Error(`${timeoutText} within ${timeoutMs} ms`)), timeoutMs)
    signal.addEventListener('abort', aborted, { once: true })
    socket.once('error', failed)
    stop = start(() => end(resolve), failed)
    if (signal.aborted) aborted()
  })
}

/** Why a signal was aborted, as an Error. */
export function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('cancelled')
}

function runSession(socket: Socket, log: Log): Session & { register(done: () => void): () => void } {
  let handle = 0
  let dropped = 0
  let nextContext = 1
  let ended: Error | undefined
  let registered = () => {}
  let resolveLost: (error: Error) => void = () => {}
  const lost = new Promise<Error>((resolve) => {
    resolveLost = resolve
  })
  const waiting = new Map<number, { take(message: Buffer): void; lost?(error: Error): void }>()
  const connections = new Map<number, (sequence: number, message: Buffer) => boolean>()

  // Nothing of what was sent may arrive later: a plain close goes on delivering it when the cable is back, long after a
  // write was given up.
  const reset = () => socket.resetAndDestroy()

  const fail = (error: Error) => {
    if (ended) return
    ended = error
    reset()
    tellLost(error)
  }

  const tellLost = (error: Error) => {
    connections.clear()
    const left = [...waiting.values()]
    waiting.clear()
    for (const { lost } of left) lost?.(error)
    resolveLost(error)
  }

  const drop = (what: string) => {
    dropped++
    log.debug(() => `dropped ${what} (${dropped} so far)`)
  }

  function takeFrame(frame: Buffer) {
    if (ended) return
    const kind = frame.readUInt16LE(0)
    if (kind === command.registerSession && handle === 0) return takeRegistration(frame)
    if (frame.readUInt32LE(at.options) !== 0) return drop('a frame with unknown options')
    if (frame.readUInt32LE(at.session) !== handle) return drop('a frame of another session')
    if (kind !== command.sendRRData && kind !== command.sendUnitData) return drop(`a frame with command ${kind}`)
    if (frame.readUInt32LE(at.status) !== encapsulationStatus.ok)
      return fail(new EncapsulationError(encapsulationText(frame)))
    if (kind === command.sendRRData) takeUnconnected(frame)
    else takeConnected(frame)
  }

  function takeRegistration(frame: Buffer) {
    if (frame.readUInt32LE(at.status) !== encapsulationStatus.ok)
      return fail(new EncapsulationError(encapsulationText(frame)))
    handle = frame.readUInt32LE(at.session)
    if (handle === 0) return fail(new ProtocolError('the device gave out session 0'))
    registered()
  }

  function takeUnconnected(frame: Buffer) {
    const context = frame.readUInt32LE(at.context + 4) === 0 ? frame.readUInt32LE(at.context) : 0
    const asker = waiting.get(context)
    const message = parseRRData(frame)
    if (!asker || !message) return drop('a reply nobody waits for')
    waiting.delete(context)
    asker.take(message)
  }

  function takeConnected(frame: Buffer) {
    const unit = parseUnitData(frame)
    const take = unit && connections.get(unit.connectionId)
    if (!unit || !take?.(unit.sequence, unit.message)) drop('a connected reply nobody waits for')
  }

  const decode = frameDecoder(takeFrame)
  socket.on('data', (chunk) => {
    try {
      decode(chunk)
    } catch (error) {
      fail(error instanceof Error ? error : new ProtocolError(String(error)))
    }
  })
  socket.on('error', fail)
  socket.on('end', () => fail(new Error('the device closed the connection')))
  socket.on('close', () => fail(new Error('the connection was closed')))

  return {
    get handle() {
      return handle
    },
    get dropped() {
      return dropped
    },
    get ended() {
      return ended
    },
    lost,
    register: (done) => {
      registered = done
      socket.write(registerSession())
      return () => {
        registered = () => {}
      }
    },
    exchange: (frame, take, lost) => {
      if (ended) {
        lost?.(ended)
        return () => {}
      }
      const context = nextContext
      nextContext = nextContext >= 0xffffffff ? 1 : nextContext + 1
      frame.writeUInt32LE(context, at.context)
      frame.writeUInt32LE(handle, at.session)
      waiting.set(context, lost ? { take, lost } : { take })
      socket.write(frame)
      return () => waiting.delete(context)
    },
    send: (frame) => {
      if (ended) return
      frame.writeUInt32LE(handle, at.session)
      socket.write(frame)
    },
    listen: (ids, take) => {
      for (const id of ids) connections.set(id, take)
      return () => {
        for (const id of ids) if (connections.get(id) === take) connections.delete(id)
      }
    },
    fail,
    close: () => {
      if (!ended && handle !== 0) socket.end(unregisterSession(handle))
      else reset()
      ended ??= new Error('closed')
      const timer = setTimeout(reset, 200)
      socket.once('close', () => clearTimeout(timer))
      tellLost(ended)
    },
  }
}

/** Sends one unconnected message and waits for its reply. Rejects when the session ends or nothing comes in time. */
export function ask(session: Session, message: Buffer, timeoutMs: number, what: string): Promise<CipReply> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const take = (reply: Buffer) => {
      clearTimeout(timer)
      try {
        resolve(parseReply(reply))
      } catch (error) {
        reject(error)
      }
    }
    // Not by the session's promise: it lives for months, and would keep all that was ever hung on it.
    const lost = (error: Error) => {
      clearTimeout(timer)
      reject(error)
    }
    const forget = session.exchange(rrData(session.handle, message), take, lost)
    if (session.ended) return
    timer = setTimeout(() => {
      forget()
      reject(new Error(`no answer to ${what} within ${timeoutMs} ms`))
    }, timeoutMs)
  })
}
