/**
 * A TCP peer for tests: it registers sessions, opens connections and hands every message to the test, which answers
 * what and when it likes. It builds its bytes on its own, so that an error of the driver does not hide here.
 */
import { createServer, type Socket } from 'node:net'

/** One request that arrived. */
export interface Incoming {
  readonly service: number
  readonly path: Buffer
  readonly data: Buffer
  /** Whether it came over a connection; then with this sequence count. */
  readonly sequence: number | undefined
  /** The whole frame. */
  readonly frame: Buffer
  readonly socket: Socket
  /** Frame of a reply to this request. */
  replyFrame(status: number, data?: Buffer, extended?: readonly number[]): Buffer
}

export interface PeerOptions {
  /** Answers a message; returns a frame to send, several, or nothing. Forward Open and Close do not come here. */
  answer(request: Incoming): Buffer | undefined
  /** Answers Forward Open and Large Forward Open; absent: both are granted. */
  open?(request: Incoming): Buffer | undefined
}

export interface Peer {
  readonly port: number
  readonly sockets: ReadonlySet<Socket>
  /** Services of all messages that arrived, in order; Forward Close is 0x4e. */
  readonly services: number[]
  close(): Promise<void>
}

const targetId = 0x7000

export async function startPeer(options: PeerOptions): Promise<Peer> {
  const sockets = new Set<Socket>()
  const services: number[] = []
  let ourId = 0

  function take(frame: Buffer, socket: Socket) {
    const command = frame.readUInt16LE(0)
    if (command === 0x65) return void socket.write(header(frame, Buffer.from('01000000', 'hex'), 0x55))
    if (command === 0x66) return socket.end()
    const request = parse(frame, socket, ourId)
    services.push(request.service)
    const manager = request.path.equals(Buffer.from('20062401', 'hex'))
    if (manager && request.service === 0x4e) return void socket.write(request.replyFrame(0, Buffer.alloc(10)))
    if (manager && (request.service === 0x54 || request.service === 0x5b)) {
      ourId = request.data.readUInt32LE(6)
      const reply = options.open ? options.open(request) : grant(request)
      return void (reply && socket.write(reply))
    }
    const reply = options.answer(request)
    if (reply) socket.write(reply)
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    let held = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk])
      while (held.length >= 24 && held.length >= 24 + held.readUInt16LE(2)) {
        const end = 24 + held.readUInt16LE(2)
        const frame = Buffer.from(held.subarray(0, end))
        held = held.subarray(end)
        take(frame, socket)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    sockets,
    services,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Reply to a Forward Open that grants what was asked for. */
export function grant(request: Incoming): Buffer {
  const data = Buffer.alloc(26)
  data.writeUInt32LE(targetId, 0)
  request.data.copy(data, 4, 6, 18)
  data.writeUInt32LE(2_000_000, 16)
  data.writeUInt32LE(2_000_000, 20)
  return request.replyFrame(0, data)
}

function parse(frame: Buffer, socket: Socket, ourId: number): Incoming {
  const connected = frame.readUInt16LE(0) === 0x70
  const message = frame.subarray(connected ? 46 : 40)
  const pathEnd = 2 + 2 * message.readUInt8(1)
  const service = message.readUInt8(0)
  const sequence = connected ? frame.readUInt16LE(44) : undefined
  return {
    service,
    path: message.subarray(2, pathEnd),
    data: message.subarray(pathEnd),
    sequence,
    frame,
    socket,
    replyFrame: (status, data = Buffer.alloc(0), extended = []) => {
      const reply = Buffer.concat([replyMessage(service, status, extended), data])
      return sequence === undefined ? unconnectedReply(frame, reply) : connectedReply(frame, ourId, sequence, reply)
    },
  }
}

/** Head of a message router reply. */
export function replyMessage(service: number, status: number, extended: readonly number[] = []): Buffer {
  const words = Buffer.alloc(2 * extended.length)
  for (const [i, word] of extended.entries()) words.writeUInt16LE(word, 2 * i)
  return Buffer.concat([Buffer.from([service | 0x80, 0, status, extended.length]), words])
}

function header(request: Buffer, data: Buffer, session = request.readUInt32LE(4)): Buffer {
  const head = Buffer.from(request.subarray(0, 24))
  head.writeUInt16LE(data.length, 2)
  head.writeUInt32LE(session, 4)
  return Buffer.concat([head, data])
}

function unconnectedReply(request: Buffer, message: Buffer): Buffer {
  const head = Buffer.from('000000000000020000000000b2000000', 'hex')
  head.writeUInt16LE(message.length, 14)
  return header(request, Buffer.concat([head, message]))
}

/** Frame of a connected reply with ids of the test's choice. */
export function connectedReply(request: Buffer, connectionId: number, sequence: number, message: Buffer): Buffer {
  const head = Buffer.from('0000000000000200a100040000000000b10000000000', 'hex')
  head.writeUInt32LE(connectionId, 12)
  head.writeUInt16LE(message.length + 2, 18)
  head.writeUInt16LE(sequence, 20)
  return header(request, Buffer.concat([head, message]))
}

/** What a small PLC with these tags answers: tag list, reads one by one or in a packet, writes. */
export interface TinyPlc {
  /** Name → type code and value of four bytes. */
  readonly tags: Map<string, Buffer>
  readonly writes: string[]
  answer(request: Pick<Incoming, 'service' | 'path' | 'data'>): {
    status: number
    data?: Buffer
    extended?: readonly number[]
  }
}

export const dint = (value: number) => {
  const bytes = Buffer.from('c40000000000', 'hex')
  bytes.writeInt32LE(value, 2)
  return bytes
}

export function tinyPlc(values: { readonly [name: string]: Buffer }): TinyPlc {
  const tags = new Map(Object.entries(values))
  const writes: string[] = []
  const identity = Buffer.concat([Buffer.from('01000e00a800200b6030785634120a', 'hex'), Buffer.from('1756-L83E ')])
  const answer: TinyPlc['answer'] = ({ service, path, data }) => {
    if (service === 0x01) return { status: 0, data: identity }
    if (service === 0x55) return { status: 0, data: listing([...tags]) }
    if (service === 0x0a) return packet(data)
    if (service !== 0x4c && service !== 0x4d && service !== 0x4e) return { status: 0x08 }
    const name = path[0] === 0x91 ? path.toString('latin1', 2, 2 + (path[1] ?? 0)) : ''
    const value = tags.get(name)
    if (!value) return { status: 0x04, extended: [0] }
    if (service === 0x4c) return { status: 0, data: value }
    writes.push(`${service.toString(16)} ${name} ${data.toString('hex')}`)
    return { status: 0 }
  }
  const packet = (data: Buffer) => {
    const count = data.readUInt16LE(0)
    const head = Buffer.alloc(2 + 2 * count)
    head.writeUInt16LE(count)
    const parts: Buffer[] = []
    let offset = head.length
    let failed = false
    for (let i = 0; i < count; i++) {
      const one = data.subarray(data.readUInt16LE(2 + 2 * i))
      const pathEnd = 2 + 2 * one.readUInt8(1)
      const service = one.readUInt8(0)
      const reply = answer({ service, path: one.subarray(2, pathEnd), data: one.subarray(pathEnd, pathEnd + 2) })
      const part = Buffer.concat([replyMessage(service, reply.status, reply.extended), reply.data ?? Buffer.alloc(0)])
      head.writeUInt16LE(offset, 2 + 2 * i)
      offset += part.length
      failed ||= reply.status !== 0
      parts.push(part)
    }
    return { status: failed ? 0x1e : 0, data: Buffer.concat([head, ...parts]) }
  }
  return { tags, writes, answer }
}

function listing(tags: readonly (readonly [string, Buffer])[]): Buffer {
  const entries = tags.map(([name, value], i) => {
    const entry = Buffer.alloc(4 + 2 + name.length + 2 + 2 + 12 + 1)
    entry.writeUInt32LE(i + 1, 0)
    entry.writeUInt16LE(name.length, 4)
    entry.write(name, 6, 'latin1')
    entry.writeUInt16LE(value.readUInt16LE(0), 6 + name.length)
    entry.writeUInt16LE(4, 8 + name.length)
    return entry
  })
  return Buffer.concat(entries)
}
