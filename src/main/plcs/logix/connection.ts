/**
 * One connection to a controller, from the first packet to the last: in goes what was opened, out comes what the
 * gateway reads and writes with.
 */
import type { Log } from '#main/log'
import { status as st } from '#main/plcs/cip'
import type { ConnectOptions, PlcConnection, TypeOutcome } from '#main/plcs/driver'
import type { PlcDetails, PlcIdentity, TagPage } from '#shared/plc'
import { parseAddress } from './address.ts'
import { clockRequest, parseClock } from './clock.ts'
import type { Exchange } from './exchange.ts'
import { controllerText, identityRequest, isNamed, isSame, parseIdentity } from './identity.ts'
import type { Priority } from './lanes.ts'
import { atomic } from './layout.ts'
import { type Model, tagListEntry } from './model.ts'
import { makePacketLimit } from './packet-limit.ts'
import { makePlan } from './plan.ts'
import { followProgram, type ProgramStart } from './program.ts'
import { abortReason, type Session } from './session.ts'
import { findTarget } from './target.ts'
import type { Wire } from './wire.ts'
import { writeTag } from './write.ts'
import type { Writer } from './write-prepare.ts'

/** What an attempt to connect has found. */
export interface Opened extends ProgramStart, Pick<ConnectOptions, 'onDetails' | 'onChange'> {
  /** As configured: begins the error texts. */
  readonly address: string
  readonly session: Session
  readonly wires: readonly Wire[]
  readonly exchange: Exchange
  readonly identity: PlcIdentity
  /** Messages reach this one controller; false: whichever sits at the end of the route. */
  readonly bound: boolean
  readonly multiple: boolean
  /** Arrays of DWORD are arrays of BOOL. */
  readonly boolArrays: boolean
  /** What this connection lacks from its beginning, in words. */
  readonly degraded: readonly string[]
  readonly log: Log
  /** Hears of every model that replaces the one before. */
  onModel(model: Model): void
}

const noTags = 'the PLC lists no tags, types are learned from what it answers'

/** All of closing. */
const closeMs = 700

export function makeConnection(opened: Opened): PlcConnection {
  const { session, exchange } = opened
  let closing: Promise<void> | undefined
  let { identity } = opened
  const program = followProgram({
    ...opened,
    silenceMs: Math.min(...opened.wires.map((wire) => wire.silenceMs)),
    onModel: (model) => {
      opened.onModel(model)
      opened.onDetails?.(details())
    },
    onChange: (change) => opened.onChange?.(change),
    onLook: async (signal) => {
      const mode = (await whoAnswers('demand', signal))?.mode
      if (mode === undefined || mode === identity.mode) return
      identity = { ...identity, mode }
      opened.onDetails?.(details())
    },
  })
  const { model, suspect, distrust } = program
  const packetLimit = makePacketLimit(exchange.limit, () => opened.onDetails?.(details()))
  const controller: Writer = {
    ...{ exchange, multiple: opened.multiple, packetLimit, model, suspect, distrust },
    ...(opened.bound ? {} : { confirm }),
  }

  /** Undefined where it does not tell. Ends the connection where it is another controller than at its beginning. */
  async function whoAnswers(priority: Priority, signal: AbortSignal): Promise<PlcIdentity | undefined> {
    const reply = await exchange.ask(identityRequest, priority, signal)
    if (reply.status !== st.ok) return undefined
    const now = parseIdentity(reply)
    if (isSame(now, identity)) return now
    const error = new Error(
      `another controller answers now: ${controllerText(now)}; it was ${controllerText(identity)}. Check that it is the right one.`,
    )
    session.fail(error)
    throw error
  }

  async function confirm(signal: AbortSignal) {
    if (!(await whoAnswers('write', signal)) && isNamed(identity))
      throw new Error('the controller does not tell who it is, just now. Try again.')
  }

  const details = (): PlcDetails => {
    const { listed, symbols, numbering } = model()
    return {
      addressing: numbering.controller ? 'instance' : 'symbol',
      addressingText: listed ? numbering.why : 'the controller lists no tags',
      connections: opened.wires.filter((wire) => wire.degraded === '').length,
      packetBytes: packetLimit.bytes,
      multiple: controller.multiple,
      ...(listed ? { tags: symbols.length } : {}),
    }
  }

  void session.lost.then((error) => {
    program.stop()
    exchange.lanes.end(error.message)
  })

  async function close() {
    program.stop()
    exchange.lanes.end('the connection is being closed')
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closeMs)
    })
    await Promise.race([Promise.all(opened.wires.map((wire) => wire.close())), late])
    clearTimeout(timer)
    session.close()
  }

  async function typeOf(text: string, signal: AbortSignal): Promise<TypeOutcome> {
    const parsed = parseAddress(text)
    if (!parsed.ok) return { ok: false, reason: 'bad-address', text: `${text}: ${parsed.text}` }
    const now = model()
    const symbol = now.find(parsed.address)
    if (symbol && !now.layoutOf(symbol)) await now.load(symbol, (message) => exchange.ask(message, 'demand', signal))
    const found = findTarget(parsed.address, now, text)
    if (!found.ok) return found
    const { layout, bit } = found.target
    if (layout) return { ok: true, type: bit === undefined ? layout.type : atomic('BOOL').type }
    const outcome = (await makePlan([text], controller, 'demand').read(signal)).outcomes[0]
    if (!outcome) throw new Error(`${text}: the plan of one address has no outcome`)
    return outcome.ok ? { ok: true, type: outcome.type } : outcome
  }

  async function* browse(signal: AbortSignal): AsyncGenerator<TagPage> {
    const now = model()
    if (!now.listed)
      throw new Error(
        'the controller lists no tags now. Where a program is being loaded, try again after it; otherwise type their names.',
      )
    const ask = (message: Buffer) => exchange.ask(message, 'browse', signal)
    for (let start = 0; start < now.symbols.length; start += 100) {
      if (signal.aborted) throw abortReason(signal)
      const page = now.symbols.slice(start, start + 100)
      for (const symbol of page) if (!now.layoutOf(symbol)) await now.load(symbol, ask)
      const entries = page.map((symbol) => tagListEntry(symbol, now))
      yield { entries, done: start + page.length, total: now.symbols.length }
    }
  }

  return {
    get identity() {
      return identity
    },
    get degraded() {
      return [...opened.degraded, ...(model().listed ? [] : [noTags])].join('; ')
    },
    get details() {
      return details()
    },
    lost: session.lost.then((error) => lossText(opened.address, error)),
    close: () => {
      closing ??= close()
      return closing
    },
    plan: (addresses) => makePlan(addresses, controller),
    typeOf,
    clock: async (signal) => parseClock(await exchange.ask(clockRequest, 'demand', signal)),
    write: (address, value, options) => writeTag(controller, address, value, options),
    ...(opened.lists ? { browse } : {}),
  }
}

/** The loss in words that begin with the address. */
function lossText(address: string, error: Error): Error {
  return error.message.startsWith(`${address}: `)
    ? error
    : new Error(`${address}: the link is lost: ${error.message}`, { cause: error })
}
