/**
 * The only importer of `ethernet-ip` (pinned to 1.2.5): in go numbers and names, out come the bytes of EtherNet/IP
 * packets and CIP paths. Its builders are used behind guards for the inputs they get wrong; its socket classes are not
 * used at all, because they have no framing and give late replies to the wrong request.
 */
import ethernetIp from 'ethernet-ip'

const { encapsulation, CIP } = ethernetIp.EthernetIP
const { PORT, LOGICAL, DATA } = CIP.EPATH.segments

/** Places in a frame that change from one sending to the next (CIP Vol. 2, 2-3.1 and 2-6). */
export const at = {
  session: 4,
  status: 8,
  context: 12,
  options: 20,
  /** Of SendUnitData alone. */
  connectionId: 36,
  sequence: 44,
  /** First byte of the message router's part in SendUnitData and in SendRRData. */
  unitMessage: 46,
  rrMessage: 40,
} as const

/** Bytes of the encapsulation header. */
export const headerBytes = 24

export function registerSession(): Buffer {
  return encapsulation.registerSession()
}

export function unregisterSession(session: number): Buffer {
  return encapsulation.unregisterSession(session)
}

/** SendRRData with a message for the unconnected message manager. Its context is 0 until it is patched in. */
export function rrData(session: number, message: Buffer): Buffer {
  return encapsulation.sendRRData(session, message, 0)
}

/**
 * SendUnitData of a class 3 connection: items 0xA1 with the connection id and 0xB1 with the sequence count before the
 * message. The library's own `sendUnitData` makes the form of I/O connections, so it is put together here.
 */
export function unitData(session: number, connectionId: number, sequence: number, message: Buffer): Buffer {
  const { ConnectionBased, ConnectedTransportPacket } = encapsulation.CPF.ItemIDs
  const address = Buffer.alloc(4)
  address.writeUInt32LE(connectionId)
  const count = Buffer.alloc(2)
  count.writeUInt16LE(sequence)
  const items = encapsulation.CPF.build([
    { TypeID: ConnectionBased, data: address },
    { TypeID: ConnectedTransportPacket, data: Buffer.concat([count, message]) },
  ])
  const data = Buffer.concat([Buffer.alloc(6), items])
  return encapsulation.header.build(encapsulation.commands.SendUnitData, session, data)
}

const noData = Buffer.alloc(0)

/** Message router request (CIP Vol. 1, 2-4.1): service, path length in words, path, data. */
export function message(service: number, path: Buffer, data: Buffer = noData): Buffer {
  return CIP.MessageRouter.build(service, path, data)
}

/** Unconnected Send of a message along a route; the routers give up after `timeoutMs` (CIP Vol. 1, 3-5.5.4). */
export function unconnectedSend(request: Buffer, route: Buffer, timeoutMs: number): Buffer {
  return CIP.UnconnectedSend.build(request, route, Math.max(100, timeoutMs))
}

/** Port segment: `port` 1 with a slot is the backplane; a text link is an IP address. Throws `RangeError`. */
export function port(portNumber: number, link: number | string): Buffer {
  if (!Number.isInteger(portNumber) || portNumber < 1 || portNumber > 0xffff)
    throw new RangeError(`port ${portNumber} is not 1…65535`)
  if (typeof link === 'number' && (!Number.isInteger(link) || link < 0 || link > 255))
    throw new RangeError(`link ${link} is not 0…255`)
  return PORT.build(portNumber, link)
}

const logicalTypes = {
  class: LOGICAL.types.ClassID,
  instance: LOGICAL.types.InstanceID,
  attribute: LOGICAL.types.AttributeID,
} as const

/** Logical segment. The library's builder throws for 0 and breaks above 65535: those two are made here. */
export function logical(kind: keyof typeof logicalTypes, id: number): Buffer {
  if (!Number.isInteger(id) || id < 0 || id > 0xffffffff)
    throw new RangeError(`${kind} ${id} is not an unsigned 32-bit number`)
  if (id === 0) return Buffer.from([0x20 | logicalTypes[kind], 0])
  if (id <= 0xffff) return LOGICAL.build(logicalTypes[kind], id)
  const wide = Buffer.alloc(6)
  wide.writeUInt8(0x22 | logicalTypes[kind], 0)
  wide.writeUInt32LE(id, 2)
  return wide
}

/** Instance segment of 16 or 32 bits: the form clients use for symbols, also where 8 bits would do. */
export function wideInstance(id: number): Buffer {
  return id > 0xffff ? logical('instance', id) : Buffer.from([0x25, 0, id & 0xff, id >> 8])
}

/** Path of an object: class and instance, and where wanted an attribute. */
export function objectPath(classId: number, instance: number, attribute?: number): Buffer {
  const parts = [logical('class', classId), logical('instance', instance)]
  if (attribute !== undefined) parts.push(logical('attribute', attribute))
  return Buffer.concat(parts)
}

/**
 * Symbolic segment of one name. The library counts characters for bytes and takes digits for an element number, so
 * only names that begin like an identifier and are plain ASCII pass. Throws `RangeError`.
 */
export function symbol(name: string): Buffer {
  if (!/^[A-Za-z_][\x21-\x7e]{0,254}$/.test(name))
    throw new RangeError(`"${name}" is not a name of 1 to 255 ASCII characters`)
  return DATA.build(name)
}

/** Element segment of one array index. Throws `RangeError`. */
export function element(index: number): Buffer {
  if (!Number.isInteger(index) || index < 0 || index > 0xffffffff)
    throw new RangeError(`index ${index} is not an unsigned 32-bit number`)
  return DATA.build(String(index))
}
