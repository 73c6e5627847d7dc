/**
 * One TCP connection of a client: encapsulation commands in, replies out (CIP Vol. 2, 2-3). Requests of one CIP
 * connection, and the unconnected ones of one session, are worked through in order.
 */
import type { Socket } from 'node:net'
import { command, cpfItem, encapsulationStatus, status } from '#main/plcs/cip'
import type { Connection, Connections } from './connections.ts'
import type { Controller } from './controller.ts'
import { listIdentityItem, listServicesItem } from './discovery.ts'
import { createFrameReader, headerBytes } from './frame-reader.ts'
import { createLane } from './lane.ts'
import { execute } from './message-router.ts'
import { createOutlet } from './outlet.ts'
import { answer, type Reply } from './reply.ts'
import { executeUnconnected, unconnectedBytes } from './unconnected.ts'

export interface SessionContext {
  readonly controller: Controller
  readonly connections: Connections
  /** Room for one reply frame, shared by all sessions: it is copied before the next request is executed. */
  readonly scratch: Buffer
  packetMs(): number
  newHandle(): number
}

export interface Session {
  /** When the last frame came, ms of `performance.now()`. */
  lastHeard(): number
  /** Ends the TCP connection by a reset. */
  reset(): void
  destroy(): void
}

/** Interface handle, time-out and item count stand before the items. */
const cpfAt = headerBytes + 8
/** Where the reply begins behind the items of an unconnected, and of a connected message. */
const unconnectedAt = cpfAt + 8
const connectedAt = cpfAt + 14

/** Serves a client until its TCP connection ends. `onClosed` is called once. */
export function serve(socket: Socket, context: SessionContext, onClosed: (session: Session) => void): Session {
  const { controller, connections, scratch } = context
  const { counters, faults } = controller
  const outlet = createOutlet(socket, faults)
  const lane = createLane(context.packetMs)
  const owner = {}
  let handle = 0
  let heardAt = performance.now()
  let open = true

  const end = () => {
    if (!open) return
    open = false
    if (handle !== 0) counters.sessions--
    counters.sockets--
    lane.stop()
    outlet.stop()
    onClosed(session)
  }
  const session: Session = {
    lastHeard: () => heardAt,
    reset: () => {
      socket.resetAndDestroy()
      end()
    },
    destroy: () => {
      socket.destroy()
      end()
    },
  }

  const onFrame = (frame: Buffer) => {
    heardAt = performance.now()
    if (!open || faults.mute) return
    if (frame.readUInt32LE(20) !== 0) {
      counters.discarded++
      return
    }
    const code = frame.readUInt16LE(0)
    if (code === command.sendRRData || code === command.sendUnitData) {
      const known = handle !== 0 && frame.readUInt32LE(4) === handle
      if (!known) outlet.send(encapsulated(frame, encapsulationStatus.badSession))
      else if (code === command.sendRRData) onUnconnected(Buffer.from(frame))
      else onConnected(Buffer.from(frame))
      return
    }
    if (code === command.unregisterSession) {
      socket.destroySoon()
      end()
      return
    }
    const reply = code === command.registerSession ? register(frame) : listReply(frame, code)
    if (reply) outlet.send(reply)
  }

  const listReply = (frame: Buffer, code: number): Buffer | undefined => {
    switch (code) {
      case command.nop:
        return undefined
      case command.listServices:
        return encapsulated(frame, encapsulationStatus.ok, listServicesItem())
      case command.listIdentity:
        return encapsulated(
          frame,
          encapsulationStatus.ok,
          listIdentityItem(controller, socket.localAddress, socket.localPort),
        )
      case command.listInterfaces:
        return encapsulated(frame, encapsulationStatus.ok, Buffer.from([0, 0]))
      default:
        return encapsulated(frame, encapsulationStatus.unsupportedCommand)
    }
  }

  const register = (frame: Buffer): Buffer => {
    const data = frame.subarray(headerBytes)
    if (data.length !== 4) return encapsulated(frame, encapsulationStatus.badLength)
    if (data.readUInt16LE(0) !== 1)
      return encapsulated(frame, encapsulationStatus.badVersion, Buffer.from([1, 0, 0, 0]))
    if (handle !== 0) return encapsulated(frame, encapsulationStatus.unsupportedCommand, data)
    handle = context.newHandle()
    counters.sessions++
    counters.sessionsOpened++
    const reply = encapsulated(frame, encapsulationStatus.ok, data)
    reply.writeUInt32LE(handle, 4)
    return reply
  }

  let requests = 0
  /** True for a request that is to be lost. */
  const loses = () => {
    requests++
    if (faults.loseEvery <= 0 || requests % faults.loseEvery !== 0) return false
    counters.lost++
    return true
  }

  const onUnconnected = (frame: Buffer) => {
    const items = itemsOf(frame)
    if (items?.addressType !== cpfItem.null || items.dataType !== cpfItem.unconnectedData) {
      outlet.send(encapsulated(frame, encapsulationStatus.badData))
      return
    }
    if (loses()) return
    const taken = lane.submit(() => {
      counters.requests++
      const reply: Reply = { bytes: scratch, at: unconnectedAt, limit: unconnectedAt + unconnectedBytes }
      executeUnconnected(controller, connections, owner, frame, items.start, items.end, reply)
      scratch.fill(0, headerBytes, unconnectedAt)
      scratch.writeUInt16LE(2, cpfAt - 2)
      scratch.writeUInt16LE(cpfItem.unconnectedData, cpfAt + 4)
      scratch.writeUInt16LE(reply.at - unconnectedAt, cpfAt + 6)
      outlet.sendReply(finished(frame, scratch, reply.at))
    })
    if (!taken) counters.discarded++
  }

  const onConnected = (frame: Buffer) => {
    const items = itemsOf(frame)
    const isUnit = items?.addressType === cpfItem.connected && items.dataType === cpfItem.connectedData
    if (!isUnit || items.end - items.start < 4) return outlet.send(encapsulated(frame, encapsulationStatus.badData))
    const id = items.addressId
    const connection = connections.byId(id)
    // A controller says nothing to a connection id it does not know.
    if (connection?.owner !== owner) {
      counters.discarded++
      return
    }
    connection.expiresAt = heardAt + connection.timeoutMs
    if (loses()) return
    const taken = connection.lane.submit(() => {
      counters.requests++
      counters.connectedRequests++
      outlet.sendReply(connectedReply(connection, frame, items.start, items.end))
    })
    if (!taken) counters.discarded++
  }

  const connectedReply = (connection: Connection, frame: Buffer, start: number, end: number): Buffer => {
    const sequence = frame.readUInt16LE(start)
    if (sequence === connection.lastSequence && connection.lastReply) {
      counters.duplicates++
      const again = Buffer.from(connection.lastReply)
      frame.copy(again, 12, 12, 20)
      return again
    }
    const reply: Reply = { bytes: scratch, at: connectedAt, limit: connectedAt + connection.replySize - 2 }
    if (end - start > connection.requestSize) {
      counters.oversized++
      answer(reply, frame[start + 2] ?? 0, status.tooMuchData)
    } else {
      execute(controller, frame, start + 2, end, { routed: connection.routed, embedded: false }, reply)
    }
    scratch.fill(0, headerBytes, cpfAt)
    scratch.writeUInt16LE(2, cpfAt - 2)
    scratch.writeUInt16LE(cpfItem.connected, cpfAt)
    scratch.writeUInt16LE(4, cpfAt + 2)
    scratch.writeUInt32LE(connection.peerId, cpfAt + 4)
    scratch.writeUInt16LE(cpfItem.connectedData, cpfAt + 8)
    scratch.writeUInt16LE(reply.at - connectedAt + 2, cpfAt + 10)
    scratch.writeUInt16LE(sequence, cpfAt + 12)
    const bytes = finished(frame, scratch, reply.at)
    connection.lastSequence = sequence
    connection.lastReply = bytes
    return bytes
  }

  counters.sockets++
  socket.setNoDelay(true)
  socket.on('data', createFrameReader(onFrame))
  // What follows an error is 'close'.
  socket.on('error', () => {})
  socket.on('close', end)
  return session
}

