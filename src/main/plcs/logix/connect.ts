/**
 * Connecting to a Logix or Micro800 controller: session, connection ladder, identity, tag list. In goes a PLC of the
 * configuration, out comes a driver whose every `connect` is one attempt. From those before it keeps the tags it knows
 * and the connections that may be left at the PLC.
 */
import { asError, NeedsPerson } from '#main/link'
import type { Log } from '#main/log'
import type { ConnectOptions, Driver, PlcConnection } from '#main/plcs/driver'
import type { PlcConfig } from '#shared/config'
import type { PlcIdentity } from '#shared/plc'
import { connectFailure } from './connect-failure.ts'
import { closeLeft, openConnected, openWires } from './connected.ts'
import { makeConnection } from './connection.ts'
import { type Exchange, makeExchange } from './exchange.ts'
import type { ConnectionTriple } from './forward-open.ts'
import { identityRequest, isOtherDevice, parseIdentity } from './identity.ts'
import { openLanes } from './lanes.ts'
import { byName, type Model, makeModel, renumbered } from './model.ts'
import { askStamp, listProgram, type ProgramStart } from './program.ts'
import { type Endpoint, parseEndpoint, parseRoute } from './route.ts'
import { abortReason, EncapsulationError, openSession, type Session } from './session.ts'
import type { WireOptions } from './wire.ts'

/** What a family of controllers can do. */
interface Profile {
  /** Several requests in one packet. */
  readonly multiple: boolean
  /** Connections larger than 504 bytes. */
  readonly large: boolean
  /** The CPU sits in a slot behind the device that answers. */
  readonly backplane: boolean
  readonly boolArrays: boolean
  /** Connections at a time, at most. */
  readonly connections: number
}

/** Connections where the configuration names no number: polls and writes do not wait for each other then. */
const usualConnections = 2

const profiles: { readonly [driver in PlcConfig['driver']]: Profile } = {
  logix: { multiple: true, large: true, backplane: true, boolArrays: true, connections: 4 },
  micro800: { multiple: false, large: false, backplane: false, boolArrays: false, connections: 1 },
}

/** What a driver keeps from one connection to the next. */
interface Memory {
  /** Connections that may still be open at the PLC. */
  readonly open: Set<ConnectionTriple>
  /** The path has led to the controller. */
  proven: boolean
  /** Until a connection is asked for again where the PLC had none left, in ms. */
  patienceMs: number
  /** The controller's tags as they were listed last, and whose they are. */
  known?: { readonly controller: string; readonly model: Model }
}

/** A PLC without a free connection is asked again after this; longer each time that it had none after all, in ms. */
const patience = { firstMs: 60_000, lastMs: 3_600_000 }

/** Driver of one controller. `firstMs`: for tests. */
export function createLogixDriver(plc: PlcConfig, log: Log, { firstMs } = patience): Driver {
  const memory: Memory = { open: new Set(), proven: false, patienceMs: firstMs }
  return {
    connect: async (options) => {
      const endpoint = parseEndpoint(plc.address)
      if (typeof endpoint === 'string')
        throw new NeedsPerson(`${plc.address}: ${endpoint}. Correct the address of the PLC.`)
      const profile = profiles[plc.driver]
      const path = plc.connection_path ?? (profile.backplane ? `1,${plc.slot}` : '')
      const route = parseRoute(path)
      if (typeof route === 'string') throw new NeedsPerson(`${plc.address}: ${route}. Correct the PLC's settings.`)
      const attempt = { plc, log, endpoint, profile, path, route, memory, firstMs, options }
      try {
        // Some servers that know no tag list hang up when asked for it. Once may be chance: the second time it is not
        // asked for any more, and what has listed its tags before is no such server.
        const again = async (error: unknown, withTags: boolean) => {
          if (error instanceof ListHangup && !memory.known) return open(attempt, withTags)
          throw error
        }
        return await open(attempt, true)
          .catch((error: unknown) => again(error, true))
          .catch((error: unknown) => again(error, false))
      } catch (error) {
        if (options.signal.aborted) throw abortReason(options.signal)
        throw connectFailure(plc, path, asError(error))
      }
    },
  }
}

/** The device ended the session because it was asked for its tags. */
class ListHangup extends Error {
  override readonly name = 'ListHangup'
}

interface AttemptOptions {
  readonly plc: PlcConfig
  readonly log: Log
  readonly endpoint: Endpoint
  readonly profile: Profile
  readonly path: string
  readonly route: Buffer
  readonly memory: Memory
  /** First wait for a connection where the PLC has none left, in ms. */
  readonly firstMs: number
  readonly options: ConnectOptions
}

