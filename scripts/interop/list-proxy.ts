/**
 * Stands before cpppo's server, which knows no tag list: that one question (Get Instance Attribute List) is answered
 * here from a program with the same tags; every other frame goes through as it is, in both directions.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { command, service } from '#main/plcs/cip'
import { createController } from '#main/plcs/simulator/controller'
import { noFaults } from '#main/plcs/simulator/faults'
import { createFrameReader } from '#main/plcs/simulator/frame-reader'
import { execute } from '#main/plcs/simulator/message-router'
import { profiles } from '#main/plcs/simulator/profiles'
import type { SimProgram } from '#main/plcs/simulator/program'
import type { Reply } from '#main/plcs/simulator/reply'

/** Place of the message in a frame of a connection, behind header, items, connection id and sequence count. */
const messageAt = 46
/** Place of the message in a frame without connection. */
const unconnectedAt = 40
/** A list page that fits any connection. */
const pageBytes = 480

export interface ListProxy {
  readonly port: number
  /** What went from the client to the server: services, those inside of Multiple Service Packets left out. */
  readonly services: ReadonlySet<number>
  /** Largest connection asked for, in bytes; 0: none. */
  readonly connectionBytes: number
  close(): Promise<void>
}

/** Listens on a free port of 127.0.0.1 and passes clients on to `port`. */
export async function startListProxy(program: SimProgram, port: number): Promise<ListProxy> {
  const controller = createController({ profile: profiles.logix5570, program, serial: 1, slot: 0, faults: noFaults(1) })
  const sockets = new Set<Socket>()
  const services = new Set<number>()
  let connectionBytes = 0
  const note = (frame: Buffer) => {
    const connected = frame.readUInt16LE(0) === command.sendUnitData
    const code = frame[connected ? messageAt : unconnectedAt]
    if (code === undefined) return
    services.add(code)
    if (!connected && code === service.largeForwardOpen)
      connectionBytes = Math.max(connectionBytes, frame.readUInt16LE(unconnectedAt + 6 + 26))
  }
  const answerTo = (frame: Buffer): Buffer | undefined => {
    const isList =
      frame.readUInt16LE(0) === command.sendUnitData && frame[messageAt] === service.getInstanceAttributeList
    if (!isList) return undefined
    const bytes = Buffer.alloc(messageAt + pageBytes)
    // The connection id is the one the target gave; cpppo answers with it too.
    frame.copy(bytes, 0, 0, messageAt)
    const reply: Reply = { bytes, at: messageAt, limit: bytes.length }
    execute(controller, frame, messageAt, frame.length, { routed: true, embedded: false }, reply)
    bytes.writeUInt16LE(reply.at - 24, 2)
    bytes.writeUInt16LE(reply.at - messageAt + 2, 42)
    return bytes.subarray(0, reply.at)
  }
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect({ port, host: '127.0.0.1', noDelay: true })
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    const forward = (to: Socket) => (frame: Buffer) => void to.write(Buffer.from(frame))
    const toTarget = forward(target)
    const onRequest = (frame: Buffer) => {
      const answer = answerTo(frame)
      if (answer) return void client.write(answer)
      note(frame)
      toTarget(frame)
    }
    client.on('data', createFrameReader(onRequest))
    target.on('data', createFrameReader(forward(client)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    services,
    get connectionBytes() {
      return connectionBytes
    },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
