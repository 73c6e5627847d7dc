/**
 * Opening a class 3 connection to the controller's message router (CIP Vol. 1, 3-5.5): the bytes of the requests, and
 * which attempt follows which refusal. Pure; `connected.ts` sends.
 */
import { cipClass, extendedStatus as ext, service, status as st } from '#main/plcs/cip'
import { message, objectPath } from './eip.ts'
import { type CipReply, readFields } from './reply.ts'
import { statusText } from './status.ts'

/** Parameters of one attempt. `size` in bytes, sequence count included; `rpiUs` is the packet interval asked for. */
export interface OpenParameters {
  readonly large: boolean
  readonly size: number
  readonly rpiUs: number
  /** Code n: the target drops the connection after 4·2ⁿ silent intervals. */
  readonly multiplier: number
}

/** What names a connection: the id under which we take replies, and the triple that closes it again. */
export interface ConnectionTriple {
  /** Target → originator id: in replies. Chosen by us, never 0. */
  readonly toUs: number
  readonly serial: number
  readonly vendor: number
  readonly originator: number
}

/** Our vendor id in connection triples: a constant, as every client takes one. */
export const ownVendor = 0x574c

const managerPath = objectPath(cipClass.connectionManager, 1)
const routerPath = objectPath(cipClass.messageRouter, 1)
/** 2^0x0A ms × 0x0E = 14 s: how long routers on the way may take. */
const ticks = [0x0a, 0x0e] as const
/** Class 3, application triggered, we are the client. */
const transport = 0xa3
/** Point to point, low priority, variable size. */
const connectionFlags = 0x4200

/** Request of a (Large) Forward Open along `route`. */
export function forwardOpen(parameters: OpenParameters, triple: ConnectionTriple, route: Buffer): Buffer {
  const { large, size, rpiUs } = parameters
  const data = Buffer.alloc(large ? 40 : 36)
  data.set(ticks)
  data.writeUInt32LE(triple.toUs, 6)
  writeTriple(data, 10, triple)
  data.writeUInt8(parameters.multiplier, 18)
  let offset = 22
  for (let direction = 0; direction < 2; direction++) {
    offset = data.writeUInt32LE(rpiUs, offset)
    offset = large
      ? data.writeUInt32LE(connectionFlags * 0x10000 + size, offset)
      : data.writeUInt16LE(connectionFlags | size, offset)
  }
  const path = Buffer.concat([route, routerPath])
  data.writeUInt8(transport, offset)
  data.writeUInt8(path.length / 2, offset + 1)
  return message(large ? service.largeForwardOpen : service.forwardOpen, managerPath, Buffer.concat([data, path]))
}

/** Request that closes the connection of this triple again. */
export function forwardClose(triple: ConnectionTriple, route: Buffer): Buffer {
  const path = Buffer.concat([route, routerPath])
  const data = Buffer.alloc(12)
  data.set(ticks)
  writeTriple(data, 2, triple)
  data.writeUInt8(path.length / 2, 10)
  return message(service.forwardClose, managerPath, Buffer.concat([data, path]))
}

function writeTriple(data: Buffer, offset: number, triple: ConnectionTriple) {
  data.writeUInt16LE(triple.serial, offset)
  data.writeUInt16LE(triple.vendor, offset + 2)
  data.writeUInt32LE(triple.originator, offset + 4)
}

/** An opened connection as the target granted it. */
export interface GrantedConnection {
  /** Goes into requests. */
  readonly toTarget: number
  /** Packet interval that the target counts silence in, in µs; undefined where the reply does not tell. */
  readonly intervalUs?: number
}

/** The reply to a Forward Open (CIP Vol. 1, 3-5.5.2). Throws `ProtocolError` where it is too short. */
export function parseOpened({ data }: CipReply): GrantedConnection {
  const toTarget = readFields(data, 'the reply to Forward Open').u32()
  // Both ids, then serial, vendor and originator; then the granted interval of our requests.
  return data.length < 20 ? { toTarget } : { toTarget, intervalUs: data.readUInt32LE(16) }
}

