import { WebSocket } from 'ws'
import { asError } from '#main/link'
import type { Wire } from '#shared/rpc'
import { wirePath } from './door.ts'
import { mostFrameBytes, socketWire } from './socket-wire.ts'

/**
 * The caller's end of a wire to the gateway at `url`. Rejects with a text for people: nobody there, token refused, no
 * answer within `timeoutMs`, or the reason of `signal`.
 */
export function connectWebSocket(
  url: string,
  token: string,
  options: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
): Promise<Wire> {
  const { signal, timeoutMs = 5_000 } = options
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const ws = new WebSocket(`${url.replace(/^http/, 'ws')}${wirePath}`, {
      headers: { authorization: `Bearer ${token}` },
      maxPayload: 8 * mostFrameBytes,
      perMessageDeflate: false,
      handshakeTimeout: timeoutMs,
    })
    const giveUp = () => ws.terminate()
    const failed = (error: Error) => {
      signal?.removeEventListener('abort', giveUp)
      reject(signal?.aborted ? asError(signal.reason) : new Error(connectText(url, error), { cause: error }))
    }
    signal?.addEventListener('abort', giveUp, { once: true })
    ws.once('error', failed)
    // Before `open`, in the same turn.
    ws.once('upgrade', ({ socket }) => {
      ws.once('open', () => {
        signal?.removeEventListener('abort', giveUp)
        ws.off('error', failed)
        resolve(socketWire(ws, socket))
      })
    })
  })
}

function connectText(url: string, error: Error): string {
  if ('code' in error && error.code === 'ECONNREFUSED') return `gateway at ${url}: nobody is there. Has it ended?`
  if (/response: 40[13]/.test(error.message)) return `gateway at ${url}: the token is refused. Was it started anew?`
  if (/response: 503/.test(error.message)) return `gateway at ${url}: too many are connected. Close a window.`
  if (/timed out/.test(error.message)) return `gateway at ${url}: no answer. It may be busy or suspended; try again.`
  return `gateway at ${url}: ${error.message || 'no connection'}. Does it run on this computer?`
}
