/** Damaged EtherNet/IP frames, the same for the same random numbers. */

const headerBytes = 24
/** Where the message begins in a connected and in an unconnected frame; its first byte is the service. */
const connectedMessage = 46
const unconnectedMessage = 40
/** What tells an answer from the one before. */
const sequenceAt = 44
const contextAt = 12

/** Bytes that say whose answer it is: encapsulation header, item heads, connection id, sequence count, service. */
function headBytes(frame: Buffer): number {
  return 1 + (frame.readUInt16LE(0) === 0x70 ? connectedMessage : unconnectedMessage)
}

export type Random = () => number

/** Whole number from 0 to below `limit`. */
export function pick(random: Random, limit: number): number {
  return Math.floor(random() * limit)
}

const oddities = [0, 1, 2, 0x7f, 0x80, 0xff] as const

/** Changes one byte of the first `within` bytes to another value. */
function spoilByte(random: Random, frame: Buffer, within: number): Buffer {
  const spoilt = Buffer.from(frame)
  const at = pick(random, Math.min(within, frame.length))
  const old = spoilt[at] ?? 0
  const value = random() < 0.5 ? (oddities[pick(random, oddities.length)] ?? 0) : old ^ (1 << pick(random, 8))
  spoilt[at] = value === old ? old ^ 0xff : value
  // One more or one less would be the right answer to the question before or after: no client could tell.
  const count = frame.readUInt16LE(0) === 0x70 ? sequenceAt : contextAt
  if (at === count || at === count + 1) spoilt.writeUInt16LE(frame.readUInt16LE(count) ^ 0x5a5a, count)
  return spoilt
}

/**
 * Ends the frame early; the header tells the new length, or still the old one, so that the next frame's bytes count as
 * this one's values.
 */
function cut(random: Random, frame: Buffer, headOnly: boolean): Buffer {
  const short = Buffer.from(frame.subarray(0, headerBytes + pick(random, frame.length - headerBytes)))
  if (headOnly || random() < 0.8) short.writeUInt16LE(short.length - headerBytes, 2)
  return short
}

function grow(random: Random, frame: Buffer): Buffer {
  const more = Buffer.alloc(1 + pick(random, 64), pick(random, 256))
  const long = Buffer.concat([frame, more])
  if (random() < 0.8) long.writeUInt16LE(long.length - headerBytes, 2)
  return long
}

function noise(random: Random): Buffer {
  return Buffer.from(Array.from({ length: 1 + pick(random, 200) }, () => pick(random, 256)))
}

/**
 * What arrives instead of `frame`: damaged, doubled, out of order, or nothing. `headOnly` leaves status and
 * values alone, so that whoever still takes a value from it must take the right one.
 */
export function damage(random: Random, frame: Buffer, headOnly: boolean): Buffer[] {
  const within = headOnly ? headBytes(frame) : frame.length
  switch (pick(random, headOnly ? 5 : 8)) {
    case 0:
    case 1:
      return [spoilByte(random, frame, within)]
    case 2:
      return [spoilByte(random, spoilByte(random, frame, within), within), frame]
    case 3:
      return [frame, spoilByte(random, frame, within), frame]
    case 4:
      return frame.length > headerBytes ? [cut(random, frame, headOnly)] : [frame, frame]
    case 5:
      return [grow(random, frame)]
    case 6:
      return [noise(random), frame]
    default:
      return [spoilByte(random, spoilByte(random, spoilByte(random, frame, within), within), within)]
  }
}

/** Hands over whole frames of a stream, by the length in their headers. */
export function frames(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let held = Buffer.alloc(0)
  return (chunk) => {
    held = Buffer.concat([held, chunk])
    while (held.length >= headerBytes && held.length >= headerBytes + held.readUInt16LE(2)) {
      const end = headerBytes + held.readUInt16LE(2)
      const frame = held.subarray(0, end)
      held = held.subarray(end)
      onFrame(frame)
    }
  }
}
