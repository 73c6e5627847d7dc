/**
 * Takes one CIP request apart, sends it to tags or objects and writes the reply; runs Multiple Service Packets
 * (CIP Vol. 1, 2-4 and; 1756-PM020, "Multiple Service Packet").
 */
import { cipClass, service as services, status } from '#main/plcs/cip'
import type { Controller } from './controller.ts'
import type { Destination } from './locate.ts'
import { objectService } from './objects.ts'
import { answer, head, type Reply } from './reply.ts'
import { listTags, symbolAttributes } from './tag-list.ts'
import { type Call, tagService } from './tag-services.ts'

/** How the request came. */
export interface Origin {
  /** It passed the backplane, or the port is the CPU's own; false: it ends at a network module in front of the CPU. */
  readonly routed: boolean
  /** It stands inside of a Multiple Service Packet. */
  readonly embedded: boolean
}

/** Bytes of the smallest reply. */
const smallest = 4

/** Executes the request in `bytes[start, end)`; its reply is written to `reply` and never passes `reply.limit`. */
export function execute(
  controller: Controller,
  bytes: Buffer,
  start: number,
  end: number,
  origin: Origin,
  reply: Reply,
): Reply {
  const service = bytes[start] ?? 0
  const pathEnd = start + 2 + 2 * (bytes[start + 1] ?? 0)
  controller.counters.services++
  if (end - start < 2) return answer(reply, service, status.notEnoughData)
  if (pathEnd > end) return answer(reply, service, status.pathSizeInvalid)
  const call: Call = { service, bytes, start: pathEnd, end }
  const destination = controller.destination(bytes, start + 2, pathEnd)
  const refused = refusedNow(controller, service, destination, origin.embedded)
  if (refused !== undefined) return answer(reply, service, refused)

  if (destination.kind === 'object') {
    const isRouter = destination.classId === cipClass.messageRouter && destination.instance === 1
    if (isRouter && service === services.multipleService) return multiple(controller, call, origin, reply)
    const foreign = !origin.routed && controller.profile.module && !isOnModule(destination.classId)
    if (foreign) return answer(reply, service, status.pathUnknown, 0)
    return objectService(controller, { ...destination, routed: origin.routed }, call, reply)
  }
  // A network module has no tags: what is not routed past it ends here.
  if (!origin.routed && controller.profile.module) return answer(reply, service, status.pathUnknown, 0)
  if (destination.kind === 'failure') return answer(reply, service, destination.status, destination.extended)
  if (destination.kind === 'tag') return tagService(controller, destination, call, reply)

  const { scope, instance, attribute, target } = destination
  if (!scope) return answer(reply, service, status.pathUnknown, 0)
  if (service === services.getInstanceAttributeList) return listTags(controller, scope, instance, call, reply)
  if (service === services.getAttributeList || service === services.getAttributeSingle) {
    const symbol = scope.byInstance.get(instance)
    if (!symbol) return answer(reply, service, status.pathUnknown, 0)
    return symbolAttributes(symbol, attribute, call, reply)
  }
  if (target.kind === 'failure') return answer(reply, service, target.status, target.extended)
  return tagService(controller, target, call, reply)
}

/** Status with which the fault `refuseService` refuses this request; it counts it. */
function refusedNow(
  { faults }: Controller,
  service: number,
  destination: Destination,
  embedded: boolean,
): number | undefined {
  const fault = faults.refuseService
  if (fault?.service !== service || (fault.embedded && !embedded)) return undefined
  const classId = destination.kind === 'object' ? destination.classId : undefined
  if (fault.classId !== undefined && fault.classId !== classId) return undefined
  faults.refuseService = fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined
  return fault.status
}

function isOnModule(classId: number): boolean {
  return classId === cipClass.identity || classId === cipClass.messageRouter || classId === cipClass.connectionManager
}

/** Executes each embedded service in order; one that fails does not stop the rest. */
function multiple(controller: Controller, call: Call, origin: Origin, reply: Reply): Reply {
  const { service, bytes, start, end } = call
  if (!controller.profile.multipleService || origin.embedded) return answer(reply, service, status.serviceNotSupported)
  if (end - start < 2) return answer(reply, service, status.notEnoughData)
  const count = bytes.readUInt16LE(start)
  const firstReply = reply.at + 4 + 2 + 2 * count
  if (count === 0 || end - start < 2 + 2 * count) return answer(reply, service, status.notEnoughData)
  if (!offsetsInOrder(call, count)) return answer(reply, service, status.notEnoughData)
  if (firstReply + smallest * count > reply.limit) return answer(reply, service, status.replyTooLarge)

  const replyStart = reply.at
  const limit = reply.limit
  head(reply, service, status.ok)
  const table = reply.at
  reply.bytes.writeUInt16LE(count, table)
  reply.at = firstReply
  const embedded: Origin = { routed: origin.routed, embedded: true }
  let failed = false
  for (let i = 0; i < count; i++) {
    const at = start + bytes.readUInt16LE(start + 2 + 2 * i)
    const until = i + 1 < count ? start + bytes.readUInt16LE(start + 4 + 2 * i) : end
    const own = reply.at
    reply.bytes.writeUInt16LE(own - table, table + 2 + 2 * i)
    // Each service still to come must find room for at least its status.
    reply.limit = limit - smallest * (count - 1 - i)
    execute(controller, bytes, at, until, embedded, reply)
    if (reply.bytes[own + 2] !== status.ok) failed = true
  }
  reply.limit = limit
  if (failed) reply.bytes[replyStart + 2] = status.embeddedServiceError
  return reply
}

function offsetsInOrder(call: Call, count: number): boolean {
  let before = 2 + 2 * count
  for (let i = 0; i < count; i++) {
    const offset = call.bytes.readUInt16LE(call.start + 2 + 2 * i)
    if (offset < before || call.start + offset + 2 > call.end) return false
    before = offset
  }
  return true
}
