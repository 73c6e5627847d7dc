import { cpfItem, encapsulationStatus } from '#main/plcs/cip'
import { at, headerBytes } from './eip.ts'

/** The peer sent bytes that can't be EtherNet/IP, or not in answer to what was asked. Ends the session. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

/** Largest data part of a frame (CIP Vol. 2, 2-3.1). */
const mostData = 65_511
/** Highest command of the encapsulation layer; anything above is not this protocol. */
const mostCommand = 0x75

/**
 * Makes whole frames of the chunks TCP hands over, however they are cut. The returned function takes a chunk and calls
 * `onFrame` for each frame that is complete; frames share memory with the chunks. Throws `ProtocolError` where a header
 * can't be one: there is no way to find the next frame then.
 */
export function frameDecoder(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer[] = []
  let heldBytes = 0
  let wanted = headerBytes

  return (chunk) => {
    let bytes = chunk
    if (heldBytes > 0) {
      held.push(chunk)
      heldBytes += chunk.length
      if (heldBytes < wanted) return
      bytes = Buffer.concat(held, heldBytes)
    }
    let offset = 0
    wanted = headerBytes
    while (bytes.length - offset >= headerBytes) {
      wanted = frameLength(bytes, offset)
      if (bytes.length - offset < wanted) break
      onFrame(bytes.subarray(offset, offset + wanted))
      offset += wanted
      wanted = headerBytes
    }
    heldBytes = bytes.length - offset
    held = heldBytes > 0 ? [bytes.subarray(offset)] : []
  }
}

function frameLength(bytes: Buffer, offset: number): number {
  const command = bytes.readUInt16LE(offset)
  const length = bytes.readUInt16LE(offset + 2)
  if (command > mostCommand || length > mostData) {
    const start = bytes.subarray(offset, offset + 4).toString('hex')
    throw new ProtocolError(`this is not EtherNet/IP (a frame begins with ${start}). Is the port right?`)
  }
  return headerBytes + length
}

/** A message inside a reply frame: which connection and sequence count, and the message router's part. */
export interface UnitReply {
  readonly connectionId: number
  readonly sequence: number
  readonly message: Buffer
}

/** Takes a SendUnitData frame apart; undefined where its items are not those of a connected message. */
export function parseUnitData(frame: Buffer): UnitReply | undefined {
  const address = findItem(frame, cpfItem.connected)
  const data = findItem(frame, cpfItem.connectedData)
  if (!address || !data || address.length < 4 || data.length < 2) return undefined
  return { connectionId: address.readUInt32LE(0), sequence: data.readUInt16LE(0), message: data.subarray(2) }
}

/** The message of a SendRRData frame; undefined where it holds none. */
export function parseRRData(frame: Buffer): Buffer | undefined {
  return findItem(frame, cpfItem.unconnectedData)
}

/** Some devices pad a frame to an even length. */
const mostPadding = 1

/**
 * Looks for an item of the common packet format (CIP Vol. 2, 2-6). The items must fill the frame: where they do not, one
 * of the lengths is wrong, and so would be the value.
 */
function findItem(frame: Buffer, type: number): Buffer | undefined {
  const countAt = headerBytes + 6
  if (frame.length < countAt + 2) return undefined
  let offset = countAt + 2
  let found: Buffer | undefined
  for (let left = frame.readUInt16LE(countAt); left > 0; left--) {
    if (offset + 4 > frame.length) return undefined
    const end = offset + 4 + frame.readUInt16LE(offset + 2)
    if (end > frame.length) return undefined
    if (frame.readUInt16LE(offset) === type) found ??= frame.subarray(offset + 4, end)
    offset = end
  }
  return frame.length - offset <= mostPadding ? found : undefined
}

/** Status of a frame's header in words (CIP Vol. 2, 2-3.5). */
export function encapsulationText(frame: Buffer): string {
  const code = frame.readUInt32LE(at.status)
  const words: { readonly [code: number]: string } = {
    [encapsulationStatus.unsupportedCommand]: 'the device does not know this command',
    [encapsulationStatus.noMemory]: 'the device has no memory left for another session',
    [encapsulationStatus.badData]: 'the device calls the request malformed',
    [encapsulationStatus.badSession]: 'the device has closed the session',
    [encapsulationStatus.badLength]: 'the device calls the length of the request wrong',
    [encapsulationStatus.badVersion]: 'the device speaks another version of the protocol',
  }
  return `${words[code] ?? 'the device refused the request'} (encapsulation status 0x${code.toString(16).padStart(2, '0')})`
}
