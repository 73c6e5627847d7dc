/**
 * What stands behind a name of which nothing is known: a reply tells no array from its first element, and no word of a
 * BOOL array from an integer. In go such targets, out come the same as they have to be read and written.
 */
import { extendedStatus as ext, service, status as st, typeCode } from '#main/plcs/cip'
import type { Address } from './address.ts'
import { message } from './eip.ts'
import { learnLayout } from './layout.ts'
import type { Model } from './model.ts'
import { packMessages, packUp, partsOf } from './packer.ts'
import { splitTyped } from './read-whole.ts'
import { type CipReply, parseReply } from './reply.ts'
import { findTarget, type Probe, type Target } from './target.ts'
import type { Ask } from './templates.ts'

/** `not-there`: the controller refuses it just now, so that nobody knows. */
export type Shape = 'as-named' | 'array' | 'bit-of-array' | 'not-there'

export interface Probed extends Target {
  readonly probe: Probe
}

export function isProbed(target: Target): target is Probed {
  return target.probe !== undefined
}

export interface ShapeRules {
  readonly ask: Ask
  /** Most bytes of a request and of a reply. */
  readonly limit: number
  /** Whether several requests may ride in one packet. */
  readonly multiple: boolean
}

/** The shape behind each target. Rejects when the link is gone or the read is cancelled. */
export async function shapesOf(targets: readonly Probed[], rules: ShapeRules): Promise<Shape[]> {
  const probes = targets.map(({ probe }) => probe)
  const shapes = (await askMany(probes.map(readOf), rules)).map((reply, i) =>
    shapeFrom(reply, probes[i]?.bit === undefined),
  )
  // Some devices refuse two elements in words of their own: then it counts whether they give one.
  const open = targets.map((target, i) => ({ target, i })).filter(({ i }) => shapes[i] === 'not-there')
  const replies = await askMany(
    open.map(({ target }) => readOf({ path: target.path, count: 1 })),
    rules,
  )
  for (const [n, { i }] of open.entries()) if (holdsData(replies[n])) shapes[i] = 'as-named'
  return shapes
}

/** The target as it has to be read and written; a text where it can't be. */
export function shaped(target: Probed, shape: Shape, model: Model): Target | string {
  if (shape === 'array') return model.anew || 'it is an array whose length is not known. Name one of its elements.'
  const { probe, ...rest } = target
  if (shape !== 'bit-of-array' || probe.bit === undefined) return rest
  if (target.bit !== undefined) return 'a bit of a BOOL does not exist'
  return { ...rest, path: probe.path, shortPath: probe.path, bit: probe.bit, boolArray: true }
}

/** While the program is being read anew: whether the address meant many values before; one that is alone looks like one. */
export function wasMany(address: Address, { before }: Model): boolean {
  const found = before && findTarget(address, before, '')
  const layout = found?.ok ? found.target.layout : undefined
  return (
    layout !== undefined &&
    found?.ok === true &&
    found.target.bit === undefined &&
    !['atomic', 'string'].includes(layout.kind)
  )
}

const readOf = ({ path, count }: Pick<Probe, 'path' | 'count'>) =>
  message(service.readTag, path, Buffer.from([count, 0]))

const holdsData = (reply: CipReply | undefined) => reply?.status === st.ok || reply?.status === st.partialTransfer

function shapeFrom(reply: CipReply, wantsArray: boolean): Shape {
  if (wantsArray && reply.status === st.extended && reply.extended[0] === ext.beyondEnd) return 'as-named'
  const typed = holdsData(reply) ? splitTyped(reply.data) : undefined
  if (!typed) return 'not-there'
  const { code, handle, value } = typed
  if (!wantsArray) return code === typeCode.DWORD ? 'bit-of-array' : 'as-named'
  const one = learnLayout(code, handle, value.length, 1)
  const oneBytes = one?.kind === 'short-string' ? 1 + (value[0] ?? 0) : (one?.size ?? value.length)
  return value.length > oneBytes ? 'array' : 'as-named'
}

/** Head, type and two elements of any elementary type; longer ones find no room in a packet. */
const replyBytes = 4 + 4 + 2 * 8

/** Asks all in as few packets as they need; what finds no room in one, or where packets are not taken, is asked alone. */
async function askMany(requests: readonly Buffer[], { ask, limit, multiple }: ShapeRules): Promise<CipReply[]> {
  const replies: CipReply[] = []
  const groups = multiple
    ? packUp(
        requests.map((request) => ({ request, reply: replyBytes })),
        limit,
      )
    : []
  for (const group of groups) {
    const single = group.length === 1
    const packet = single ? undefined : await ask(packMessages(group.map(({ request }) => request)))
    const parts = packet && partsOf(packet.data, group.length)
    for (const [i, { request }] of group.entries()) {
      const part = parts && packet && parseReply(packet.data.subarray(parts.start(i), parts.end(i)))
      const full = part?.status === st.partialTransfer || part?.status === st.replyTooLarge
      replies.push(!part || full ? await ask(request) : part)
    }
  }
  if (!multiple) for (const request of requests) replies.push(await ask(request))
  return replies
}
