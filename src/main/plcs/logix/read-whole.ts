/** Reading what does not fit into one reply: Read Tag Fragmented until it is complete (1756-PM020). */
import { extendedStatus as ext, service, status as st, structureType } from '#main/plcs/cip'
import { message } from './eip.ts'
import type { Exchange } from './exchange.ts'
import type { Priority } from './lanes.ts'
import type { CipReply } from './reply.ts'

/** Largest value that is put together. */
const mostBytes = 1_000_000

export type Whole =
  /** Type and value as they stand in a reply that holds all of it. */
  { readonly ok: true; readonly data: Buffer } | ({ readonly ok: false } & Pick<CipReply, 'status' | 'extended'>)

/** Reads `count` elements from `path`. Rejects when the link is gone or `signal` aborts. */
export async function readWhole(
  exchange: Exchange,
  path: Buffer,
  count: number,
  priority: Priority,
  signal: AbortSignal,
): Promise<Whole> {
  const parts: Buffer[] = []
  let received = 0
  let head: Buffer | undefined
  for (;;) {
    const reply = await exchange.ask(fragmentRequest(path, count, received), priority, signal)
    if (reply.status !== st.ok && reply.status !== st.partialTransfer) return { ok: false, ...reply }
    const typed = splitTyped(reply.data)
    const value = typed?.value ?? Buffer.alloc(0)
    const type = reply.data.subarray(0, reply.data.length - value.length)
    // Another type in a later part: a program has been loaded in between, and these are two halves of two tags.
    if (head && !head.equals(type)) return { ok: false, status: st.extended, extended: [ext.typeMismatch] }
    head ??= type
    parts.push(value)
    received += value.length
    if (reply.status === st.ok) return { ok: true, data: Buffer.concat([head, ...parts]) }
    if (value.length === 0 || received > mostBytes) return { ok: false, status: st.replyTooLarge, extended: [] }
  }
}

/** Request for the part from a byte offset on. */
function fragmentRequest(path: Buffer, count: number, offset: number): Buffer {
  const data = Buffer.alloc(6)
  data.writeUInt16LE(count)
  data.writeUInt32LE(offset, 2)
  return message(service.readTagFragmented, path, data)
}

/** Data of a read reply behind its type; undefined where the reply is too short to hold one. */
export function splitTyped(
  data: Buffer,
): { readonly code: number; readonly handle: number | undefined; readonly value: Buffer } | undefined {
  if (data.length < 2) return undefined
  const code = data.readUInt16LE(0)
  if (code !== structureType) return { code, handle: undefined, value: data.subarray(2) }
  return data.length < 4 ? undefined : { code, handle: data.readUInt16LE(2), value: data.subarray(4) }
}
