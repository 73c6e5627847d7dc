/**
 * Reading many addresses again and again. In go addresses, out comes a batch with an outcome for each: the packets are
 * built once, and a packet whose reply has not changed costs one comparison.
 */
import { status as st } from '#main/plcs/cip'
import type { ReadBatch, ReadPlan } from '#main/plcs/driver'
import type { ReadOutcome } from '#shared/tag'
import { pathKey } from './blocks.ts'
import { changeRequest, checkStamp } from './change.ts'
import type { Exchange } from './exchange.ts'
import type { Priority } from './lanes.ts'
import type { Model } from './model.ts'
import { overlapped } from './overlapped.ts'
import { type Parts, partsOf } from './packer.ts'
import type { PacketLimit } from './packet-limit.ts'
import { buildPackets, type Packet, roomIn, samePart } from './packets.ts'
import { prepareUnits } from './prepare.ts'
import { type ReadUnit, type Taken, takeData, takeReply, takeStatus } from './read-unit.ts'
import { readWhole, type Whole } from './read-whole.ts'
import { parseReply } from './reply.ts'
import type { Shape } from './shape.ts'

/** What reading and writing need of a connection. */
export interface Controller {
  readonly exchange: Exchange
  /** Whether several requests may ride in one packet; a reply may find that they may not. */
  multiple: boolean
  /** How large packets may be; polls of one connection share what they find. */
  readonly packetLimit: PacketLimit
  /** What is known of tags and types now; another object after a download. */
  model(): Model
  /** Something does not fit the model: find out whether the program was changed. */
  suspect(): void
  /** The program is not the one of this model: from now on `model()` gives another. */
  distrust(of: Model): void
}

/** How long a failed tag rests, and how many are tried again within one read so that a poll stays quick. */
const restMs = 30_000
/** How long before structures whose description could not be read are asked for again. */
const prepareAgainMs = 300_000
const mostRetries = 4
/** Passes of one read: a pass finds that the program was changed, or that a joint read fails, and the next does better. */
const mostPasses = 4
/** What one more read costs, in bytes: a place in a packet, or a packet of its own. */
const inPacket = 4
const ownPacket = 100

