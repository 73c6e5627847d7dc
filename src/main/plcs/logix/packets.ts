/** The packets of a plan: built once and sent at each poll; a reply is compared with the one before, part by part. */
import { changeRequest, changeStamp } from './change.ts'
import { packMessages, packUp } from './packer.ts'
import type { ReadUnit } from './read-unit.ts'
import { parseReply } from './reply.ts'

export interface Packet {
  readonly units: readonly ReadUnit[]
  readonly frame: Buffer
  /** Names tags by number and asks, last of all, whether the program is still the one whose numbers these are. */
  readonly stamped: boolean
  /** Message of the last reply, all of whose parts were taken. */
  last: Buffer | undefined
}

export interface PacketRules {
  /** Most bytes of a request and of a reply. */
  readonly limit: number
  /** Whether several requests may ride in one packet. */
  readonly multiple: boolean
  /** What the change counters must say for tag numbers to hold; undefined where no numbers are used. */
  readonly stamp: string | undefined
  frame(message: Buffer): Buffer
}

/** Head of a reply. */
const replyHead = 4

/** Packets for units that are read with others; one a packet where the controller takes no several. */
export function buildPackets(units: readonly ReadUnit[], { limit, multiple, stamp, frame }: PacketRules): Packet[] {
  const byNumber = multiple && stamp !== undefined && units.some((unit) => unit.shortRequest !== unit.request)
  const last = byNumber ? { request: changeRequest, reply: replyHead + stamp.length / 2 } : undefined
  const items = units.map((unit) => ({ unit, reply: unit.reply, request: byNumber ? unit.shortRequest : unit.request }))
  return (multiple ? packUp(items, limit, last) : items.map((item) => [item])).map((group) => {
    const stamped = group.length > 1 && group.some(({ unit, request }) => request !== unit.request)
    const requests = group.map(({ unit, request }) => (stamped ? request : unit.request))
    const single = requests.length === 1 ? requests[0] : undefined
    const message = single ?? packMessages(stamped ? [...requests, changeRequest] : requests)
    return { units: group.map(({ unit }) => unit), frame: frame(message), stamped, last: undefined }
  })
}

/** The change counters in the last part of a packet; undefined where the controller does not tell them just now. */
export function stampOf(data: Buffer, start: number): string | undefined {
  return changeStamp(parseReply(data.subarray(start)))
}

/** Whether part `index` of a packet's reply data is the same as in the reply before. */
export function samePart(
  before: Buffer,
  count: number,
  index: number,
  data: Buffer,
  start: number,
  end: number,
): boolean {
  const from = before.readUInt16LE(2 + 2 * index)
  const to = index + 1 < count ? before.readUInt16LE(4 + 2 * index) : before.length
  const length = end - start
  if (to - from !== length) return false
  if (length > 64) return before.compare(data, start, end, from, to) === 0
  for (let i = 0; i < length; i++) if (before[from + i] !== data[start + i]) return false
  return true
}
