/** Read, Write, their fragmented forms and Read Modify Write on a tag (1756-PM020, "CIP services"). */
import { extendedStatus, service as services, status } from '#main/plcs/cip'
import type { Controller, WriteRecord } from './controller.ts'
import type { Target } from './locate.ts'
import { answer, head, type Reply } from './reply.ts'
import { decode, isBoolArray } from './values.ts'

/** One service to execute: its data are `bytes[start, end)`. */
export interface Call {
  readonly service: number
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

/** Executes a service on a tag and writes its reply. */
export function tagService(controller: Controller, target: Target, call: Call, reply: Reply): Reply {
  const { faults } = controller
  if (faults.downloading) return answer(reply, call.service, status.pathUnknown, 0)
  if (target.access === 'none') return answer(reply, call.service, status.privilegeViolation)
  switch (call.service) {
    case services.readTag:
    case services.readTagFragmented:
      controller.counters.readServices++
      return read(controller, target, call, reply)
    case services.writeTag:
    case services.writeTagFragmented:
    case services.readModifyWrite:
      controller.counters.writeServices++
      if (faults.keyswitch === 'run')
        return answer(reply, call.service, status.deviceStateConflict, extendedStatus.keyswitch)
      if (target.access === 'read-only') return answer(reply, call.service, status.privilegeViolation)
      return call.service === services.readModifyWrite
        ? modify(controller, target, call, reply)
        : write(controller, target, call, reply)
    default:
      return answer(reply, call.service, status.serviceNotSupported)
  }
}

function read(controller: Controller, target: Target, call: Call, reply: Reply): Reply {
  const { service, bytes, start, end } = call
  const fragmented = service === services.readTagFragmented
  if (end - start < (fragmented ? 6 : 2)) return answer(reply, service, status.notEnoughData)
  const count = bytes.readUInt16LE(start)
  if (count === 0 || count > target.elements) return answer(reply, service, status.extended, extendedStatus.beyondEnd)
  const from = fragmented ? bytes.readUInt32LE(start + 2) : 0
  if (target.type.kind === 'atomic' && target.type.name === 'BOOL') return readBool(controller, target, service, reply)
  const { data, offset, total } = stored(target, count)
  if (from >= total) return answer(reply, service, status.extended, extendedStatus.offsetOutOfRange)
  const room = reply.limit - reply.at - 4 - target.typeBytes.length
  if (room < 0) return answer(reply, service, status.partialTransfer)
  const size = target.type.kind === 'short-string' ? 1 : target.type.size
  const until = total - from <= room ? total : lastWhole(from, from + room, size)
  head(reply, service, until < total ? status.partialTransfer : status.ok)
  copy(target.typeBytes, 0, target.typeBytes.length, reply)
  return copy(data, offset + from, offset + until, reply)
}

function readBool(controller: Controller, target: Target, service: number, reply: Reply): Reply {
  if (reply.limit - reply.at < 4 + target.typeBytes.length + 1) return answer(reply, service, status.partialTransfer)
  head(reply, service, status.ok)
  copy(target.typeBytes, 0, target.typeBytes.length, reply)
  reply.bytes[reply.at++] = isTrue(target) ? controller.profile.boolTrue : 0
  return reply
}

/** Where a reply that has room until `end` is cut: behind a whole element, or inside of one too large for any reply. */
function lastWhole(from: number, end: number, elementSize: number): number {
  const whole = end - (end % elementSize)
  return whole > from ? whole : Math.max(from, end - (end % 4))
}

function write(controller: Controller, target: Target, call: Call, reply: Reply): Reply {
  const { service, bytes, start, end } = call
  const fragmented = service === services.writeTagFragmented
  const typeLength = target.typeBytes.length
  const dataAt = start + typeLength + (fragmented ? 6 : 2)
  if (end - start < typeLength) return answer(reply, service, status.notEnoughData)
  if (target.typeBytes.compare(bytes, start, start + typeLength) !== 0) {
    return answer(reply, service, status.extended, extendedStatus.typeMismatch)
  }
  if (end < dataAt) return answer(reply, service, status.notEnoughData)
  const count = bytes.readUInt16LE(start + typeLength)
  if (count === 0 || count > target.elements) return answer(reply, service, status.extended, extendedStatus.beyondEnd)
  if (target.type.kind === 'short-string') return writeShortString(controller, target, call, dataAt, reply)

  const total = target.type.size * count
  const from = fragmented ? bytes.readUInt32LE(start + typeLength + 2) : 0
  // Surplus bytes behind a whole write are ignored, as controllers do.
  const length = fragmented ? end - dataAt : total
  if (fragmented && (from > total || from + length > total)) {
    return answer(reply, service, status.extended, extendedStatus.offsetOutOfRange)
  }
  if (dataAt + length > end || length === 0) return answer(reply, service, status.notEnoughData)
  if (target.type.kind === 'atomic' && target.type.name === 'BOOL') setBool(target, bytes[dataAt] !== 0)
  else bytes.copy(target.data, target.offset + from, dataAt, dataAt + length)
  if (fragmented) recordFragment(controller, target, from, length)
  else record(controller, target, count, 'write')
  return answer(reply, service, status.ok)
}

function writeShortString(controller: Controller, target: Target, call: Call, at: number, reply: Reply): Reply {
  const length = call.bytes[at] ?? 0
  if (call.end < at + 1 + length || call.end === at) return answer(reply, call.service, status.notEnoughData)
  if (length >= target.type.size) return answer(reply, call.service, status.tooMuchData)
  call.bytes.copy(target.data, target.offset, at, at + 1 + length)
  record(controller, target, 1, 'write')
  return answer(reply, call.service, status.ok)
}

/** new = (old OR or) AND and, on the first bytes of an integer. */
function modify(controller: Controller, target: Target, call: Call, reply: Reply): Reply {
  const { service, bytes, start, end } = call
  if (end - start < 2) return answer(reply, service, status.notEnoughData)
  const size = bytes.readUInt16LE(start)
  if (end - start < 2 + 2 * size) return answer(reply, service, status.notEnoughData)
  const isWord = target.type.kind === 'atomic' && !['REAL', 'LREAL'].includes(target.type.name) && target.bit < 0
  if (!isWord) return answer(reply, service, status.extended, extendedStatus.typeMismatch)
  if (![1, 2, 4, 8, 12].includes(size) || size > target.type.size) {
    return answer(reply, service, status.extended, extendedStatus.beyondEnd)
  }
  const or = bytes.subarray(start + 2, start + 2 + size)
  const and = bytes.subarray(start + 2 + size, start + 2 + 2 * size)
  for (let i = 0; i < size; i++) {
    const at = target.offset + i
    target.data[at] = ((target.data[at] ?? 0) | (or[i] ?? 0)) & (and[i] ?? 0)
  }
  recordBits(controller, target, or, and)
  return answer(reply, service, status.ok)
}

/** Bytes a read of `count` elements is made of. Short strings go without their unused places. */
function stored(target: Target, count: number): { data: Buffer; offset: number; total: number } {
  const { data, offset, type } = target
  if (type.kind !== 'short-string') return { data, offset, total: type.size * count }
  const used = Array.from({ length: count }, (_, i) => {
    const at = offset + i * type.size
    return data.subarray(at, at + 1 + (data[at] ?? 0))
  })
  const compact = Buffer.concat(used)
  return { data: compact, offset: 0, total: compact.length }
}

function isTrue(target: Target): boolean {
  const byte = target.data[target.offset] ?? 0
  return target.bit < 0 ? byte !== 0 : ((byte >> target.bit) & 1) === 1
}

function setBool(target: Target, value: boolean): void {
  const byte = target.data[target.offset] ?? 0
  if (target.bit < 0) target.data[target.offset] = value ? 1 : 0
  else target.data[target.offset] = value ? byte | (1 << target.bit) : byte & ~(1 << target.bit)
}

/** A loop is faster than `Buffer.copy` for the few bytes of a common tag. */
function copy(from: Buffer, start: number, end: number, reply: Reply): Reply {
  if (end - start > 32) {
    reply.at += from.copy(reply.bytes, reply.at, start, end)
    return reply
  }
  for (let i = start; i < end; i++) reply.bytes[reply.at++] = from[i] as number
  return reply
}

function record(controller: Controller, target: Target, count: number, service: WriteRecord['service']): void {
  const { type, data, offset, bit } = target
  const word = wordOfBoolArray(target)
  const dims = word || count > 1 || target.dims.length > 0 ? [count] : []
  const address = word ? `${word.array}[${word.index * 32}]` : target.address
  controller.record({ at: Date.now(), address, value: decode(type, dims, data, offset, bit), service })
}

/** Of a long array only the elements are recorded that the fragment touched: `Curve[250]` and those behind it. */
function recordFragment(controller: Controller, target: Target, from: number, length: number): void {
  const { type, dims, elements } = target
  const first = Math.floor(from / type.size)
  const count = Math.ceil((from + length) / type.size) - first
  if (elements === 1 || dims.length > 1) {
    record(controller, target, 1, 'write-fragmented')
    return
  }
  const start = /^(.*)\[(\d+)\]$/.exec(target.address)
  const address = `${start?.[1] ?? target.address}[${Number(start?.[2] ?? 0) + first}]`
  const touched = {
    ...target,
    offset: target.offset + first * type.size,
    elements: elements - first,
    dims: [],
    address,
  }
  record(controller, touched, count, 'write-fragmented')
}

/** A mask that touches one bit is recorded as the write of that bit. */
function recordBits(controller: Controller, target: Target, or: Buffer, and: Buffer): void {
  const [bit, ...others] = new Set([...bitsOf(or, 1), ...bitsOf(and, 0)])
  if (bit === undefined || others.length > 0) {
    record(controller, target, 1, 'read-modify-write')
    return
  }
  const word = wordOfBoolArray(target)
  const address = word ? `${word.array}[${word.index * 32 + bit}]` : `${target.address}.${bit}`
  const value = decode(target.type, [], target.data, target.offset, bit)
  controller.record({ at: Date.now(), address, value, service: 'read-modify-write' })
}

/** On the wire an element of a BOOL array is a word of 32; people count its bits. */
function wordOfBoolArray(target: Target): { readonly array: string; readonly index: number } | undefined {
  const element = /^(.*)\[(\d+)\]$/.exec(target.address)
  if (!element?.[1] || !isBoolArray(target.type, [target.elements])) return undefined
  return { array: element[1], index: Number(element[2]) }
}

/** Numbers of the bits that have this value. */
function bitsOf(mask: Buffer, value: 0 | 1): number[] {
  const bits: number[] = []
  for (let bit = 0; bit < mask.length * 8; bit++)
    if ((((mask[bit >> 3] ?? 0) >> (bit & 7)) & 1) === value) bits.push(bit)
  return bits
}
