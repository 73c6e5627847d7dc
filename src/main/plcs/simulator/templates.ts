/** Class 0x6C: how structures are made (1756-PM020, "Reading a template"). */
import { cipClass, extendedStatus, service as services, status } from '#main/plcs/cip'
import type { Controller } from './controller.ts'
import { answer, answerWith, append, head, pack, type Reply } from './reply.ts'
import type { SymbolTable } from './symbols.ts'
import { answerAttributeList } from './tag-list.ts'
import type { Call } from './tag-services.ts'
import type { SimMember, SimType, StructType } from './types.ts'

/** Bytes of every member before the names begin. */
const memberBytes = 8
/** Bytes given behind the last name to who asks for more than there is; clients round the length up by as many. */
const surplus = 12

/** Executes a service on one template instance. */
export function templateService(controller: Controller, instance: number, call: Call, reply: Reply): Reply {
  controller.counters.templateServices++
  const table = controller.table()
  const type = table.templates.get(instance)
  if (!type || controller.faults.downloading) return answer(reply, call.service, status.pathUnknown, 0)
  if (call.service === services.getAttributeList)
    return answerAttributeList(call, reply, (id) => attribute(table, type, id))
  if (call.service === services.readTag) return readBody(bodyOf(table, type), call, reply)
  return answer(reply, call.service, status.serviceNotSupported)
}

function attribute(table: SymbolTable, type: StructType, id: number): Buffer | undefined {
  switch (id) {
    case 1:
      return pack([type.handle, 2])
    case 2:
      return pack([type.members.length, 2])
    case 3:
      return pack([cipClass.template, 2])
    case 4:
      // Readers compute the body's length as words × 4 − 23.
      return pack([Math.ceil((bodyOf(table, type).length + 23) / 4), 4])
    case 5:
      return pack([type.size, 4])
    default:
      return undefined
  }
}

function readBody(body: Buffer, call: Call, reply: Reply): Reply {
  if (call.end - call.start < 6) return answer(reply, call.service, status.notEnoughData)
  const offset = call.bytes.readUInt32LE(call.start)
  const wanted = call.bytes.readUInt16LE(call.start + 4)
  if (offset >= body.length + surplus)
    return answer(reply, call.service, status.extended, extendedStatus.offsetOutOfRange)
  const available = Buffer.concat([body, Buffer.alloc(surplus)]).subarray(offset, offset + wanted)
  const room = reply.limit - reply.at - 4
  if (available.length <= room) return answerWith(reply, call.service, available)
  return append(
    head(reply, call.service, status.partialTransfer),
    available.subarray(0, Math.max(0, room - (room % 4))),
  )
}

const bodies = new WeakMap<SymbolTable, Map<StructType, Buffer>>()

function bodyOf(table: SymbolTable, type: StructType): Buffer {
  const known = bodies.get(table) ?? new Map<StructType, Buffer>()
  bodies.set(table, known)
  const body = known.get(type) ?? buildBody(table, type)
  known.set(type, body)
  return body
}

/** Members of eight bytes each, then names, each ended by a zero byte: the template's, then the members'. */
function buildBody(table: SymbolTable, type: StructType): Buffer {
  const members = Buffer.alloc(type.members.length * memberBytes)
  for (const [i, member] of type.members.entries()) {
    members.writeUInt16LE(member.bit >= 0 ? member.bit : member.length, i * memberBytes)
    members.writeUInt16LE(memberType(table, member), i * memberBytes + 2)
    members.writeUInt32LE(member.offset, i * memberBytes + 4)
  }
  const names = [templateName(type), ...type.members.map((m) => m.name)]
  return Buffer.concat([members, Buffer.from(`${names.join('\0')}\0`, 'latin1')])
}

/** Types of the user carry `;n` and two characters for each member; the second tells whether it is shown. */
function templateName(type: StructType): string {
  if (type.predefined) return type.predefined.name
  return `${type.name};n${type.members.map((m) => (m.hidden ? 'B@' : 'BC')).join('')}`
}

function memberType(table: SymbolTable, member: SimMember): number {
  const array = member.length > 0 ? 0x2000 : 0
  return array | codeOf(table, member.type)
}

function codeOf(table: SymbolTable, type: SimType): number {
  return type.kind === 'struct' ? 0x8000 | table.templateOf(type) : type.code
}
