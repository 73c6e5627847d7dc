/** The way to the server: a socket, with TLS where asked for, that can be broken off so that nothing of it arrives later. */
import { createConnection, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { asError } from '#main/link'
import { parseAddress } from './tls.ts'

export interface Dialled {
  /** Connected, and secured where TLS was asked for. */
  readonly socket: Socket
  /**
   * Breaks it off with a reset. Closed in order, this computer would go on sending what the network has not taken yet: it
   * would arrive after what the next connection sends, and put older values in the place of newer ones.
   */
  reset(): void
}

const keepAliveMs = 10_000

/** One attempt within `ms`. Rejects with the socket's error, ETIMEDOUT among them, and with the signal's reason. */
export async function dial(
  address: string,
  tls: ConnectionOptions | undefined,
  ms: number,
  signal: AbortSignal,
): Promise<Dialled> {
  signal.throwIfAborted()
  const { host, port } = parseAddress(address)
  const raw = createConnection({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs })
  let gaveUp: Error | undefined
  const giveUp = (why: Error) => {
    gaveUp ??= why
    raw.destroy()
  }
  const onAbort = () => giveUp(asError(signal.reason))
  signal.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(() => giveUp(Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' })), ms)
  try {
    await opened(raw, 'connect')
    // Over a socket of our own: one that TLS dials itself can't be reset.
    const socket = tls ? connectTls({ ...tls, host, socket: raw }) : raw
    // Nothing is sent before the certificate was looked at.
    if (tls) await opened(socket, 'secureConnect')
    // One that is being closed can't be reset: the other side has gone.
    const reset = () => {
      if (socket.writable) raw.resetAndDestroy()
      else raw.destroy()
    }
    return { socket, reset }
  } catch (error) {
    raw.destroy()
    throw gaveUp ?? error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    let why = new Error('Connection is closed.')
    // For all its life: an error event without a listener would end the process.
    socket.on('error', (error) => {
      why = error
    })
    socket.once(event, () => resolve())
    socket.once('close', () => reject(why))
  })
}
