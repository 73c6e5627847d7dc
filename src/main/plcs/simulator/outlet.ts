/** Sends reply frames of one TCP connection, with the faults of sending that are switched on. */
import type { Socket } from 'node:net'
import { command } from '#main/plcs/cip'
import type { Faults } from './faults.ts'

export interface Outlet {
  /** A reply of the encapsulation layer: only `mute` and `chunkBytes` concern it. */
  send(frame: Buffer): void
  /** A reply to a CIP request: all faults of sending concern it. */
  sendReply(frame: Buffer): void
  stop(): void
}

/** A client that does not read is cut off when this many bytes wait for it. */
const longestBacklog = 16 * 1024 * 1024

export function createOutlet(socket: Socket, faults: Faults): Outlet {
  const timers = new Set<NodeJS.Timeout>()
  const pieces: Buffer[] = []
  let pump: NodeJS.Immediate | undefined
  let replies = 0
  let stopped = false

  const write = (bytes: Buffer) => {
    if (socket.destroyed || !socket.writable) return
    if (socket.writableLength > longestBacklog) socket.destroy()
    else socket.write(bytes)
  }
  const nextPiece = () => {
    pump = undefined
    const piece = pieces.shift()
    if (piece) write(piece)
    if (pieces.length > 0) pump = setImmediate(nextPiece)
  }
  const send = (frame: Buffer) => {
    if (faults.mute) return
    if (faults.chunkBytes <= 0 && pieces.length === 0) return write(frame)
    const size = faults.chunkBytes > 0 ? faults.chunkBytes : frame.length
    for (let at = 0; at < frame.length; at += size) pieces.push(frame.subarray(at, at + size))
    pump ??= setImmediate(nextPiece)
  }
  const later = (frame: Buffer) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      send(frame)
    }, faults.lateMs)
    timers.add(timer)
  }
  const isNth = (every: number) => every > 0 && replies % every === 0

  return {
    send,
    sendReply: (frame) => {
      // A packet may be worked through after its client is gone.
      if (stopped) return
      replies++
      if (isNth(faults.dropEvery)) return
      if (isNth(faults.foreignEvery)) for (const foreign of foreignFrames(frame)) send(foreign)
      if (isNth(faults.lateEvery)) return later(frame)
      send(frame)
      if (isNth(faults.duplicateEvery)) send(frame)
    },
    stop: () => {
      stopped = true
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      clearImmediate(pump)
      pieces.length = 0
    },
  }
}

/** Replies like this one that belong to nobody, with other data: a client that takes them reports a wrong value. */
function foreignFrames(frame: Buffer): Buffer[] {
  const changed = (change: (copy: Buffer) => void) => {
    const copy = Buffer.from(frame)
    copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 0xff
    change(copy)
    return copy
  }
  if (frame.readUInt16LE(0) !== command.sendUnitData) {
    return [changed((copy) => copy.writeUInt32LE((copy.readUInt32LE(12) ^ 0x5a5a5a5a) >>> 0, 12))]
  }
  const otherConnection = changed((copy) => copy.writeUInt32LE((copy.readUInt32LE(36) ^ 0x5a5a5a5a) >>> 0, 36))
  const olderCount = changed((copy) => copy.writeUInt16LE((copy.readUInt16LE(44) - 1) & 0xffff, 44))
  return [otherConnection, olderCount]
}
