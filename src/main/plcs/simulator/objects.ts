/** The small objects: identity, program name, change counters, clock. */
import { cipClass, service as services, status } from '#main/plcs/cip'
import type { Controller } from './controller.ts'
import { statusWord } from './faults.ts'
import type { Product } from './profiles.ts'
import { answer, answerWith, pack, type Reply } from './reply.ts'
import { answerAttributeList } from './tag-list.ts'
import type { Call } from './tag-services.ts'
import { templateService } from './templates.ts'

/** Where a request goes that names class, instance and perhaps attribute. `routed`: it passed through to the CPU. */
export interface ObjectPath {
  readonly classId: number
  readonly instance: number
  readonly attribute: number | undefined
  readonly routed: boolean
}

/** Executes a service on an object other than tags. Unknown class: path unknown; unknown service: not supported. */
export function objectService(controller: Controller, path: ObjectPath, call: Call, reply: Reply): Reply {
  // All but templates have instance 1 alone; what is asked of the class itself (instance 0) is not simulated.
  if (path.classId !== cipClass.template && path.instance !== 1)
    return answer(reply, call.service, status.pathUnknown, 0)
  switch (path.classId) {
    case cipClass.identity:
      return identity(controller, path, call, reply)
    case cipClass.messageRouter:
    case cipClass.connectionManager:
      return answer(reply, call.service, status.serviceNotSupported)
    case cipClass.template:
      return templateService(controller, path.instance, call, reply)
    case cipClass.programName:
      return programName(controller, call, reply)
    case cipClass.change:
      return changes(controller, call, reply)
    case cipClass.clock:
      return clock(controller, call, reply)
    default:
      return answer(reply, call.service, status.pathUnknown, 0)
  }
}

/** Product whose identity is asked for: the network module's where the request was not routed past it. */
export function productAt(controller: Controller, routed: boolean): Product {
  return routed ? controller.profile.cpu : (controller.profile.module ?? controller.profile.cpu)
}

function identity(controller: Controller, path: ObjectPath, call: Call, reply: Reply): Reply {
  const product = productAt(controller, path.routed)
  const attributes = identityAttributes(controller, product, path.routed)
  if (call.service === services.getAttributesAll) return answerWith(reply, call.service, pack(...attributes))
  if (call.service === services.getAttributeSingle) {
    const value = attributes[(path.attribute ?? 0) - 1]
    return value ? answerWith(reply, call.service, value) : answer(reply, call.service, status.attributeNotSupported)
  }
  if (call.service === services.getAttributeList) return answerAttributeList(call, reply, (id) => attributes[id - 1])
  return answer(reply, call.service, status.serviceNotSupported)
}

/** Attributes 1 to 7 in order (CIP Vol. 1, 5-2.2). */
export function identityAttributes(controller: Controller, product: Product, routed = true): Buffer[] {
  const serial = routed || !controller.profile.module ? controller.serial : (controller.serial ^ 0x5a5a5a5a) >>> 0
  return [
    pack([product.vendor, 2]),
    pack([product.deviceType, 2]),
    pack([product.productCode, 2]),
    pack([product.major, 1], [product.minor, 1]),
    pack([statusWord(controller.faults), 2]),
    pack([serial, 4]),
    pack([product.productName.length, 1], Buffer.from(product.productName, 'latin1')),
  ]
}

function programName(controller: Controller, call: Call, reply: Reply): Reply {
  if (call.service !== services.getAttributesAll) return answer(reply, call.service, status.serviceNotSupported)
  const name = Buffer.from(controller.program().name, 'latin1')
  return answerWith(reply, call.service, pack([name.length, 2], name))
}

/** Counters that move with each download; 1 and 2 are INT, 3, 4 and 10 DINT (1756-PM020, "Detect changes"). */
function changes(controller: Controller, call: Call, reply: Reply): Reply {
  if (call.service !== services.getAttributeList) return answer(reply, call.service, status.serviceNotSupported)
  if (controller.faults.downloading) return answer(reply, call.service, status.pathUnknown, 0)
  const counters = countersAt(controller)
  return answerAttributeList(call, reply, (id) => counters.get(id))
}

const changeCounters = new WeakMap<object, ReadonlyMap<number, Buffer>>()

/** Bytes of the counters, made once for each download. */
function countersAt(controller: Controller): ReadonlyMap<number, Buffer> {
  const known = changeCounters.get(controller.table())
  if (known) return known
  const downloads = controller.generation()
  const counters = new Map([
    ...[1, 2].map((id) => [id, pack([(5 + downloads) & 0x7fff, 2])] as const),
    ...[3, 4, 10].map((id) => [id, pack([(0x10000 * id + downloads * 7) >>> 0, 4])] as const),
  ])
  changeCounters.set(controller.table(), counters)
  return counters
}

/** Wall clock in µs: 6 UTC (may be set), 11 local, which is the same here. */
function clock(controller: Controller, call: Call, reply: Reply): Reply {
  if (call.service === services.getAttributeList) {
    return answerAttributeList(call, reply, (id) => {
      if (id !== 6 && id !== 11) return undefined
      const value = Buffer.alloc(8)
      value.writeBigInt64LE(BigInt(Date.now()) * 1000n + controller.clockShiftUs)
      return value
    })
  }
  if (call.service !== services.setAttributeList) return answer(reply, call.service, status.serviceNotSupported)
  return setClock(controller, call, reply)
}

/** Bytes of the attributes of the clock that may be set: the time, and whether it is daylight saving time. */
const settable = new Map([
  [6, 8],
  [10, 1],
])

function setClock(controller: Controller, { service, bytes, start, end }: Call, reply: Reply): Reply {
  if (end - start < 2) return answer(reply, service, status.notEnoughData)
  const count = bytes.readUInt16LE(start)
  const outcomes: Buffer[] = []
  let failed = false
  let at = start + 2
  for (let i = 0; i < count; i++) {
    if (end - at < 2) return answer(reply, service, status.notEnoughData)
    const id = bytes.readUInt16LE(at)
    const length = settable.get(id)
    if (length !== undefined && end - at < 2 + length) return answer(reply, service, status.notEnoughData)
    if (id === 6) controller.clockShiftUs = bytes.readBigInt64LE(at + 2) - BigInt(Date.now()) * 1000n
    outcomes.push(pack([id, 2], [length === undefined ? status.attributeNotSupported : status.ok, 2]))
    // How long an unknown attribute is nobody knows: what follows it is not read.
    if (length === undefined) failed = true
    if (failed) break
    at += 2 + (length ?? 0)
  }
  const data = pack([outcomes.length, 2], ...outcomes)
  return answerWith(reply, service, data, failed ? status.attributeListError : status.ok)
}
