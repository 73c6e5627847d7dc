import { randomInt } from 'node:crypto'
import { NeedsPerson } from '#main/link'
import { replyBit, status as st } from '#main/plcs/cip'
import { at, unitData } from './eip.ts'
import {
  type Attempt,
  afterRefusal,
  type ConnectionTriple,
  firstAttempt,
  forwardClose,
  forwardOpen,
  type GrantedConnection,
  ownVendor,
  parseOpened,
  remainingWords,
  silenceMs,
} from './forward-open.ts'
import { lostWay } from './lost-way.ts'
import { hopText } from './route.ts'
import { ask } from './session.ts'
import { unconnectedWire } from './unconnected.ts'
import type { Wire, WireOptions } from './wire.ts'

/** One for each process, so that two programs on one host never share a triple. */
const originator = randomInt(1, 0xffffffff)
let nextSerial = randomInt(0x10000)
let nextConnectionId = randomInt(1, 0xffffffff)

/** Longest wait for the answer to Forward Close. */
const closeMs = 500

function newTriple(): ConnectionTriple {
  nextSerial = (nextSerial + 1) & 0xffff
  nextConnectionId = nextConnectionId >= 0xfffffffe ? 1 : nextConnectionId + 1
  return { toUs: nextConnectionId, serial: nextSerial, vendor: ownVendor, originator }
}

/**
 * Opens a class 3 connection: a large one where `large`, smaller ones after refusals. Returns the wire, or in words why
 * unconnected messages have to do. Rejects where the refusal leaves no way (`NeedsPerson` for a wrong path).
 */
export async function openConnected(options: WireOptions, large: boolean): Promise<Wire | string> {
  let attempt: Attempt = firstAttempt(large)
  for (;;) {
    const triple = newTriple()
    options.open.add(triple)
    const reply = await ask(
      options.session,
      forwardOpen(attempt, triple, options.route),
      options.timeoutMs,
      'Forward Open',
    )
    if (reply.status === st.ok) return connectedWire(options, triple, attempt, parseOpened(reply))
    options.open.delete(triple)
    const next = afterRefusal(attempt, reply.status, reply.extended)
    if (next.kind === 'unconnected') return next.why
    if (next.kind === 'fail') {
      const text = `${hopText(options.path, remainingWords(reply))}${next.text}`
      throw next.person && !options.proven ? new NeedsPerson(text) : new Error(text)
    }
    attempt = next.attempt
  }
}

/** All the wires of a PLC: the first one decides of which kind and size they are. */
export interface Wires {
  readonly wires: readonly [Wire, ...Wire[]]
  /** Why there are fewer than wanted, in words; '' where there are not. */
  readonly fewer: string
}

/** Opens up to `count` connections; where the PLC grants none, one wire of unconnected messages. Rejects as `openConnected`. */
export async function openWires(options: WireOptions, large: boolean, count: number): Promise<Wires> {
  const first = await openConnected(options, large)
  if (typeof first === 'string')
    return { wires: [unconnectedWire(options, `unconnected messages are used, which are slower: ${first}`)], fewer: '' }
  const wires: [Wire, ...Wire[]] = [first]
  while (wires.length < count) {
    const next = await openConnected(options, first.limit > smallest)
    if (typeof next === 'string') return { wires, fewer: `${wires.length} of ${count} connections are open: ${next}` }
    if (next.limit !== first.limit) {
      await next.close()
      return {
        wires,
        fewer: `${wires.length} of ${count} connections are open: the PLC grants the next in another size`,
      }
    }
    wires.push(next)
  }
  return { wires, fewer: '' }
}

/** A connection of this many bytes is opened with the request of small ones. */
const smallest = 511
/** How many connections of a lost session are closed when the next one begins, and how long each may take, in ms. */
const mostLeft = 16
const leftMs = 500

/**
 * Closes what an earlier session has left open at the PLC, which would otherwise hold its places until it times out.
 * Gives up at the first that is not answered. Never rejects.
 */
export async function closeLeft({ session, route, open, timeoutMs }: WireOptions): Promise<void> {
  const left = [...open].slice(-mostLeft)
  open.clear()
  for (const triple of left) {
    const answered = await ask(session, forwardClose(triple, route), Math.min(leftMs, timeoutMs), 'Forward Close').then(
      () => true,
      () => false,
    )
    if (!answered) return
  }
}

function connectedWire(
  options: WireOptions,
  triple: ConnectionTriple,
  attempt: Attempt,
  granted: GrantedConnection,
): Wire {
  const { session, route } = options
  const { toTarget } = granted
  let sequence = randomInt(0x10000)
  let service = 0
  let waiting: ((message: Buffer) => void) | undefined

  // Replies carry our id; some servers put the target's there, which nobody else can have either.
  const unlisten = session.listen([triple.toUs, toTarget], (count, message) => {
    if (!waiting || count !== sequence || message[0] !== service) return false
    const take = waiting
    waiting = undefined
    const lost = lostWay(message)
    // Before its asker hears of it, and the next one sends.
    if (lost) session.fail(lost)
    take(message)
    return true
  })

  return {
    limit: attempt.size - 2,
    degraded: '',
    silenceMs: silenceMs(attempt, granted),
    frame: (message) => unitData(session.handle, toTarget, 0, message),
    send: (frame, take) => {
      sequence = (sequence + 1) & 0xffff
      service = frame.readUInt8(at.unitMessage) | replyBit
      waiting = take
      frame.writeUInt32LE(toTarget, at.connectionId)
      frame.writeUInt16LE(sequence, at.sequence)
      session.send(frame)
    },
    resend: (frame) => session.send(frame),
    close: async () => {
      waiting = undefined
      unlisten()
      if (session.ended) return
      await ask(session, forwardClose(triple, route), closeMs, 'Forward Close').then(
        () => options.open.delete(triple),
        () => {},
      )
    },
  }
}
