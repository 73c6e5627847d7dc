/** List Identity over TCP, for devices whose datagrams do not come through. */
import { connect } from 'node:net'
import type { PlcIdentity } from '#shared/plc'
import { listIdentityRequest, longestReply, parseListIdentity, replyLength } from './list-identity.ts'

/** Asks one address; undefined where nobody answers so within `timeoutMs`, or something else does. Never rejects. */
export function askByTcp(
  host: string,
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<PlcIdentity | undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined)
    const socket = connect({ host, port, noDelay: true })
    let bytes = Buffer.alloc(0)
    const end = (identity?: PlcIdentity) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      socket.destroy()
      resolve(identity)
    }
    const stop = () => end()
    const timer = setTimeout(stop, timeoutMs)
    signal.addEventListener('abort', stop, { once: true })
    socket.on('error', stop)
    socket.on('close', stop)
    socket.on('connect', () => socket.write(listIdentityRequest()))
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      const length = replyLength(bytes)
      if (bytes.length > longestReply || (length !== undefined && length > longestReply)) return end()
      if (length !== undefined && bytes.length >= length) end(parseListIdentity(bytes.subarray(0, length)))
    })
  })
}
