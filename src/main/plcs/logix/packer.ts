/**
 * Puts many requests into Multiple Service Packets (service 0x0A of the message router, 1756-PM020) so that neither
 * request nor reply grows beyond what the connection carries, and takes the replies apart. Pure.
 */
import { cipClass, replyBit, service } from '#main/plcs/cip'
import { message, objectPath } from './eip.ts'

const routerPath = objectPath(cipClass.messageRouter, 1)
/** Service, path size, path, number of services. */
const requestHead = 2 + routerPath.length + 2
/** Service, reserved, status, extended size, number of services. */
const replyHead = 4 + 2
const offsetBytes = 2

/** Sizes of one request for the packer: `reply` counts its own four bytes of head. */
export interface Sized {
  readonly request: Buffer
  readonly reply: number
}

/**
 * Divides requests into packets, in their order. `limit` is the most bytes of a request and of a reply. A request that
 * does not fit together with any other stands alone. `last` is asked at the end of each packet; room is kept for it.
 */
export function packUp<T extends Sized>(items: readonly T[], limit: number, last?: Sized): T[][] {
  const packets: T[][] = []
  const lastRequest = last ? offsetBytes + last.request.length : 0
  const lastReply = last ? offsetBytes + last.reply : 0
  let request = Number.POSITIVE_INFINITY
  let reply = 0
  for (const item of items) {
    const requestBytes = offsetBytes + item.request.length
    const replyBytes = offsetBytes + item.reply
    if (request + requestBytes > limit || reply + replyBytes > limit) {
      packets.push([])
      request = requestHead + lastRequest
      reply = replyHead + lastReply
    }
    packets.at(-1)?.push(item)
    request += requestBytes
    reply += replyBytes
  }
  return packets
}

/** Largest reply (its head included) that still may ride in a packet, with `last` at its end. */
export function roomFor(limit: number, last?: Sized): number {
  return limit - replyHead - offsetBytes - (last ? offsetBytes + last.reply : 0)
}

/** One message that carries all of these. */
export function packMessages(messages: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(2 + offsetBytes * messages.length)
  head.writeUInt16LE(messages.length)
  let offset = head.length
  for (const [i, one] of messages.entries()) {
    head.writeUInt16LE(offset, 2 + offsetBytes * i)
    offset += one.length
  }
  return message(service.multipleService, routerPath, Buffer.concat([head, ...messages]))
}

/** Where the replies lie inside a packet's reply data. */
export interface Parts {
  readonly count: number
  start(index: number): number
  end(index: number): number
}

/** The parts of a packet's reply data; undefined where the data are not what they announce, or not `count` replies. */
export function partsOf(data: Buffer, count: number): Parts | undefined {
  const head = 2 + offsetBytes * count
  if (data.length < head || data.readUInt16LE(0) !== count) return undefined
  const start = (index: number) => data.readUInt16LE(2 + offsetBytes * index)
  const end = (index: number) => (index + 1 < count ? start(index + 1) : data.length)
  for (let i = 0; i < count; i++) {
    const from = start(i)
    if (from < head || from + 4 > end(i) || end(i) > data.length || !(data.readUInt8(from) & replyBit)) return undefined
  }
  return { count, start, end }
}
