/** What answers to List Identity and List Services, over TCP and, where wanted, over UDP (CIP Vol. 2, 2-4). */
import { createSocket } from 'node:dgram'
import { command, cpfItem } from '#main/plcs/cip'
import type { Controller } from './controller.ts'
import { headerBytes } from './frame-reader.ts'
import { identityAttributes, productAt } from './objects.ts'
import { pack } from './reply.ts'

/** Operational, as the state byte of the identity says. */
const stateOperational = 3

/** The List Identity item: protocol version, socket address (big-endian), identity, state. */
export function listIdentityItem(controller: Controller, address = '0.0.0.0', port = 0): Buffer {
  const socketAddress = Buffer.alloc(16)
  socketAddress.writeUInt16BE(2, 0)
  socketAddress.writeUInt16BE(port, 2)
  const octets = address.replace('::ffff:', '').split('.').map(Number)
  if (octets.length === 4) socketAddress.set(octets, 4)
  const identity = identityAttributes(controller, productAt(controller, false), false)
  const body = pack([1, 2], socketAddress, ...identity, [stateOperational, 1])
  return pack([1, 2], [cpfItem.listIdentity, 2], [body.length, 2], body)
}

/** The List Services item: CIP over TCP, class 0 and 1 over UDP, named "Communications". */
export function listServicesItem(): Buffer {
  const name = Buffer.alloc(16)
  name.write('Communications', 'latin1')
  return pack([1, 2], [0x0100, 2], [20, 2], [1, 2], [0x0120, 2], name)
}

/** Answers List Identity datagrams on that port. Resolves with the way to stop; rejects where the port is taken. */
export async function answerDiscovery(
  controller: Controller,
  host: string,
  port: number,
): Promise<() => Promise<void>> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  socket.on('message', (message, from) => {
    if (message.length < headerBytes || message.readUInt16LE(0) !== command.listIdentity || controller.faults.mute)
      return
    const item = listIdentityItem(controller, host, port)
    const reply = Buffer.concat([message.subarray(0, headerBytes), item])
    reply.writeUInt16LE(item.length, 2)
    socket.send(reply, from.port, from.address, () => {})
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, host, resolve)
  })
  socket.removeAllListeners('error')
  socket.on('error', () => {})
  return () => new Promise((resolve) => socket.close(() => resolve()))
}
