/**
 * The connection manager: Forward Open, Forward Close, routes and time-outs (CIP Vol. 1, 3-5.5). Connections outlive
 * the TCP connection they came on until they time out: who does not close them finds the controller full.
 */
import { cipClass, extendedStatus, service as services, status } from '#main/plcs/cip'
import type { Controller } from './controller.ts'
import { parsePath } from './epath.ts'
import { createLane, type Lane } from './lane.ts'
import { answer, answerWith, append, head, pack, type Reply } from './reply.ts'
import type { Call } from './tag-services.ts'

/** One class 3 connection. */
export interface Connection {
  /** O→T id, given by us. */
  readonly id: number
  /** T→O id, given by the client. */
  readonly peerId: number
  /** Session on which it was opened: requests come by no other. */
  readonly owner: object
  /** Serial number, vendor and originator serial of the opener, as bytes. */
  readonly triple: Buffer
  /** Largest request and reply in bytes, sequence count included. */
  readonly requestSize: number
  readonly replySize: number
  readonly timeoutMs: number
  readonly routed: boolean
  readonly lane: Lane
  expiresAt: number
  /** Sequence count and whole reply frame of the last request; -1 before the first. */
  lastSequence: number
  lastReply: Buffer | undefined
}

export interface Connections {
  byId(id: number): Connection | undefined
  forwardOpen(call: Call, owner: object, reply: Reply): Reply
  forwardClose(call: Call, reply: Reply): Reply
  /** Removes what has timed out by `now` (ms of `performance.now()`). */
  sweep(now: number): void
  closeAll(): void
}

/** Class 3, application object trigger, server: the only transport a message router takes. */
const transportClass3 = 0xa3
/** Extended status: transport class and trigger not supported. */
const badTransport = 0x0103

/** The connection manager of a controller. `packetMs` is the work for one packet. */
export function createConnections(controller: Controller, packetMs: () => number): Connections {
  const { counters, profile } = controller
  const open = new Map<number, Connection>()
  let nextId = (Math.floor(Math.random() * 0x7fff) << 16) | 1

  const remove = (connection: Connection) => {
    connection.lane.stop()
    open.delete(connection.id)
    counters.connections = open.size
  }

  const forwardOpen: Connections['forwardOpen'] = (call, owner, reply) => {
    const request = parseForwardOpen(call)
    if (!request) return answer(reply, call.service, status.notEnoughData)
    const refusal = refusalOf(request, call)
    if (refusal) {
      counters.forwardOpensRefused++
      const data = pack(request.triple, [request.routeWords, 1], [0, 1])
      return append(head(reply, call.service, refusal.status, refusal.extended), data)
    }
    while (open.has(nextId) || nextId === 0) nextId = (nextId + 1) >>> 0
    const connection: Connection = {
      id: nextId,
      peerId: request.peerId,
      owner,
      triple: request.triple,
      requestSize: request.requestSize,
      replySize: request.replySize,
      timeoutMs: (request.rpiUs / 1000) * 4 * 2 ** request.multiplier,
      routed: request.route.length > 0 || !profile.module,
      lane: createLane(packetMs),
      expiresAt: 0,
      lastSequence: -1,
      lastReply: undefined,
    }
    nextId = (nextId + 1) >>> 0
    connection.expiresAt = performance.now() + connection.timeoutMs
    open.set(connection.id, connection)
    counters.connections = open.size
    counters.forwardOpens++
    const intervals = pack([request.rpiUs, 4], [request.replyRpiUs, 4])
    return answerWith(
      reply,
      call.service,
      pack([connection.id, 4], [connection.peerId, 4], request.triple, intervals, [0, 1], [0, 1]),
    )
  }

  const refusalOf = (request: ForwardOpen, call: Call): Refusal | undefined => {
    const forced = controller.faults.refuseForwardOpen
    if (forced) return { status: forced.status, extended: forced.extended ?? [] }
    if (call.service === services.largeForwardOpen && !profile.largeForwardOpen)
      return { status: status.serviceNotSupported, extended: [] }
    const route = routeRefusal(controller, request.route)
    if (route !== undefined) return connectionFailure(route)
    if (!request.toRouter) return connectionFailure(extendedStatus.badSegment)
    if (request.transport !== transportClass3) return connectionFailure(badTransport)
    const largest = Math.max(request.requestSize, request.replySize)
    if (largest > profile.maxSize) return connectionFailure(extendedStatus.unsupportedSize, profile.maxSize)
    if (request.rpiUs === 0) return connectionFailure(extendedStatus.rpiNotSupported)
    for (const other of open.values())
      if (other.triple.equals(request.triple)) return connectionFailure(extendedStatus.duplicateForwardOpen)
    if (open.size >= controller.faults.maxConnections) return connectionFailure(extendedStatus.outOfConnections)
    return undefined
  }

  return {
    byId: (id) => open.get(id),
    forwardOpen,
    forwardClose: (call, reply) => {
      if (call.end - call.start < 12) return answer(reply, call.service, status.notEnoughData)
      const triple = Buffer.from(call.bytes.subarray(call.start + 2, call.start + 10))
      const routeWords = call.bytes[call.start + 10] ?? 0
      const connection = [...open.values()].find((one) => one.triple.equals(triple))
      if (!connection) {
        const refused = head(reply, call.service, status.connectionFailure, [extendedStatus.connectionNotFound])
        return append(refused, pack(triple, [routeWords, 1], [0, 1]))
      }
      remove(connection)
      counters.forwardCloses++
      return answerWith(reply, call.service, pack(triple, [0, 1], [0, 1]))
    },
    sweep: (now) => {
      for (const connection of open.values()) {
        if (connection.expiresAt > now) continue
        remove(connection)
        counters.connectionsTimedOut++
      }
    },
    closeAll: () => {
      for (const connection of open.values()) remove(connection)
    },
  }
}