/** A reply of the encapsulation layer: the request's header with status and data. */
function encapsulated(request: Buffer, encapsulation: number, data: Buffer = Buffer.alloc(0)): Buffer {
  const frame = Buffer.alloc(headerBytes + data.length)
  request.copy(frame, 0, 0, headerBytes)
  frame.writeUInt16LE(data.length, 2)
  frame.writeUInt32LE(encapsulation, 8)
  data.copy(frame, headerBytes)
  return frame
}

/** The reply frame in `scratch[0, end)` under the request's header, as a copy of its own. */
function finished(request: Buffer, scratch: Buffer, end: number): Buffer {
  request.copy(scratch, 0, 0, headerBytes)
  scratch.writeUInt16LE(end - headerBytes, 2)
  scratch.writeUInt32LE(0, 8)
  return Buffer.from(scratch.subarray(0, end))
}

interface Items {
  readonly addressType: number
  readonly addressId: number
  readonly dataType: number
  /** Place of the data item's content. */
  readonly start: number
  readonly end: number
}

/** The two items of a request; undefined where lengths don't agree. */
function itemsOf(frame: Buffer): Items | undefined {
  if (frame.length < cpfAt + 8 || frame.readUInt16LE(cpfAt - 2) < 2) return undefined
  const addressLength = frame.readUInt16LE(cpfAt + 2)
  const dataItem = cpfAt + 4 + addressLength
  if (dataItem + 4 > frame.length) return undefined
  const start = dataItem + 4
  const end = start + frame.readUInt16LE(dataItem + 2)
  if (end > frame.length) return undefined
  return {
    addressType: frame.readUInt16LE(cpfAt),
    addressId: addressLength >= 4 ? frame.readUInt32LE(cpfAt + 4) : 0,
    dataType: frame.readUInt16LE(dataItem),
    start,
    end,
  }
}
