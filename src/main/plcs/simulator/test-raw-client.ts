/** A client for the simulator's tests that builds its frames by hand: neither our driver nor any library. */
import { connect, type Socket } from 'node:net'

export const hex = (text: string) => Buffer.from(text.replace(/[\s|]/g, ''), 'hex')

export function u16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [i, value] of values.entries()) bytes.writeUInt16LE(value, i * 2)
  return bytes
}

export function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, i * 4)
  return bytes
}

/** Path of names and indices: `path('Arr', 3, 'Member')`. */
export function path(...parts: (string | number)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'number')
        return part < 256 ? Buffer.from([0x28, part]) : Buffer.concat([hex('2900'), u16(part)])
      const name = Buffer.from(part, 'latin1')
      return Buffer.concat([Buffer.from([0x91, name.length]), name, Buffer.alloc(name.length & 1)])
    }),
  )
}

export function request(service: number, where: Buffer, data: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from([service, where.length / 2]), where, data])
}

export const readTag = (where: Buffer, count = 1) => request(0x4c, where, u16(count))

export function multiple(...requests: Buffer[]): Buffer {
  let offset = 2 + 2 * requests.length
  const offsets = requests.map((one) => {
    const at = offset
    offset += one.length
    return at
  })
  return request(0x0a, hex('20022401'), Buffer.concat([u16(requests.length, ...offsets), ...requests]))
}

export function frame(command: number, session: number, data: Buffer, context = Buffer.alloc(8), options = 0): Buffer {
  return Buffer.concat([u16(command, data.length), u32(session, 0), context, u32(options), data])
}

export interface MessageReply {
  readonly service: number
  readonly status: number
  readonly extended: readonly number[]
  readonly data: Buffer
}

export function parseReply(bytes: Buffer): MessageReply {
  const words = bytes[3] ?? 0
  const extended = Array.from({ length: words }, (_, i) => bytes.readUInt16LE(4 + 2 * i))
  return { service: bytes[0] ?? 0, status: bytes[2] ?? 0, extended, data: bytes.subarray(4 + 2 * words) }
}

/** The replies inside of a Multiple Service Packet's data. */
export function partsOf(data: Buffer): MessageReply[] {
  const count = data.readUInt16LE(0)
  return Array.from({ length: count }, (_, i) => {
    const end = i + 1 < count ? data.readUInt16LE(4 + 2 * i) : data.length
    return parseReply(data.subarray(data.readUInt16LE(2 + 2 * i), end))
  })
}

export interface OpenOptions {
  readonly size?: number
  readonly serial?: number
  readonly rpiUs?: number
  readonly multiplier?: number
  readonly route?: string
  readonly large?: boolean
}

export interface RawClient {
  readonly socket: Socket
  session: number
  /** Whole frames that came and were not awaited. */
  readonly inbox: Buffer[]
  send(bytes: Buffer): void
  /** The next frame; rejects after `ms`. */
  next(ms?: number): Promise<Buffer>
  register(): Promise<Buffer>
  /** An unconnected request. */
  unconnected(mr: Buffer): Promise<MessageReply>
  /** Forward Open; `id` is the O→T id where it worked. */
  open(options?: OpenOptions): Promise<MessageReply & { readonly id: number }>
  /** One request on a connection. */
  connected(
    id: number,
    sequence: number,
    mr: Buffer,
  ): Promise<MessageReply & { readonly sequence: number; readonly peerId: number }>
  sendConnected(id: number, sequence: number, mr: Buffer): void
  close(): void
}

export const forwardOpenRequest = ({
  size = 4002,
  serial = 1,
  rpiUs = 2_000_000,
  multiplier = 3,
  route = '0100',
  large = true,
}: OpenOptions) => {
  const params = large ? u32(0x42000000 | size) : u16(0x4200 | size)
  const where = hex(`${route}20022401`)
  const data = [
    hex('0a0e 00000000 01000100'),
    u16(serial, 0x1234),
    u32(0x89abcdef),
    Buffer.from([multiplier, 0, 0, 0]),
    u32(rpiUs),
    params,
    u32(rpiUs),
    params,
    Buffer.from([0xa3, where.length / 2]),
    where,
  ]
  return request(large ? 0x5b : 0x54, hex('20062401'), Buffer.concat(data))
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1')
  const inbox: Buffer[] = []
  const waiting: ((frame: Buffer) => void)[] = []
  let pending = Buffer.alloc(0)
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 24 && pending.length >= 24 + pending.readUInt16LE(2)) {
      const length = 24 + pending.readUInt16LE(2)
      const whole = pending.subarray(0, length)
      pending = pending.subarray(length)
      const taker = waiting.shift()
      if (taker) taker(whole)
      else inbox.push(whole)
    }
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('close', () => reject(new Error('closed')))
  })
  const client: RawClient = {
    socket,
    session: 0,
    inbox,
    send: (bytes) => void socket.write(bytes),
    next: (ms = 2_000) =>
      new Promise((resolve, reject) => {
        const here = inbox.shift()
        if (here) return resolve(here)
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(take), 1)
          reject(new Error('no frame came'))
        }, ms)
        const take = (whole: Buffer) => {
          clearTimeout(timer)
          resolve(whole)
        }
        waiting.push(take)
      }),
    register: async () => {
      client.send(hex('65000400 00000000 00000000 0000000000000000 00000000 01000000'))
      const reply = await client.next()
      client.session = reply.readUInt32LE(4)
      return reply
    },
    unconnected: async (mr) => {
      const data = Buffer.concat([hex('00000000 0000 0200 0000 0000 b200'), u16(mr.length), mr])
      client.send(frame(0x6f, client.session, data))
      return parseReply((await client.next()).subarray(40))
    },
    open: async (options = {}) => {
      const reply = await client.unconnected(forwardOpenRequest(options))
      return { ...reply, id: reply.status === 0 ? reply.data.readUInt32LE(0) : 0 }
    },
    sendConnected: (id, sequence, mr) => {
      const data = Buffer.concat([
        hex('00000000 0000 0200 a100 0400'),
        u32(id),
        hex('b100'),
        u16(mr.length + 2, sequence),
        mr,
      ])
      client.send(frame(0x70, client.session, data))
    },
    connected: async (id, sequence, mr) => {
      client.sendConnected(id, sequence, mr)
      const reply = await client.next()
      return { ...parseReply(reply.subarray(46)), sequence: reply.readUInt16LE(44), peerId: reply.readUInt32LE(36) }
    },
    close: () => socket.destroy(),
  }
  return client
}

/** Waits until `condition` holds; fails after two seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const limit = Date.now() + 2_000
  while (!condition()) {
    if (Date.now() > limit) throw new Error(`did not happen within 2 s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
