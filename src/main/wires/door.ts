/** An HTTP server that takes requests and WebSockets, closes in good order, and can't be kept busy by who dawdles. */
import type { IncomingMessage, RequestListener, Server, ServerOptions } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Wire } from '#shared/rpc'
import type { Refusal } from './access.ts'
import { mostFrameBytes, socketWire } from './socket-wire.ts'

export interface DoorOptions {
  makeServer(limits: DoorLimits, listener: RequestListener): Server | TlsServer
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  answer: RequestListener
  /** Why this caller gets no wire; undefined where it does. */
  refuseWire(request: IncomingMessage): Refusal | undefined
  onWire(wire: Wire): void
  /** Wires at once. */
  readonly mostWires: number
}

export interface OpenDoor {
  readonly port: number
  /** Ends all wires and gives the port back, within 1 s. */
  close(): Promise<void>
}

/** Where the wire is. */
export const wirePath = '/wire'

/** How long wires may take to close in good order. */
const closeMs = 500

/** A request of ours is one line and some headers. */
const limits = {
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
  /** Of TLS, which comes first. */
  handshakeTimeout: 5_000,
} as const

/** Node's options for how long a caller may take. */
export type DoorLimits = ServerOptions & { readonly handshakeTimeout: number }

/** Opens it. Rejects with a text for people where the port can't be had. */
export async function openDoor(options: DoorOptions): Promise<OpenDoor> {
  const { makeServer, host, port, answer, refuseWire, onWire, mostWires } = options
  const server = makeServer(limits, answer)
  server.maxConnections = 4 * mostWires
  // The server itself forgets those that shake hands, and those that have asked for a wire.
  const callers = new Set<Socket>()
  server.on('connection', (caller: Socket) => {
    callers.add(caller)
    caller.once('close', () => callers.delete(caller))
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: mostFrameBytes, perMessageDeflate: false })

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const refusal = refuseWire(request) ?? fullOrAway(request)
    if (refusal) return refuseUpgrade(socket, refusal)
    sockets.handleUpgrade(request, socket, head, (ws) => onWire(socketWire(ws, request.socket)))
  })
  function fullOrAway({ url }: IncomingMessage): Refusal | undefined {
    if (url !== wirePath) return { status: 404, why: `the wire is at ${wirePath}` }
    return sockets.clients.size < mostWires ? undefined : { status: 503, why: 'too many are connected' }
  }

  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error) =>
      reject(new Error(`${host}:${port}: ${error.message}. Is the port used by another program?`, { cause: error }))
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      // A connection that can't be taken (no file handles left) must not end the gateway.
      server.on('error', () => {})
      resolve()
    })
  })
  let closing: Promise<void> | undefined

  async function close() {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const ws of sockets.clients) ws.close(1001, 'the gateway has ended')
    const timer = setTimeout(() => {
      for (const caller of callers) caller.destroy()
    }, closeMs)
    server.closeIdleConnections()
    sockets.close()
    await closed
    clearTimeout(timer)
  }

  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

const phrases: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  421: 'Misdirected Request',
}

function refuseUpgrade(socket: Duplex, { status, why }: Refusal) {
  const phrase = phrases[status] ?? 'Service Unavailable'
  // Ended alone, it would stay half open, and count as a caller, for as long as the other end likes.
  socket.end(
    `HTTP/1.1 ${status} ${phrase}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${why.length}\r\n\r\n${why}`,
    () => socket.destroy(),
  )
}