export function makePlan(addresses: readonly string[], controller: Controller, priority: Priority = 'poll'): ReadPlan {
  const { exchange, packetLimit } = controller
  const notRead: ReadOutcome = { ok: false, reason: 'not-connected', text: 'it has not been read yet' }
  const outcomes: ReadOutcome[] = addresses.map(() => notRead)
  const times = new Float64Array(addresses.length)
  const batch: ReadBatch & { outcomes: ReadOutcome[] } = { outcomes, times }
  let model: Model | undefined
  let units: ReadUnit[] = []
  let packets: Packet[] = []
  /** Units that ride in no packet. */
  let apart: ReadUnit[] = []
  /** The size that units and packets were made for. */
  let limit = packetLimit.bytes
  let mustPack = true
  let mustPrepare = true
  /** When (`performance.now()`) addresses whose structure is not known are looked up again; Infinity where there are none. */
  let prepareAgainAt = Number.POSITIVE_INFINITY
  /** Structures and arrays that could not be read together. */
  const apartKeys = new Set<string>()
  /** What is behind names of which the model knows nothing. */
  const shapes = new Map<string, Shape>()
  let reading = false

  async function prepare(signal: AbortSignal) {
    const next = controller.model()
    if (next !== model) {
      apartKeys.clear()
      shapes.clear()
    }
    limit = packetLimit.bytes
    // Until all is done: it may be cancelled half-way.
    mustPrepare = true
    prepareAgainAt = Number.POSITIVE_INFINITY
    units = await prepareUnits(addresses, {
      model: next,
      rules: {
        room: roomIn(packingBy(next)),
        perRead: controller.multiple ? inPacket : ownPacket,
        isApart: (key) => apartKeys.has(key),
      },
      shapes: { ask: (message) => exchange.ask(message, priority, signal), limit, multiple: controller.multiple },
      known: shapes,
      fail: (index, outcome) => {
        outcomes[index] = outcome
        times[index] = Date.now()
        if (outcome.reason === 'unsupported-type') prepareAgainAt = performance.now() + prepareAgainMs
      },
    })
    model = next
    mustPrepare = false
    mustPack = true
  }

  const packingBy = (by: Model | undefined) => {
    return { limit, multiple: controller.multiple, stamp: by?.stampRides ? by.stamp : undefined }
  }

  function pack() {
    mustPack = false
    const packing = packingBy(model)
    const room = roomIn(packing)
    for (const unit of units) if (unit.way === 'packed' && unit.reply > room) unit.way = 'large'
    const packed = units.filter(({ way }) => way === 'packed')
    apart = units.filter(({ way }) => way !== 'packed')
    packets = buildPackets(packed, { ...packing, frame: (message) => exchange.frame(message) })
  }

  const touch = (unit: ReadUnit, now: number) => {
    for (const view of unit.views) times[view.index] = now
  }

  /** Notes how a read went and whether the unit goes another way from now on. */
  function settle(unit: ReadUnit, taken: Taken, now: number) {
    touch(unit, now)
    if (taken === 'lasting' && unit.wasGood) controller.suspect()
    unit.wasGood = taken === 'good'
    // The next good reply has to be taken, even where it is the one before the failure.
    if (taken !== 'good') unit.seen = undefined
    if (taken === 'appeared') mustPrepare = true
    else if (taken === 'lasting' && unit.joins) {
      apartKeys.add(pathKey(unit.joins))
      mustPrepare = true
    } else if (taken === 'lasting') {
      if (unit.way !== 'resting') mustPack = true
      unit.way = 'resting'
      unit.retryAt = performance.now() + restMs
    } else if (unit.way === 'resting') {
      unit.way = 'packed'
      mustPack = true
    }
  }

  /** Takes a packet's reply apart; returns the units that have to be read alone, where the next pass does not read them. */
  function takePacket(packet: Packet, message: Buffer, now: number): readonly ReadUnit[] {
    const { last } = packet
    if (last?.equals(message)) {
      for (const unit of packet.units) touch(unit, now)
      return []
    }
    // Only a reply that was taken as a whole may be compared with: values may come from elsewhere after this one.
    packet.last = undefined
    const again: ReadUnit[] = []
    const take = (unit: ReadUnit, bytes: Buffer) => {
      const taken = takeReply(unit, bytes, batch, controller.suspect)
      if (taken !== 'partial') return settle(unit, taken, now)
      again.push(unit)
      if (packet.units.length > 1) return
      unit.way = 'large'
      mustPack = true
    }
    const single = packet.units.length === 1 && !packet.stamped ? packet.units[0] : undefined
    if (single) take(single, message)
    else if (!takeParts(packet, last, message, take, now)) return packet.units
    // A copy: the reply itself would keep the much larger buffer alive that TCP read into.
    if (again.length === 0) packet.last = Buffer.from(message)
    return again
  }

  /** False where nothing was taken. */
  function takeParts(
    { units: asked, stamped }: Packet,
    last: Buffer | undefined,
    message: Buffer,
    take: (unit: ReadUnit, bytes: Buffer) => void,
    now: number,
  ): boolean {
    const reply = parseReply(message)
    if (reply.status !== st.ok && reply.status !== st.embeddedServiceError) {
      refusedPacket(reply.status)
      return false
    }
    const parts = partsOf(reply.data, asked.length + (stamped ? 1 : 0))
    if (!parts) return false
    if (stamped) {
      const check = checkStamp(parseReply(reply.data.subarray(parts.start(asked.length))), model?.stamp)
      if (check === 'no-room') {
        makeRoom(asked, reply.data, parts)
        return false
      }
      if (check === 'other') {
        // Loaded anew: numbers may be other tags' by now, places other values', so that nothing of this reply is taken.
        distrust()
        return false
      }
    }
    const before = last && parseReply(last).data
    for (const [index, unit] of asked.entries()) {
      const [start, end] = [parts.start(index), parts.end(index)]
      if (before && samePart(before, parts.count, index, reply.data, start, end)) touch(unit, now)
      else take(unit, reply.data.subarray(start, end))
    }
    return true
  }

  const distrust = () => {
    if (model) controller.distrust(model)
  }

  /** A packet had no room for its stamp: it held more than expected, or the controller takes less than agreed. */
  function makeRoom(asked: readonly ReadUnit[], data: Buffer, parts: Parts) {
    let larger = false
    for (const [index, unit] of asked.entries()) {
      const [start, end] = [parts.start(index), parts.end(index)]
      if (end - start <= unit.reply && data.readUInt8(start + 2) !== st.partialTransfer) continue
      unit.reply = Math.max(unit.reply, end - start)
      larger = true
    }
    if (larger) mustPack = true
    else refusedPacket(st.replyTooLarge)
  }

  /** A packet as a whole was refused: smaller ones, or none at all from now on. */
  function refusedPacket(status: number) {
    mustPrepare = true
    if (status === st.serviceNotSupported) controller.multiple = false
    else if (status === st.resourceUnavailable || status === st.replyTooLarge) packetLimit.refused(limit)
  }

  /** Reads a unit that rides in no packet; gives how to take what came. */
  async function readAlone(unit: ReadUnit, signal: AbortSignal): Promise<() => void> {
    if (unit.way !== 'large') {
      const bytes = await exchange.askFrame(exchange.frame(unit.request), priority, signal)
      const now = Date.now()
      if (parseReply(bytes).status !== st.partialTransfer)
        return () => settle(unit, takeReply(unit, bytes, batch, controller.suspect), now)
    }
    const read = await readWhole(exchange, unit.path, unit.count, priority, signal)
    const now = Date.now()
    return () => settle(unit, takeWhole(unit, read), now)
  }

  /** Takes what was put together of fragments; it also tells how large the unit is. */
  function takeWhole(unit: ReadUnit, read: Whole): Taken {
    if (!read.ok) return takeStatus(unit, read, batch)
    const { data } = read
    if (unit.way === 'packed' && unit.reply < data.length + 8) {
      unit.reply = data.length + 8
      mustPack = true
    }
    if (unit.seen?.equals(data)) return 'good'
    const taken = takeData(unit, data, batch, controller.suspect)
    if (taken === 'good' && unit.way === 'large') unit.seen = data
    return taken
  }

  async function readAll(signal: AbortSignal) {
    packetLimit.recover()
    for (let pass = 1; pass <= mostPasses; pass++) {
      if (!isPrepared() || performance.now() >= prepareAgainAt) await prepare(signal)
      await readOnce(signal, pass === mostPasses)
      if (isPrepared()) return
    }
  }

  const isPrepared = () => !mustPrepare && model === controller.model() && limit === packetLimit.bytes

  async function readOnce(signal: AbortSignal, isLast: boolean) {
    if (mustPack) pack()
    const now = performance.now()
    const resting = apart.filter(({ way, retryAt }) => way === 'resting' && retryAt <= now)
    const due = resting.sort((a, b) => a.retryAt - b.retryAt).slice(0, mostRetries)
    const alone = new Set([...apart.filter(({ way }) => way === 'large'), ...due])
    await readAndTake(packets, signal, async (packet) => {
      const message = await exchange.askFrame(packet.frame, priority, signal)
      const now = Date.now()
      const take = () => {
        for (const unit of takePacket(packet, message, now)) alone.add(unit)
      }
      return { take, isProven: packet.stamped }
    })
    // The next pass reads it with others, where it can: thousands of tags may have been in packets that were refused.
    if (!isPrepared() && !isLast) return
    await readAndTake(alone, signal, async (unit) => ({ take: await readAlone(unit, signal), isProven: false }))
  }

  /** What carries no stamp of its own is taken once the stamp, asked behind it, has shown that the program is the same. */
  async function readAndTake<T>(
    items: Iterable<T>,
    signal: AbortSignal,
    read: (item: T) => Promise<{ take(): void; readonly isProven: boolean }>,
  ) {
    const unproven: (() => void)[] = []
    // One more than there are wires, so that none waits while a reply is decoded.
    await overlapped(items, exchange.lanes.width + 1, signal, async (item) => {
      const { take, isProven } = await read(item)
      if (isProven || model?.stamp === undefined) take()
      else unproven.push(take)
    })
    if (unproven.length === 0) return
    const check = checkStamp(await exchange.ask(changeRequest, priority, signal), model?.stamp)
    if (check !== 'same') return distrust()
    for (const take of unproven) take()
  }

  return {
    read: async (signal) => {
      if (reading) throw new Error('a plan is read by one caller at a time')
      reading = true
      try {
        await readAll(signal)
        return batch
      } finally {
        reading = false
      }
    },
  }
}
