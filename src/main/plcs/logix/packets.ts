/** The packets of a plan: built once and sent at each poll; a reply is compared with the one before, part by part. */
import { changeRequest } from './change.ts'
import { packMessages, packUp, roomFor, type Sized } from './packer.ts'
import type { ReadUnit } from './read-unit.ts'

export interface Packet {
  readonly units: readonly ReadUnit[]
  readonly frame: Buffer
  /** Asks, last of all, whether the program is still the one that the units were made for. */
  readonly stamped: boolean
  /** Message of the last reply, all of whose parts were taken. */
  last: Buffer | undefined
}

export interface PacketRules {
  /** Most bytes of a request and of a reply. */
  readonly limit: number
  /** Whether several requests may ride in one packet. */
  readonly multiple: boolean
  /** What the change counters must say for places, types and numbers to hold; undefined where no packet asks for them. */
  readonly stamp: string | undefined
  frame(message: Buffer): Buffer
}

/** Head of a reply. */
const replyHead = 4

/** The question for the stamp as it rides in a packet; undefined where none does. */
function stampPart({ multiple, stamp }: Pick<PacketRules, 'multiple' | 'stamp'>): Sized | undefined {
  return multiple && stamp !== undefined ? { request: changeRequest, reply: replyHead + stamp.length / 2 } : undefined
}

/** Largest reply (its head included) of a unit that may ride in a packet. */
export function roomIn(rules: Pick<PacketRules, 'limit' | 'multiple' | 'stamp'>): number {
  return roomFor(rules.limit, stampPart(rules))
}

/**
 * Packets for units that are read with others; one a packet where the controller takes no several. Each asks for the
 * stamp where it can: neither the values nor the type before them tell that a program with other places was loaded.
 */
export function buildPackets(units: readonly ReadUnit[], rules: PacketRules): Packet[] {
  const { limit, multiple, frame } = rules
  const last = stampPart(rules)
  const items = units.map((unit) => ({ unit, reply: unit.reply, request: last ? unit.shortRequest : unit.request }))
  return (multiple ? packUp(items, limit, last) : items.map((item) => [item])).map((group) => {
    const requests = group.map(({ request }) => request)
    const packed = packMessages(last ? [...requests, changeRequest] : requests)
    const single = group.length === 1 && (!last || packed.length > limit) ? group[0]?.unit.request : undefined
    const stamped = last !== undefined && single === undefined
    return { units: group.map(({ unit }) => unit), frame: frame(single ?? packed), stamped, last: undefined }
  })
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
