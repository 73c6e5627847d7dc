/** List Identity by datagrams: to all devices of a network, or to one address. */
import { createSocket, type Socket } from 'node:dgram'
import { asError } from '#main/link'
import type { PlcIdentity } from '#shared/plc'
import { listIdentityRequest, parseListIdentity } from './list-identity.ts'

export interface UdpOptions {
  /** Address of the interface it leaves by; absent: the system chooses. */
  readonly from?: string
  /** A device answered from this address. The source of the datagram counts: behind NAT a device names another. */
  onReply(address: string, identity: PlcIdentity): void
}

export interface UdpAsker {
  /** Asks one address, or all devices where it is a broadcast address. Resolves with what went wrong, '' where nothing. */
  ask(address: string, port: number): Promise<string>
  close(): void
}

/** Opens a socket for questions and answers. Rejects where the system gives none. */
export async function openUdp({ from, onReply }: UdpOptions): Promise<UdpAsker> {
  const socket = createSocket({ type: 'udp4' })
  socket.on('message', (bytes, sender) => {
    const identity = parseListIdentity(bytes)
    if (identity) onReply(sender.address, identity)
  })
  try {
    await bound(socket, from)
    socket.setBroadcast(true)
  } catch (error) {
    socket.close()
    throw asError(error)
  }
  let closed = false
  socket.on('error', () => {})
  return {
    ask: (address, port) =>
      new Promise((resolve) => {
        if (closed) return resolve('')
        socket.send(listIdentityRequest(), port, address, (error) => resolve(error ? error.message : ''))
      }),
    close: () => {
      if (closed) return
      closed = true
      socket.close()
    },
  }
}

function bound(socket: Socket, from: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ port: 0, ...(from === undefined ? {} : { address: from }) }, () => {
      socket.off('error', reject)
      resolve()
    })
  })
}
