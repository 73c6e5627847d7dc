/** List Identity (CIP Vol. 2, 2-4.2): the question every EtherNet/IP device answers, and what its answer says. Pure. */
import { command, cpfItem, encapsulationStatus } from '#main/plcs/cip'
import { modeOfStatus, type PlcIdentity, revisionText } from '#shared/plc'

/** Bytes of the encapsulation header. */
const headerBytes = 24
/** A reply is a header and one item; more than this is none. */
export const longestReply = 1_024

/** The question, over UDP or TCP; it needs no session. */
export function listIdentityRequest(): Buffer {
  const request = Buffer.alloc(headerBytes)
  request.writeUInt16LE(command.listIdentity)
  return request
}

/** Bytes of the whole reply that begins here; undefined before its header is complete. */
export function replyLength(bytes: Buffer): number | undefined {
  return bytes.length < headerBytes ? undefined : headerBytes + bytes.readUInt16LE(2)
}

/** What a device says of itself; undefined where the bytes are no reply to List Identity. Never throws. */
export function parseListIdentity(bytes: Buffer): PlcIdentity | undefined {
  if (bytes.length < headerBytes + 2 || bytes.readUInt16LE(0) !== command.listIdentity) return undefined
  if (bytes.readUInt32LE(8) !== encapsulationStatus.ok) return undefined
  const item = identityItem(bytes.subarray(headerBytes))
  if (!item) return undefined
  const [vendor, deviceType, productCode] = [item.readUInt16LE(18), item.readUInt16LE(20), item.readUInt16LE(22)]
  const nameEnd = 33 + item.readUInt8(32)
  if (nameEnd > item.length) return undefined
  return {
    vendor,
    deviceType,
    productCode,
    revision: revisionText(item.readUInt8(24), item.readUInt8(25)),
    serial: item.readUInt32LE(28),
    productName: item.toString('latin1', 33, nameEnd).trimEnd(),
    mode: modeOfStatus(item.readUInt16LE(26)),
  }
}

/** Up to the length of the product's name. */
const shortestItem = 33

function identityItem(data: Buffer): Buffer | undefined {
  let offset = 2
  for (let left = data.readUInt16LE(0); left > 0 && offset + 4 <= data.length; left--) {
    const end = offset + 4 + data.readUInt16LE(offset + 2)
    if (end > data.length) return undefined
    const body = data.subarray(offset + 4, end)
    if (data.readUInt16LE(offset) === cpfItem.listIdentity) return body.length < shortestItem ? undefined : body
    offset = end
  }
  return undefined
}
