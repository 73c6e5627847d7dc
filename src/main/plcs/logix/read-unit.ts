/**
 * One read on the wire and the addresses that want its bytes: two bits of a word, or an address named twice, are read
 * once. In goes a reply, out come outcomes; an outcome object stays the same while its value does.
 */

import { service, status as st } from '#main/plcs/cip'
import type { DataType } from '#shared/plc'
import type { ReadOutcome } from '#shared/tag'
import type { TagValue } from '#shared/value'
import { decode, decodeBit } from './codec.ts'
import { message } from './eip.ts'
import { atomic, type Layout, learnLayout, wireType } from './layout.ts'
import { splitTyped } from './read-whole.ts'
import { type CipReply, parseReply } from './reply.ts'
import { failureReason, statusText } from './status.ts'
import { bitsOf, type Failure } from './target.ts'

/** An address that is served by a unit. */
export interface View {
  /** Place in the plan. */
  readonly index: number
  readonly address: string
  /** Bytes from the start of the unit's value. */
  readonly offset: number
  /** Type of what lies there; undefined for the type of the unit, whatever the reply says it is. */
  readonly layout: Layout | undefined
  /** The address means this bit of what lies there. */
  readonly bit: number | undefined
  /** The integer read must be a word of a BOOL array. */
  readonly boolArray: boolean
}

export interface ReadUnit {
  readonly path: Buffer
  readonly count: number
  /** Several things read together, and of what: where that fails they may do well apart. */
  readonly joins: Buffer | undefined
  /** Message of Read Tag by name. */
  readonly request: Buffer
  /** The same by the tag's number, for packets that ask for the stamp too; the same buffer where there is no number. */
  readonly shortRequest: Buffer
  readonly views: View[]
  /** Bytes expected of the reply, head included. */
  reply: number
  layout: Layout | undefined
  /** Read with others in a packet, alone in fragments, or (after a lasting failure) alone from time to time. */
  way: 'packed' | 'large' | 'resting'
  /** The controller refused it when it was asked what it is: once there is a value, that is asked again. */
  readonly isUnsure: boolean
  /** What is said of it where its type is not known while the program is being read anew; '' else. */
  readonly anew: string
  /** It had a value before: a lasting failure now means that the program was changed. */
  wasGood: boolean
  /** When (`performance.now()`) a resting unit is tried again: the wall clock may be set back. */
  retryAt: number
  /** Data of the last read, where they are kept: of large units and of joint ones. */
  seen: Buffer | undefined
}

/** Where results go, by index of the plan. */
export interface ResultSink {
  readonly outcomes: ReadOutcome[]
  readonly times: Float64Array
}

/**
 * How a reply went: `partial` wants to be read in fragments, `lasting` is a failure that will stay, `appeared`: there is
 * a value now, and nobody knows of what.
 */
export type Taken = 'good' | 'partial' | 'failed' | 'lasting' | 'appeared'

const replyHead = 4
/** Type in front of the data: a code, with the handle behind it for a structure. */
const typeHead = 2
const structHead = 4
/** Assumed of a value whose type is not known before the first reply. */
const unknownBytes = 12

/** What a unit is made of. */
export interface UnitParts extends Pick<ReadUnit, 'path' | 'count' | 'joins' | 'layout'> {
  readonly shortPath: Buffer
  readonly isUnsure?: boolean
  readonly anew?: string
}

export function makeUnit({ path, shortPath, count, joins, layout, isUnsure = false, anew = '' }: UnitParts): ReadUnit {
  const elements = Buffer.from([count & 0xff, count >> 8])
  const request = message(service.readTag, path, elements)
  return {
    path,
    count,
    joins,
    request,
    shortRequest: shortPath.equals(path) ? request : message(service.readTag, shortPath, elements),
    views: [],
    reply: replyBytes(layout),
    layout,
    way: 'packed',
    isUnsure,
    anew,
    wasGood: false,
    retryAt: 0,
    seen: undefined,
  }
}

function replyBytes(layout: Layout | undefined): number {
  const data = layout === undefined ? unknownBytes : layout.size === 0 ? 96 : layout.size
  const isPlain = layout !== undefined && wireType(layout).handle === undefined
  return replyHead + (isPlain ? typeHead : structHead) + data + (data & 1)
}

/** Takes the reply to one Read Tag. `onMismatch` hears that a type is not the one expected. */
export function takeReply(unit: ReadUnit, bytes: Buffer, sink: ResultSink, onMismatch: () => void): Taken {
  const reply = parseReply(bytes)
  if (reply.status === st.partialTransfer) return 'partial'
  if (reply.status !== st.ok) return takeStatus(unit, reply, sink)
  return takeData(unit, reply.data, sink, onMismatch)
}

/** Takes a refusal. */
export function takeStatus(
  unit: ReadUnit,
  { status, extended }: Pick<CipReply, 'status' | 'extended'>,
  sink: ResultSink,
): Taken {
  const reason = failureReason(status, extended)
  failAll(unit, sink, reason, statusText(status, extended))
  return reason === 'refused' ? 'failed' : 'lasting'
}

