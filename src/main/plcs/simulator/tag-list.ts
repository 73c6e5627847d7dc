/** Class 0x6B: the list of tags in pages, and attributes of one tag (1756-PM020, "Finding user-created tags"). */
import { service as services, status } from '#main/plcs/cip'
import type { Controller } from './controller.ts'
import { answer, answerWith, append, head, pack, type Reply } from './reply.ts'
import type { Scope, SymbolEntry } from './symbols.ts'
import type { Call } from './tag-services.ts'

/** Set in attribute 6 of a base tag; an alias lacks it. */
const baseTag = 1 << 26
const accessCode = { 'read-write': 0, 'read-only': 2, none: 3 } as const

/** Get_Instance_Attribute_List: records from instance `from` on, as many whole ones as fit. */
export function listTags(controller: Controller, scope: Scope, from: number, call: Call, reply: Reply): Reply {
  controller.counters.listServices++
  const asked = attributesAsked(call)
  if (!asked) return answer(reply, call.service, status.notEnoughData)
  if (controller.faults.downloading) return answer(reply, call.service, status.pathUnknown, 0)
  const start = reply.at
  head(reply, call.service, status.ok)
  for (const symbol of scope.symbols) {
    // Tags with External Access None are not in the list at all.
    if (symbol.instance < from || symbol.access === 'none') continue
    const values = asked.map((id) => attribute(symbol, id))
    if (values.includes(undefined)) {
      reply.at = start
      return answer(reply, call.service, status.attributeListError)
    }
    const record = pack([symbol.instance, 4], ...(values as Buffer[]))
    if (reply.at + record.length > reply.limit) {
      if (reply.at === start + 4) {
        reply.at = start
        return answer(reply, call.service, status.replyTooLarge)
      }
      reply.bytes[start + 2] = status.partialTransfer
      return reply
    }
    append(reply, record)
  }
  return reply
}

/** Attributes of one symbol, singly and as a list. */
export function symbolAttributes(symbol: SymbolEntry, id: number | undefined, call: Call, reply: Reply): Reply {
  if (call.service === services.getAttributeSingle) {
    const value = id === undefined ? undefined : attribute(symbol, id)
    if (!value) return answer(reply, call.service, status.attributeNotSupported)
    return answerWith(reply, call.service, value)
  }
  if (call.service !== services.getAttributeList) return answer(reply, call.service, status.serviceNotSupported)
  return answerAttributeList(call, reply, (asked) => attribute(symbol, asked))
}

/** Get_Attribute_List of any object: count, then id, status and value of each attribute asked for. */
export function answerAttributeList(call: Call, reply: Reply, find: (id: number) => Buffer | undefined): Reply {
  const asked = attributesAsked(call)
  if (!asked) return answer(reply, call.service, status.notEnoughData)
  const values = asked.map(find)
  const complete = !values.includes(undefined)
  const bytes = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), 2)
  if (reply.at + 4 + bytes > reply.limit) return answer(reply, call.service, status.replyTooLarge)
  // Written in place: drivers ask for the change counters with every packet.
  head(reply, call.service, complete ? status.ok : status.attributeListError)
  reply.at = reply.bytes.writeUInt16LE(asked.length, reply.at)
  for (const [i, id] of asked.entries()) {
    const value = values[i]
    reply.at = reply.bytes.writeUInt16LE(id, reply.at)
    reply.at = reply.bytes.writeUInt16LE(value ? status.ok : status.attributeNotSupported, reply.at)
    if (value) append(reply, value)
  }
  return reply
}

function attributesAsked(call: Call): number[] | undefined {
  const { bytes, start, end } = call
  if (end - start < 2) return undefined
  const count = bytes.readUInt16LE(start)
  if (count === 0 || end - start < 2 + 2 * count) return undefined
  return Array.from({ length: count }, (_, i) => bytes.readUInt16LE(start + 2 + 2 * i))
}

function attribute(symbol: SymbolEntry, id: number): Buffer | undefined {
  switch (id) {
    case 1:
      return pack([symbol.name.length, 2], Buffer.from(symbol.name, 'latin1'))
    case 2:
      return pack([symbol.symbolType, 2])
    case 3:
    case 5:
      return pack([symbol.address, 4])
    case 6:
      return pack([baseTag, 4])
    case 7:
      return pack([symbol.elementBytes, 2])
    case 8:
      return pack([symbol.dims[0] ?? 0, 4], [symbol.dims[1] ?? 0, 4], [symbol.dims[2] ?? 0, 4])
    case 10:
      return pack([accessCode[symbol.access], 1])
    default:
      return undefined
  }
}
