/** Message Router replies, written one behind the other into one buffer (CIP Vol. 1, 2-4.2). */
import { replyBit, status } from '#main/plcs/cip'

/** Where a reply is written: `at` moves on, `limit` is the first byte that may not be written. Services return it when done. */
export interface Reply {
  readonly bytes: Buffer
  at: number
  limit: number
}

/**
 * Writes the head of a reply: service, status and the words of extended status. The words are left out where there is
 * no room: a Multiple Service Packet keeps four bytes for each service, no more.
 */
export function head(reply: Reply, service: number, general: number, words: readonly number[] = []): Reply {
  const { bytes } = reply
  const extended = reply.at + 4 + 2 * words.length <= reply.limit ? words : []
  bytes[reply.at] = service | replyBit
  bytes[reply.at + 1] = 0
  bytes[reply.at + 2] = general
  bytes[reply.at + 3] = extended.length
  reply.at += 4
  for (const word of extended) reply.at = bytes.writeUInt16LE(word, reply.at)
  return reply
}

/** A whole reply without data: a refusal, or success of a service that answers nothing. */
export function answer(reply: Reply, service: number, general: number, extended?: number): Reply {
  return head(reply, service, general, extended === undefined ? [] : [extended])
}

/** A reply with data, or "reply too large" where it does not fit. */
export function answerWith(reply: Reply, service: number, data: Buffer, general: number = status.ok): Reply {
  if (reply.at + 4 + data.length > reply.limit) return answer(reply, service, status.replyTooLarge)
  return append(head(reply, service, general), data)
}

/** Writes bytes behind what is there. The caller has made sure that they fit. */
export function append(reply: Reply, data: Buffer): Reply {
  reply.at += data.copy(reply.bytes, reply.at)
  return reply
}

/** Little-endian numbers and bytes in a row: `[value, bytes]` or bytes. For the small objects, not for tags. */
export function pack(...parts: readonly (readonly [value: number, bytes: 1 | 2 | 4] | Buffer)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (Buffer.isBuffer(part)) return part
      const bytes = Buffer.alloc(part[1])
      bytes.writeUIntLE(part[0], 0, part[1])
      return bytes
    }),
  )
}
