/**
 * Writing one value. In goes a value that fits the tag, out comes how it ended. Nothing is ever sent twice, and once a
 * byte has left without an answer the outcome is `unknown`.
 */

import { asError } from '#main/link'
import { service, status as st } from '#main/plcs/cip'
import type { WriteOptions } from '#main/plcs/driver'
import type { TagValue } from '#shared/value'
import type { WriteOutcome } from '#shared/write'
import { parseAddress } from './address.ts'
import { message } from './eip.ts'
import { encode, holdsStruct, misfit } from './encode.ts'
import type { Answer } from './lanes.ts'
import { elementCount, type Layout, wireType } from './layout.ts'
import type { Controller } from './plan.ts'
import { parseReply } from './reply.ts'
import { hintsAtOtherProgram, isTimedOut, statusText } from './status.ts'
import { bitsOf, type Target } from './target.ts'
import { lyingThere, notSent, prepare, refused, stillThere, type Writer } from './write-prepare.ts'

/** Writes a value; never rejects but for a bug. */
export async function writeTag(
  controller: Writer,
  text: string,
  value: TagValue,
  options: WriteOptions,
): Promise<WriteOutcome> {
  const parsed = parseAddress(text)
  if (!parsed.ok) return refused(text, parsed.text)
  const prepared = await prepare(controller, text, parsed.address, options)
  if ('kind' in prepared) return prepared
  const { target, layout, model } = prepared
  if (target.bit !== undefined) return writeBit(controller, text, target, layout, value, options)
  const why = misfit(layout, value)
  if (why) return refused(text, why)
  const now = holdsStruct(layout) ? await lyingThere(controller, text, target, layout, options) : undefined
  if (now && 'kind' in now) return now
  const other = await stillThere(controller, text, options, layout.kind === 'atomic' ? undefined : model)
  if (other) return other
  return writeValue(controller, text, target, layout, encode(layout, value, now), options)
}

const u16 = (value: number) => Buffer.from([value & 0xff, value >> 8])

/** Sets or clears one bit within the controller, so that nobody else's bits are touched (service 0x4E). */
async function writeBit(
  controller: Writer,
  text: string,
  target: Target,
  layout: Layout,
  value: TagValue,
  options: WriteOptions,
) {
  const bits = bitsOf(layout)
  const bit = target.bit ?? 0
  if (typeof value !== 'boolean') return refused(text, 'a bit takes true or false')
  if (bits === undefined || bit >= bits)
    return refused(text, bits === undefined ? 'only integers have bits' : `the last bit is ${bits - 1}`)
  const bytes = bits / 8
  const or = Buffer.alloc(bytes)
  const and = Buffer.alloc(bytes, 0xff)
  if (value) or[bit >> 3] = 1 << (bit & 7)
  else and[bit >> 3] = 0xff & ~(1 << (bit & 7))
  const other = await stillThere(controller, text, options)
  if (other) return other
  const request = message(service.readModifyWrite, target.path, Buffer.concat([u16(bytes), or, and]))
  return outcomeOf(controller, text, await send(controller, request, options, options.guard))
}

async function writeValue(
  controller: Controller,
  text: string,
  target: Target,
  layout: Layout,
  bytes: Buffer,
  options: WriteOptions,
): Promise<WriteOutcome> {
  const { code, handle } = wireType(layout)
  const type = Buffer.concat([u16(code), ...(handle === undefined ? [] : [u16(handle)]), u16(elementCount(layout))])
  const room = controller.exchange.limit - 2 - target.path.length - type.length
  if (bytes.length <= room) {
    const request = message(service.writeTag, target.path, Buffer.concat([type, bytes]))
    return outcomeOf(controller, text, await send(controller, request, options, options.guard))
  }
  const element = layout.kind === 'array' ? layout.of.size : 4
  const chunk = chunkSize(room - 4, element)
  if (chunk === 0) return refused(text, 'one element is larger than what this connection carries. Write its members.')
  for (let offset = 0; offset < bytes.length; offset += chunk) {
    const at = Buffer.alloc(4)
    at.writeUInt32LE(offset)
    const request = message(
      service.writeTagFragmented,
      target.path,
      Buffer.concat([type, at, bytes.subarray(offset, offset + chunk)]),
    )
    const outcome = outcomeOf(
      controller,
      text,
      await send(controller, request, options, offset === 0 ? options.guard : undefined),
    )
    if (outcome.kind === 'done') continue
    return offset === 0 ? outcome : halfWritten(text, outcome, offset, bytes.length)
  }
  return { kind: 'done' }
}

/** Whole elements; in steps of 8 bytes, the widest alignment, where elements are small or larger than a packet. */
function chunkSize(room: number, element: number): number {
  const step = element > room ? 8 : Math.max(8, element)
  return element === 0 ? 0 : room - (room % step)
}

function halfWritten(
  text: string,
  outcome: Exclude<WriteOutcome, { kind: 'done' }>,
  offset: number,
  total: number,
): WriteOutcome {
  return { kind: 'unknown', error: `${text}: ${offset} of ${total} bytes are written, then: ${outcome.error}` }
}

function send(
  { exchange }: Controller,
  request: Buffer,
  options: WriteOptions,
  guard: WriteOptions['guard'] | undefined,
): Promise<Answer> {
  const { signal, deadline } = options
  const frame = exchange.frame(request)
  return exchange.lanes.submit({
    frame,
    priority: 'write',
    repeatable: false,
    signal,
    deadline,
    ...(guard ? { guard } : {}),
  })
}

function outcomeOf(controller: Controller, text: string, answer: Answer): WriteOutcome {
  switch (answer.kind) {
    case 'blocked':
      return { kind: 'blocked', error: answer.why }
    case 'not-sent':
      return notSent(text, answer.reason, answer.why)
    case 'unanswered':
      return {
        kind: 'unknown',
        error: `${text}: the write was sent, ${answer.why}. Read the tag to see whether it took effect.`,
      }
    case 'reply':
      return outcomeOfReply(controller, text, answer.message)
  }
}

function outcomeOfReply(controller: Controller, text: string, bytes: Buffer): WriteOutcome {
  try {
    const reply = parseReply(bytes)
    if (reply.status === st.ok) return { kind: 'done' }
    if (isTimedOut(reply.status, reply.extended))
      return {
        kind: 'unknown',
        error: `${text}: the write was sent, and a router on the way got no answer to it in time. Read the tag to see whether it took effect.`,
      }
    if (hintsAtOtherProgram(reply.status, reply.extended)) controller.suspect()
    return refused(text, `the PLC refused the write: ${statusText(reply.status, reply.extended)}`)
  } catch (error) {
    return { kind: 'unknown', error: `${text}: the answer to the write can not be read: ${asError(error).message}` }
  }
}