/** Extended status with which a route is refused; undefined where it leads to this CPU. */
export function routeRefusal(controller: Controller, route: Buffer): number | undefined {
  if (route.length === 0) return undefined
  if (!controller.profile.routed) return extendedStatus.portNotAvailable
  if (route[0] !== 1) return extendedStatus.portNotAvailable
  if (route[1] !== controller.slot) return extendedStatus.linkAddressNotValid
  return route.length > 2 ? extendedStatus.badSegment : undefined
}

interface Refusal {
  readonly status: number
  readonly extended: readonly number[]
}

function connectionFailure(...extended: number[]): Refusal {
  return { status: status.connectionFailure, extended }
}

interface ForwardOpen {
  readonly peerId: number
  readonly triple: Buffer
  readonly multiplier: number
  readonly rpiUs: number
  readonly replyRpiUs: number
  readonly requestSize: number
  readonly replySize: number
  readonly transport: number
  readonly route: Buffer
  readonly routeWords: number
  /** The path ends at the message router. */
  readonly toRouter: boolean
}

function parseForwardOpen(call: Call): ForwardOpen | undefined {
  const { bytes, start, end } = call
  const large = call.service === services.largeForwardOpen
  const paramBytes = large ? 4 : 2
  const replyParams = start + 26 + paramBytes + 4
  const transportAt = replyParams + paramBytes
  if (transportAt + 2 > end) return undefined
  const routeWords = bytes[transportAt + 1] ?? 0
  const path = bytes.subarray(transportAt + 2, transportAt + 2 + 2 * routeWords)
  if (path.length !== 2 * routeWords) return undefined
  const size = (at: number) => (large ? bytes.readUInt16LE(at) : bytes.readUInt16LE(at) & 0x1ff)
  const application = path.subarray(Math.max(0, path.length - 4))
  const [target] = parsePath(application, 0, application.length) ?? []
  return {
    peerId: bytes.readUInt32LE(start + 6),
    triple: Buffer.from(bytes.subarray(start + 10, start + 18)),
    multiplier: Math.min(7, bytes[start + 18] ?? 0),
    rpiUs: bytes.readUInt32LE(start + 22),
    requestSize: size(start + 26),
    replyRpiUs: bytes.readUInt32LE(start + 26 + paramBytes),
    replySize: size(replyParams),
    transport: bytes[transportAt] ?? 0,
    route: Buffer.from(path.subarray(0, Math.max(0, path.length - 4))),
    routeWords,
    toRouter: target?.kind === 'class' && target.id === cipClass.messageRouter,
  }
}
