/** What a write has to know before its bytes may leave: where the value goes, its type, and what lies there now. */
import { asError } from '#main/link'
import { service, status as st, typeCode } from '#main/plcs/cip'
import type { WriteOptions } from '#main/plcs/driver'
import { withDeadline } from '#main/waiting'
import type { WriteOutcome } from '#shared/write'
import type { Address } from './address.ts'
import { changeRequest, checkStamp } from './change.ts'
import { message } from './eip.ts'
import { longestTimer } from './lanes.ts'
import { type Layout, learnLayout, wireType } from './layout.ts'
import type { Model } from './model.ts'
import type { Controller } from './plan.ts'
import { readWhole, splitTyped } from './read-whole.ts'
import { isProbed, type Probed, type Shape, shaped, shapesOf, wasMany } from './shape.ts'
import { statusText } from './status.ts'
import { findTarget, type Target } from './target.ts'
import type { Ask } from './templates.ts'

/** What writing needs of a connection. */
export interface Writer extends Controller {
  /**
   * Rejects where another controller answers than the one the connection was made with. Absent where that can't be: the
   * connection is this controller's own.
   */
  confirm?(signal: AbortSignal): Promise<void>
}

export type Refused = Extract<WriteOutcome, { kind: 'refused' }>
export const refused = (address: string, words: string): Refused => ({ kind: 'refused', error: `${address}: ${words}` })

/** Does what has to be read before a write, within its time; nothing was sent where it ends early. */
async function beforeSending<T>(
  text: string,
  options: WriteOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | Extract<WriteOutcome, { kind: 'not-sent' }>> {
  const left = Math.min(Math.ceil(options.deadline - Date.now()), longestTimer)
  if (left <= 0) return notSent(text, 'timeout', 'time ran out before it could be sent')
  let ended: AbortSignal | undefined
  try {
    return await withDeadline(options.signal, left, (signal) => {
      ended = signal
      return work(signal)
    })
  } catch (error) {
    if (options.signal.aborted) return notSent(text, 'cancelled', 'it was cancelled')
    if (ended?.reason instanceof DOMException && ended.reason.name === 'TimeoutError')
      return notSent(text, 'timeout', 'time ran out before it could be sent')
    return notSent(text, 'not-connected', asError(error).message)
  }
}

/** Where the value goes and its type; what has to be read for it is read before the guard is asked. */
export function prepare(controller: Controller, text: string, address: Address, options: WriteOptions) {
  const { exchange } = controller
  return beforeSending(text, options, async (signal) => {
    const model = controller.model()
    if (wasMany(address, model)) return refused(text, model.anew)
    const symbol = model.find(address)
    if (symbol && !model.layoutOf(symbol)) await model.load(symbol, (bytes) => exchange.ask(bytes, 'write', signal))
    const found = findTarget(address, model, text)
    if (!found.ok) return { kind: 'refused', error: found.text } as const
    const shape = isProbed(found.target) ? await shapeOf(controller, found.target, signal) : undefined
    const target = isProbed(found.target) && shape ? shaped(found.target, shape, model) : found.target
    if (typeof target === 'string') return refused(text, target)
    // A word of a BOOL array looks like any other: what it is now is asked for, so that no stranger's bit is set.
    if (target.layout && !target.boolArray) return { target, layout: target.layout, model }
    const layout = await learn(controller, model, text, target, signal)
    if ('kind' in layout && layout.kind === 'refused') return layout
    if (shape === 'not-there') return refused(text, 'it has appeared just now. Try again.')
    return { target, layout: layout as Layout, model }
  })
}

/** A name of which nothing is known may stand for much more than one value. */
async function shapeOf({ exchange, multiple }: Controller, target: Probed, signal: AbortSignal): Promise<Shape> {
  const ask: Ask = (bytes) => exchange.ask(bytes, 'write', signal)
  const [shape = 'not-there'] = await shapesOf([target], { ask, limit: exchange.limit, multiple })
  return shape
}

export function notSent(
  text: string,
  reason: 'not-connected' | 'timeout' | 'cancelled',
  why: string,
): Extract<WriteOutcome, { kind: 'not-sent' }> {
  return { kind: 'not-sent', reason, error: `${text}: ${why}` }
}

async function learn(
  { exchange }: Controller,
  model: Model,
  text: string,
  target: Target,
  signal: AbortSignal,
): Promise<Layout | Refused> {
  const reply = await exchange.ask(message(service.readTag, target.path, Buffer.from([1, 0])), 'write', signal)
  if (reply.status !== st.ok)
    return refused(text, `its type could not be read: ${statusText(reply.status, reply.extended)}`)
  const typed = splitTyped(reply.data)
  const layout = typed && learnLayout(typed.code, typed.handle, typed.value.length, 1)
  if (!typed || !layout) return refused(text, model.anew || 'its structure is not known. Write its members.')
  if (target.boolArray && typed.code !== typeCode.DWORD)
    return refused(text, 'it is no BOOL array any more. Try again when the program has been read anew.')
  return layout
}

/** The bytes of a structure as they are now: what no member shows is written back unchanged. */
export function lyingThere(
  controller: Controller,
  text: string,
  target: Target,
  layout: Layout,
  options: WriteOptions,
) {
  return beforeSending(text, options, async (signal) => {
    const read = await readWhole(controller.exchange, target.path, target.count, 'write', signal)
    if (!read.ok)
      return refused(text, `it could not be read before the write: ${statusText(read.status, read.extended)}`)
    const typed = splitTyped(read.data)
    const { code, handle } = wireType(layout)
    if (typed?.code === code && typed.handle === handle && typed.value.length >= layout.size)
      return typed.value.subarray(0, layout.size)
    controller.suspect()
    return refused(text, 'its structure is another now. Try again when the program has been read anew.')
  })
}

/**
 * The last questions: undefined where the bytes may leave. Nothing goes to another controller, and nothing where the
 * program may be another than the one of `model`: a value of many parts would go to wrong places then, and neither type
 * nor handle tells the controller so. One with a single part goes by its own path and needs no `model`.
 */
export async function stillThere(controller: Writer, text: string, options: WriteOptions, model?: Model) {
  const { exchange, confirm, distrust } = controller
  if (!confirm && model?.stamp === undefined) return undefined
  return beforeSending(text, options, async (signal) => {
    await confirm?.(signal)
    if (model?.stamp === undefined) return undefined
    const check = checkStamp(await exchange.ask(changeRequest, 'write', signal), model.stamp)
    if (check === 'same') return undefined
    distrust(model)
    return refused(text, 'the program was just changed and is being read anew. Try again in a moment.')
  })
}
