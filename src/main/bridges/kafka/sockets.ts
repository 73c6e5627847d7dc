import net from 'node:net'
import tls from 'node:tls'
import type { ISocketFactory } from 'kafkajs'

/**
 * The sockets of one connection. kafkajs opens several (one and a half for each broker and client), closes them at
 * leisure and says little about failures: here they can be broken at once, and each address tells its own error.
 */
export interface Sockets {
  readonly create: ISocketFactory
  /** Error of the last attempt, by `host:port`; without the addresses that were reached since. */
  readonly failures: ReadonlyMap<string, Error>
  /** Breaks all of them for good: every open request fails, and no new socket is made. */
  destroy(): void
}

const keepAliveMs = 10_000

/**
 * `hosts`: real names for host names that stand in for them (kafkajs can't take IPv6 addresses from a list).
 * `onBroken` is called when a socket that was connected is gone though `destroy` was not called.
 */
export function createSockets(hosts: ReadonlyMap<string, string>, onBroken: () => void): Sockets {
  const open = new Set<net.Socket>()
  const failures = new Map<string, Error>()
  let closed = false

  const create: ISocketFactory = ({ host: given, port, ssl, onConnect }) => {
    if (closed) throw new Error('this connection was closed')
    const host = hosts.get(given) ?? given
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
    let reached = false
    const connected = () => {
      reached = true
      failures.delete(address)
      onConnect()
    }
    const socket = ssl
      ? tls.connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }), ...ssl }, connected)
      : net.connect({ host, port }, connected)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, keepAliveMs)
    open.add(socket)
    socket.on('error', (error) => {
      if (!closed) failures.set(address, error)
    })
    socket.on('close', () => {
      open.delete(socket)
      if (reached && !closed) onBroken()
    })
    return socket
  }

  return {
    create,
    failures,
    destroy: () => {
      closed = true
      // Only an error makes kafkajs let go of the requests under way.
      for (const socket of open) socket.destroy(new Error('this connection was closed'))
    },
  }
}