async function open(attempt: AttemptOptions, withTags: boolean): Promise<PlcConnection> {
  const { plc, log, endpoint, options } = attempt
  const { signal } = options
  if (signal.aborted) throw abortReason(signal)
  options.onStage?.('connecting')
  const onRegistering = () => options.onStage?.('registering')
  const session = await openSession({ ...endpoint, timeoutMs: plc.timeout, signal, log, onRegistering })
  const aborted = () => session.close()
  signal.addEventListener('abort', aborted, { once: true })
  try {
    return await openController(attempt, session, withTags)
  } catch (error) {
    session.close()
    throw signal.aborted ? abortReason(signal) : error
  } finally {
    signal.removeEventListener('abort', aborted)
  }
}

async function openController(attempt: AttemptOptions, session: Session, withTags: boolean): Promise<PlcConnection> {
  const { plc, log, profile, path, route, memory, options } = attempt
  const { signal } = options
  options.onStage?.('opening')
  const wireOptions = { session, route, path, timeoutMs: plc.timeout, open: memory.open, proven: memory.proven }
  await closeLeft(wireOptions)
  const wanted = Math.min(plc.connections ?? usualConnections, profile.connections)
  const { wires, fewer } = await openWires(wireOptions, profile.large, wanted)
  const onSilence = () => session.fail(new Error(`no answer for ${plc.timeout} ms. Check network and controller.`))
  const lanes = openLanes(wires, { timeoutMs: plc.timeout, gone: () => session.ended?.message, onSilence })
  void session.lost.then((error) => lanes.end(error.message))
  const exchange = makeExchange(wires[0], lanes)

  options.onStage?.('identifying')
  const identity = parseIdentity(await exchange.ask(identityRequest, 'demand', signal))
  const controller = controllerKey(identity)
  const start = await startOf(attempt, session, exchange, controller, withTags)
  if (!start.model.listed && isOtherDevice(identity)) {
    for (const wire of wires) await wire.close()
    throw new NeedsPerson(
      `the device is no controller but "${identity.productName}" (device type ${identity.deviceType})`,
    )
  }
  memory.proven = true
  if (wires[0].degraded === '') memory.patienceMs = attempt.firstMs
  else waitForConnection(wireOptions, profile.large, memory)
  const degraded = [wires[0].degraded, fewer].filter((text) => text !== '')
  const remember = (model: Model) => {
    memory.known = { controller, model }
  }
  if (start.model.listed) remember(start.model)
  const { multiple, boolArrays } = profile
  const { address } = plc
  return makeConnection({
    ...{ address, session, wires, exchange, identity, multiple, boolArrays, degraded, log },
    bound: wires[0].degraded === '' || route.length === 0,
    ...start,
    onModel: remember,
    ...(options.onDetails ? { onDetails: options.onDetails } : {}),
    ...(options.onChange ? { onChange: options.onChange } : {}),
  })
}

/**
 * A PLC with no connection left is read by unconnected messages, which are slow. As soon as it grants one, the session
 * ends so that the next one begins with it: packets are built for one kind of wire.
 */
function waitForConnection(options: WireOptions, large: boolean, memory: Memory) {
  const { session } = options
  let timer: NodeJS.Timeout | undefined
  const wait = () => {
    timer = setTimeout(() => void look(), memory.patienceMs)
    timer.unref()
  }
  async function look() {
    // A request that got no answer may have opened one all the same.
    await closeLeft(options)
    const wire = await openConnected(options, large).catch(asError)
    if (session.ended) return
    memory.patienceMs = Math.min(patience.lastMs, memory.patienceMs * 2)
    if (typeof wire === 'string' || wire instanceof Error) return wait()
    await wire.close()
    session.fail(new Error('the PLC has a connection free again, and is connected anew to use it.'))
  }
  wait()
  void session.lost.then(() => clearTimeout(timer))
}

function controllerKey({ vendor, productCode, revision, serial }: PlcIdentity): string {
  return [vendor, productCode, revision, serial].join(' ')
}

/**
 * What is known of the tags before the first poll. After a short loss nothing has to be listed: the same controller with
 * the same change counters has the same tags, which is checked behind the polls before a tag is read by its number.
 */
async function startOf(
  { plc, profile, memory, options }: AttemptOptions,
  session: Session,
  exchange: Exchange,
  controller: string,
  withTags: boolean,
): Promise<ProgramStart> {
  const { known } = memory
  const { signal } = options
  if (known?.controller === controller && known.model.stamp !== undefined) {
    if ((await askStamp(exchange, signal)) === known.model.stamp)
      return { model: renumbered(known.model, byName('its tag list is being checked')), remembered: true, lists: true }
  }
  const without = { model: makeModel(undefined, profile.boolArrays), remembered: false, lists: withTags }
  if (!withTags) return without
  options.onStage?.('browsing')
  try {
    const model = await listProgram(exchange, profile.boolArrays, profile.multiple, signal)
    return model ? { model, remembered: false, lists: true } : without
  } catch (error) {
    if (session.ended instanceof EncapsulationError)
      throw new ListHangup(`${plc.address}: the device hung up when asked for its tags`)
    throw error
  }
}
