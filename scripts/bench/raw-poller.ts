/**
 * The least a poller can do: ready-made packets of reads by symbol instance go out, replies are counted, nothing is
 * decoded. What the driver reaches is told as a part of it. Shares no code with the driver.
 */
import { once } from 'node:events'
import { connect } from 'node:net'

export interface RawPoller {
  /** Tags that one pass reads. */
  readonly tags: number
  /** Packets of one pass. */
  readonly packets: number
  /** Reads everything once. */
  pass(): Promise<void>
  close(): void
}

const header = 24
/** Where the message begins in a reply without, and on a connection. */
const unconnectedAt = 40
const connectedAt = 46

const u16 = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [i, value] of values.entries()) bytes.writeUInt16LE(value, i * 2)
  return bytes
}
const u32 = (...values: number[]) => Buffer.concat(values.map((value) => u16(value & 0xffff, value >>> 16)))
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** Serial numbers of connections, and their ids on our side: never the same twice in one process. */
let serials = 0

/** Connects, lists the tags and prepares `connections` connections of `bytes` bytes each. */
export async function openRawPoller(port: number, bytes: number, connections: number): Promise<RawPoller> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  const queues = new Map<number, (frame: Buffer) => void>()
  const lost = new Promise<never>((_, reject) => {
    socket.on('error', () => {})
    socket.once('close', () => reject(new Error('raw poller: the controller closed the connection')))
  })
  // Whoever waits is told; while nobody does, there is nobody to tell.
  lost.catch(() => {})
  onFrames(socket, (frame) => queues.get(frame.readUInt16LE(0) === 0x70 ? frame.readUInt32LE(36) : 0)?.(frame))
  let session = 0
  const frame = (command: number, data: Buffer) =>
    Buffer.concat([u16(command, data.length), u32(session), Buffer.alloc(16), data])
  const ask = (id: number, request: Buffer) =>
    Promise.race([
      lost,
      new Promise<Buffer>((resolve) => {
        queues.set(id, (reply) => resolve(Buffer.from(reply)))
        socket.write(request)
      }),
    ])
  session = (await ask(0, frame(0x65, u16(1, 0)))).readUInt32LE(4)

  const open = async (serial: number) => {
    const parameters = bytes > 511 ? u32(0x42000000 | bytes) : u16(0x4200 | bytes)
    const message = Buffer.concat([
      hex(`${bytes > 511 ? '5b' : '54'}02 20062401 0a0e 00000000`),
      u32(serial),
      u16(serial, 0x5243),
      u32(process.pid),
      // The longest time-out: it waits for its turn while slower ones read.
      hex('07000000'),
      u32(2_000_000),
      parameters,
      u32(2_000_000),
      parameters,
      hex('a303 0100 20022401'),
    ])
    const rr = Buffer.concat([hex('00000000 0000 0200 0000 0000 b200'), u16(message.length), message])
    const reply = await ask(0, frame(0x6f, rr))
    if (reply[unconnectedAt + 2] !== 0)
      throw new Error(`raw poller: Forward Open refused with ${reply[unconnectedAt + 2]}`)
    return { ours: serial, theirs: reply.readUInt32LE(unconnectedAt + 4), sequence: 0 }
  }
  type Connection = Awaited<ReturnType<typeof open>>
  const unit = (message: Buffer) =>
    frame(0x70, Buffer.concat([hex('00000000 0000 0200 a100 0400 00000000 b100'), u16(message.length + 2, 0), message]))
  const send = (one: Connection, packet: Buffer) => {
    one.sequence = (one.sequence + 1) & 0xffff
    packet.writeUInt32LE(one.theirs, 36)
    packet.writeUInt16LE(one.sequence, 44)
    return packet
  }
  const opened: Connection[] = []
  for (let i = 0; i < connections; i++) opened.push(await open(++serials))
  const first = opened[0] as Connection
  const tags = await listTags((message) => ask(first.ours, send(first, unit(message))))
  const packets = packetsOf(tags, bytes - 2).map(unit)
  // A controller closes what was silent for two minutes, and a slow client's turn may take longer.
  const alive = setInterval(() => void socket.write(frame(0, Buffer.alloc(0))), 30_000)
  socket.once('close', () => clearInterval(alive))

  return {
    tags: tags.length,
    packets: packets.length,
    pass: async () => {
      let next = 0
      const run = (one: Connection) =>
        new Promise<void>((resolve) => {
          const step = () => {
            const packet = packets[next++]
            if (packet) socket.write(send(one, packet))
            else resolve()
          }
          queues.set(one.ours, (reply) => {
            if (reply.readUInt16LE(44) === one.sequence) step()
          })
          step()
        })
      await Promise.race([lost, Promise.all(opened.map(run))])
    },
    close: () => socket.destroy(),
  }
}

/** Calls `take` with each whole frame. */
function onFrames(socket: NodeJS.ReadableStream, take: (frame: Buffer) => void): void {
  let held: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    let at = 0
    while (held.length - at >= header && held.length - at >= header + held.readUInt16LE(at + 2)) {
      const end = at + header + held.readUInt16LE(at + 2)
      take(held.subarray(at, end))
      at = end
    }
    held = held.subarray(at)
  })
}

interface Listed {
  readonly instance: number
  readonly elements: number
  /** Of the reply to a read: type and data. */
  readonly replyBytes: number
}

/** The bench tags of the controller, from its own list. */
async function listTags(ask: (message: Buffer) => Promise<Buffer>): Promise<Listed[]> {
  const tags: Listed[] = []
  for (let start = 0; ; ) {
    const reply = await ask(Buffer.concat([hex('5503 206b2500'), u16(start), u16(4, 1, 2, 7, 8)]))
    let at = connectedAt + 4
    while (at < reply.length) {
      const instance = reply.readUInt32LE(at)
      const nameBytes = reply.readUInt16LE(at + 4)
      const name = reply.toString('latin1', at + 6, at + 6 + nameBytes)
      at += 6 + nameBytes
      const isStructure = reply.readUInt16LE(at) >= 0x8000
      const elements = Math.max(1, reply.readUInt32LE(at + 4))
      if (name.startsWith('Bench_')) {
        const replyBytes = (isStructure ? 4 : 2) + reply.readUInt16LE(at + 2) * elements
        tags.push({ instance, elements, replyBytes })
      }
      start = instance + 1
      at += 16
    }
    if (reply[connectedAt + 2] !== 6) return tags
  }
}

/** Multiple Service Packets whose request and reply stay within `limit`. */
function packetsOf(tags: readonly Listed[], limit: number): Buffer[] {
  const packets: Buffer[] = []
  let reads: Buffer[] = []
  let request = 0
  let reply = 0
  const end = () => {
    if (reads.length === 0) return
    const offsets = reads.map(
      (_, i) => 2 + 2 * reads.length + reads.slice(0, i).reduce((n, { length }) => n + length, 0),
    )
    packets.push(Buffer.concat([hex('0a02 20022401'), u16(reads.length, ...offsets), ...reads]))
    reads = []
  }
  for (const { instance, elements, replyBytes } of tags) {
    const read = Buffer.concat([hex('4c03 206b 2500'), u16(instance, elements)])
    if (reads.length === 0 || request + read.length + 2 > limit || reply + replyBytes + 6 > limit) {
      end()
      request = 8
      reply = 6
    }
    reads.push(read)
    request += read.length + 2
    reply += replyBytes + 6
  }
  end()
  return packets
}