/** How long a connection may be silent before the target drops it, in ms. */
export function silenceMs({ rpiUs, multiplier }: OpenParameters, { intervalUs = rpiUs }: GrantedConnection): number {
  return (intervalUs * 4 * 2 ** multiplier) / 1_000
}

/**
 * Words of the path that were still ahead where a Forward Open was refused, counted from the beginning of what the
 * refusing router saw (CIP Vol. 1, 3-5.5.2); undefined where the reply does not tell.
 */
export function remainingWords({ data }: CipReply): number | undefined {
  return data.length >= 9 ? Math.max(0, data.readUInt8(8) - routerPath.length / 2) : undefined
}

/** One rung of the ladder, with what was tried on it before. */
export interface Attempt extends OpenParameters {
  readonly duplicates: number
  readonly longerInterval: boolean
  readonly smallerSize: boolean
}

const largeSize = 4002
const smallSize = 504
/** A silent connection is dropped by the target after this: few pile up there on a bad line. */
const dropUs = 16_000_000
const usualRpiUs = 2_000_000
const largestMultiplier = 7

/** The interval, with the multiplier that makes at least `dropUs` of it. */
function every(rpiUs: number) {
  const needed = Math.ceil(Math.log2(dropUs / (4 * rpiUs)))
  return { rpiUs, multiplier: Math.min(largestMultiplier, Math.max(0, needed)) }
}

/** The first attempt: a large connection where the device may know one. */
export function firstAttempt(large: boolean): Attempt {
  return {
    large,
    size: large ? largeSize : smallSize,
    ...every(usualRpiUs),
    duplicates: 0,
    longerInterval: false,
    smallerSize: false,
  }
}

export type Next =
  | { readonly kind: 'try'; readonly attempt: Attempt }
  /** Go on without a connection; `why` is for the operator. */
  | { readonly kind: 'unconnected'; readonly why: string }
  /** No use to go on now. `person`: only a changed configuration helps. */
  | { readonly kind: 'fail'; readonly person: boolean; readonly text: string }

/** What to do after a refusal. */
export function afterRefusal(attempt: Attempt, status: number, extended: readonly number[]): Next {
  const text = statusText(status, extended)
  const next: Next = attempt.large
    ? { kind: 'try', attempt: firstAttempt(false) }
    : { kind: 'unconnected', why: `the PLC opens no connection: ${text}` }
  if (status === st.resourceUnavailable) return { kind: 'unconnected', why: text }
  if (status !== st.connectionFailure) return next
  switch (extended[0]) {
    case ext.duplicateForwardOpen:
      if (attempt.duplicates >= 3) return { kind: 'fail', person: false, text }
      return { kind: 'try', attempt: { ...attempt, duplicates: attempt.duplicates + 1 } }
    case ext.unsupportedSize: {
      const size = extended[1] ?? 0
      if (attempt.smallerSize || size < 100 || size >= attempt.size) return next
      return { kind: 'try', attempt: { ...attempt, size, smallerSize: true } }
    }
    case ext.rpiNotSupported:
    case ext.rpiNotAcceptable: {
      if (attempt.longerInterval) return next
      const offered = (extended[1] ?? 0) + (extended[2] ?? 0) * 0x10000
      const usable = offered >= 1_000 && offered <= 30_000_000
      return { kind: 'try', attempt: { ...attempt, ...every(usable ? offered : 5_000_000), longerInterval: true } }
    }
    case ext.outOfConnections:
    case ext.noMoreConnections:
      return { kind: 'unconnected', why: text }
    case ext.portNotAvailable:
    case ext.linkAddressNotValid:
    case ext.badSegment:
      return { kind: 'fail', person: true, text }
    case ext.connectionTimedOut:
    case ext.unconnectedTimedOut:
      return { kind: 'fail', person: false, text }
    default:
      return next
  }
}
