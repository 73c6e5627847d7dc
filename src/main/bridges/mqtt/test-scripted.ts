/** A broker that answers byte by byte as a test says: for what no real broker can be made to do. Not part of the application. */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

/** One packet of a client: type (1 CONNECT, 3 PUBLISH, 8 SUBSCRIBE, 14 DISCONNECT), the byte it is in, and what follows. */
export interface ClientPacket {
  readonly type: number
  readonly flags: number
  /** After the remaining length. */
  readonly body: Buffer
  readonly socket: Socket
  send(hex: string): void
}

export interface Scripted {
  readonly port: number
  stop(): Promise<void>
}

/** CONNACK, success. `properties` in hex, without their length. */
export const connack5 = (properties = '') => {
  const length = properties.length / 2
  return `20${byte(3 + length)}0000${byte(length)}${properties}`
}
export const byte = (n: number) => n.toString(16).padStart(2, '0')

/** Packet id of a QoS 1 PUBLISH (after the topic) or of a SUBSCRIBE. */
export function packetId({ type, body }: ClientPacket): string {
  const at = type === 3 ? 2 + body.readUInt16BE(0) : 0
  return body.subarray(at, at + 2).toString('hex')
}

/** Protocol version in a CONNECT: 4 is 3.1.1. */
export const versionOf = ({ body }: ClientPacket) => body[6]

/** Listens on a free port of 127.0.0.1. */
export async function startScripted(answer: (packet: ClientPacket) => void): Promise<Scripted> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let rest: Buffer = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data])
      for (let packet = cut(rest); packet; packet = cut(rest)) {
        rest = packet.rest
        const [flags, body] = [packet.flags, packet.body]
        answer({ type: flags >> 4, flags, body, socket, send: (hex) => socket.write(Buffer.from(hex, 'hex')) })
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server),
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

export function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** The first whole packet of what arrived (MQTT 5 §2.1.4: length in groups of seven bits). */
function cut(data: Buffer): { flags: number; body: Buffer; rest: Buffer } | undefined {
  let length = 0
  for (let i = 1; i < Math.min(data.length, 5); i++) {
    const part = data[i] ?? 0
    length += (part & 0x7f) << (7 * (i - 1))
    if ((part & 0x80) !== 0) continue
    const end = i + 1 + length
    if (data.length < end) return undefined
    return { flags: data[0] ?? 0, body: data.subarray(i + 1, end), rest: data.subarray(end) }
  }
  return undefined
}
