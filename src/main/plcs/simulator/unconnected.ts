/** Requests outside of connections: Forward Open and Close, Unconnected Send, and plain requests (CIP Vol. 1, 3-5.5). */
import { cipClass, extendedStatus, service as services, status } from '#main/plcs/cip'
import { type Connections, routeRefusal } from './connections.ts'
import type { Controller } from './controller.ts'
import { execute } from './message-router.ts'
import { answer, append, head, type Reply } from './reply.ts'
import type { Call } from './tag-services.ts'

/** Largest unconnected request, and reply, in bytes. */
export const unconnectedBytes = 504

/** Executes the unconnected request in `bytes[start, end)`. `owner` is the session it came on. */
export function executeUnconnected(
  controller: Controller,
  connections: Connections,
  owner: object,
  bytes: Buffer,
  start: number,
  end: number,
  reply: Reply,
): Reply {
  const service = bytes[start] ?? 0
  const pathEnd = start + 2 + 2 * (bytes[start + 1] ?? 0)
  const origin = { routed: !controller.profile.module, embedded: false }
  if (end - start > unconnectedBytes) {
    controller.counters.oversized++
    return answer(reply, service, status.tooMuchData)
  }
  const destination = pathEnd <= end ? controller.destination(bytes, start + 2, pathEnd) : undefined
  const isManager = destination?.kind === 'object' && destination.classId === cipClass.connectionManager
  if (!isManager || destination.instance !== 1) {
    return execute(controller, bytes, start, end, origin, reply)
  }
  const call: Call = { service, bytes, start: pathEnd, end }
  switch (service) {
    case services.forwardOpen:
    case services.largeForwardOpen:
      return connections.forwardOpen(call, owner, reply)
    case services.forwardClose:
      return connections.forwardClose(call, reply)
    case services.unconnectedSend:
      return unconnectedSend(controller, call, reply)
    default:
      return answer(reply, service, status.serviceNotSupported)
  }
}

/** Passes the embedded request along its route; the reply is the embedded service's own, or 0xD2 where the route fails. */
function unconnectedSend(controller: Controller, call: Call, reply: Reply): Reply {
  const { service, bytes, start, end } = call
  if (end - start < 4) return answer(reply, service, status.notEnoughData)
  const length = bytes.readUInt16LE(start + 2)
  const embedded = start + 4
  const routeAt = embedded + length + (length & 1)
  if (routeAt + 2 > end) return answer(reply, service, status.notEnoughData)
  const words = bytes[routeAt] ?? 0
  const route = bytes.subarray(routeAt + 2, routeAt + 2 + 2 * words)
  if (route.length !== 2 * words) return answer(reply, service, status.notEnoughData)
  const refused = words === 0 && controller.profile.module ? extendedStatus.badSegment : routeRefusal(controller, route)
  if (refused !== undefined) {
    return append(head(reply, service, status.connectionFailure, [refused]), Buffer.from([words]))
  }
  return execute(controller, bytes, embedded, embedded + length, { routed: true, embedded: false }, reply)
}