/** Takes type and value as they stand in a good reply (put together from fragments, where there were any). */
export function takeData(unit: ReadUnit, data: Buffer, sink: ResultSink, onMismatch: () => void): Taken {
  const typed = splitTyped(data)
  if (!typed) return failAll(unit, sink, 'refused', 'the answer holds no type. Is this a Logix controller?')
  if (unit.isUnsure) return 'appeared'
  const { code, handle, value } = typed
  if (!unit.layout || !isOfType(unit.layout, code, handle)) {
    if (unit.layout) onMismatch()
    if (unit.joins) return failAll(unit, sink, 'refused', typeIsOther, 'lasting')
    unit.layout = learnLayout(code, handle, value.length, unit.count)
    unit.reply = Math.max(unit.reply, replyHead + structHead + value.length)
  }
  const layout = unit.layout
  if (!layout) return failAll(unit, sink, 'unsupported-type', unknownType(code, handle, unit.anew), 'lasting')
  const needed = neededBytes(layout, value)
  const fixed = layout.size > 0
  if (value.length < needed || (fixed && value.length > needed + mostPadding)) {
    return failAll(
      unit,
      sink,
      'refused',
      `the answer holds ${value.length} bytes of ${layout.size}. The program may just be changing.`,
    )
  }
  const before = unit.joins ? unit.seen : undefined
  for (const view of unit.views) {
    const last = sink.outcomes[view.index]
    if (before && last?.ok && sameBytes(view, before, data, data.length - value.length)) continue
    sink.outcomes[view.index] = viewOutcome(view, layout, value, last)
  }
  // A copy: the reply itself would keep the much larger buffer alive that TCP read into.
  if (unit.joins) unit.seen = Buffer.from(data)
  return 'good'
}

const typeIsOther = 'it is of another type now. The program was changed; its types are read anew.'

/** Whether what a view shows is the same as in the reply before; the types in front have to be so, too. */
function sameBytes({ offset, layout, bit }: View, before: Buffer, now: Buffer, head: number): boolean {
  if (!layout || before.length !== now.length) return false
  const start = head + offset + (bit === undefined ? 0 : bit >> 3)
  const end = bit === undefined ? start + layout.size : start + 1
  return before.compare(now, 0, head, 0, head) === 0 && before.compare(now, start, end, start, end) === 0
}

function unknownType(code: number, handle: number | undefined, anew: string): string {
  const what =
    handle === undefined
      ? `type 0x${code.toString(16)}`
      : `a structure (handle 0x${handle.toString(16)}) whose members are not known`
  return anew || `it is of ${what}. Read its members by name.`
}

function isOfType(layout: Layout, code: number, handle: number | undefined): boolean {
  const expected = wireType(layout)
  if (expected.handle !== handle) return false
  return (
    expected.code === code || (layout.kind === 'atomic' && layout.name === 'BOOL' && (code & 0xff) === expected.code)
  )
}

/** Bytes that may follow a value: some controllers fill up to their word. */
const mostPadding = 8

function neededBytes(layout: Layout, value: Buffer): number {
  return layout.kind === 'short-string' ? 1 + (value[0] ?? 0) : Math.max(1, layout.size)
}

function failAll(
  unit: ReadUnit,
  sink: ResultSink,
  reason: Failure['reason'],
  words: string,
  taken: Taken = 'failed',
): Taken {
  for (const view of unit.views)
    sink.outcomes[view.index] = failed(sink.outcomes[view.index], reason, `${view.address}: ${words}`)
  return taken
}

function failed(last: ReadOutcome | undefined, reason: Failure['reason'], text: string): ReadOutcome {
  return last && !last.ok && last.reason === reason && last.text === text ? last : { ok: false, reason, text }
}

function viewOutcome(view: View, layout: Layout, value: Buffer, last: ReadOutcome | undefined): ReadOutcome {
  if (view.layout) {
    const { type } = view.bit === undefined ? view.layout : atomic('BOOL')
    const shown =
      view.bit === undefined ? decode(view.layout, value, view.offset) : decodeBit(value, view.offset, view.bit)
    return good(last, shown, type)
  }
  if (view.bit === undefined) return good(last, decode(layout, value), layout.type)
  const bits = bitsOf(layout)
  if (bits === undefined) return failed(last, 'bad-address', `${view.address}: only integers have bits`)
  if (view.bit >= bits) return failed(last, 'out-of-range', `${view.address}: the last bit is ${bits - 1}`)
  if (view.boolArray && layout !== atomic('DWORD')) {
    return failed(last, 'refused', `${view.address}: it is no BOOL array any more. ${typeIsOther}`)
  }
  return good(last, decodeBit(value, 0, view.bit), atomic('BOOL').type)
}

function good(last: ReadOutcome | undefined, value: TagValue, type: DataType): ReadOutcome {
  return last?.ok && last.type === type && Object.is(last.value, value) ? last : { ok: true, value, type }
}
