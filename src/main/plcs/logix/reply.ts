import { replyBit } from '#main/plcs/cip'
import { ProtocolError } from './frame.ts'

/** A message router reply (CIP Vol. 1, 2-4.2), sharing memory with the frame it came in. */
export interface CipReply {
  /** Service asked for, without the reply bit. */
  readonly service: number
  readonly status: number
  /** Words of extended status. */
  readonly extended: readonly number[]
  readonly data: Buffer
}

const none: readonly number[] = []

/** Parses a reply. Throws `ProtocolError` where it is shorter than it says. */
export function parseReply(message: Buffer): CipReply {
  const dataAt = message.length < 4 ? Number.POSITIVE_INFINITY : 4 + 2 * message.readUInt8(3)
  if (dataAt > message.length)
    throw new ProtocolError(`a reply of ${message.length} bytes is too short for what it announces`)
  return {
    service: message.readUInt8(0) & ~replyBit,
    status: message.readUInt8(2),
    extended: dataAt === 4 ? none : Array.from({ length: (dataAt - 4) / 2 }, (_, i) => message.readUInt16LE(4 + 2 * i)),
    data: message.subarray(dataAt),
  }
}

/** Reads fields one after another; every read is checked against the end. */
export interface FieldReader {
  readonly left: number
  u8(): number
  u16(): number
  u32(): number
  /** `length` bytes as Latin-1 text. */
  text(length: number): string
}

/** A `FieldReader` of these bytes; it throws `ProtocolError` with `what` in its text where they end too early. */
export function readFields(bytes: Buffer, what: string): FieldReader {
  let offset = 0
  const take = (length: number) => {
    const start = offset
    if (start + length > bytes.length) throw new ProtocolError(`${what} ends too early, after ${bytes.length} bytes`)
    offset += length
    return start
  }
  return {
    get left() {
      return bytes.length - offset
    },
    u8: () => bytes.readUInt8(take(1)),
    u16: () => bytes.readUInt16LE(take(2)),
    u32: () => bytes.readUInt32LE(take(4)),
    text: (length) => {
      const start = take(length)
      return bytes.toString('latin1', start, start + length)
    },
  }
}
