/**
 * Looks for controllers on the network: by broadcast on every interface, and by asking each address of a network one
 * names. The API calls it once for each search and passes the steps on:
 *
 *     for await (const step of discover({ sweep: '10.0.0.0/24', signal })) emit(step)
 *
 * It changes nothing at the devices and opens no session there. A search ends by itself; `signal`, or leaving the loop,
 * ends it at once.
 */
import { setMaxListeners } from 'node:events'
import { networkInterfaces } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { asError } from '#main/link'
import { defaultPort } from '#main/plcs/cip'
import type { DiscoveryStep, FoundDevice } from '#shared/discovery'
import type { PlcIdentity } from '#shared/plc'
import { broadcastOf, parseSubnet } from '#shared/subnet'
import { type Steps, stepQueue } from './steps.ts'
import { askByTcp } from './tcp.ts'
import { openUdp } from './udp.ts'

/** An interface of this computer, and the address that reaches all of its network. */
export interface BroadcastFrom {
  readonly address: string
  readonly broadcast: string
}

export interface DiscoverOptions {
  /** Absent: every IPv4 interface of this computer; empty: no broadcast. */
  readonly interfaces?: readonly BroadcastFrom[]
  /** A network whose addresses are asked one by one, too: `10.0.0.0/24`, `10.0.0.5-40`, `10.0.0.5`. */
  readonly sweep?: string
  /** Absent: 44818. */
  readonly port?: number
  readonly signal: AbortSignal
}

/** How long answers to a broadcast are awaited, and when it is said again, in ms. */
const listenMs = 2_000
const againMs = 600
/** Addresses of a sweep that are asked at a time. */
const parallel = 64
/** How long one address may take, in ms: first by datagram, then by TCP. */
const udpMs = 300
const tcpMs = 700

/** One search. Yields what it finds, each device once, and how far it is; ends when all was asked or `signal` aborts. */
export async function* discover(options: DiscoverOptions): AsyncGenerator<DiscoveryStep, void, void> {
  const steps = stepQueue()
  const leaving = new AbortController()
  const signal = AbortSignal.any([options.signal, leaving.signal])
  // Every address that is being asked listens to it.
  setMaxListeners(0, signal)
  const port = options.port ?? defaultPort
  const found = finder(steps, port)
  const searches = [
    ...(options.interfaces ?? ownInterfaces()).map((from) => broadcast(from, port, steps, found, signal)),
    ...(options.sweep === undefined ? [] : [sweep(options.sweep, port, steps, found, signal)]),
  ]
  const done = Promise.all(searches).then(
    () => steps.end(),
    (error: unknown) => steps.end(asError(error)),
  )
  signal.addEventListener('abort', () => steps.end(), { once: true })
  if (signal.aborted) steps.end()
  try {
    yield* steps.all()
  } finally {
    leaving.abort()
    await done
  }
}

type Found = (address: string, identity: PlcIdentity, by: FoundDevice['by']) => void

/** Passes each device on once: by vendor and serial number, by address where it has none. */
function finder(steps: Steps, port: number): Found {
  const seen = new Set<string>()
  return (address, identity, by) => {
    const key = identity.serial === 0 ? address : `${identity.vendor} ${identity.serial}`
    if (seen.has(key)) return
    seen.add(key)
    const where = port === defaultPort ? address : `${address}:${port}`
    steps.push({ kind: 'found', device: { address: where, identity, driver: driverOf(identity), by } })
  }
}

/** Device types of a controller and of a communication module, in front of which a CPU may sit (CIP Vol. 1, 6-2). */
const controllerType = 0x0e
const communicationType = 0x0c
const rockwell = 1

function driverOf({ vendor, deviceType, productName }: PlcIdentity): FoundDevice['driver'] {
  if (vendor !== rockwell) return 'other'
  if (deviceType === controllerType) return productName.startsWith('2080') ? 'micro800' : 'logix'
  return deviceType === communicationType && productName.startsWith('1756') ? 'logix' : 'other'
}

async function broadcast(from: BroadcastFrom, port: number, steps: Steps, found: Found, signal: AbortSignal) {
  const problem = (why: string) => steps.push({ kind: 'problem', text: `${from.address}: no broadcast: ${why}` })
  try {
    const asker = await openUdp({ from: from.address, onReply: (address, it) => found(address, it, 'broadcast') })
    try {
      const targets = [...new Set([from.broadcast, '255.255.255.255'])]
      const sayAll = () => Promise.all(targets.map((target) => asker.ask(target, port)))
      // A network may take only one of the two forms.
      const problems = await sayAll()
      if (problems.every((why) => why !== '')) return problem(`${problems[0]}. Check the interface and its firewall.`)
      await sleep(againMs, undefined, { signal })
      await sayAll()
      await sleep(listenMs - againMs, undefined, { signal })
    } finally {
      asker.close()
    }
  } catch (error) {
    if (!signal.aborted) problem(`${asError(error).message}. Check the interface and its firewall.`)
  }
}

async function sweep(text: string, port: number, steps: Steps, found: Found, signal: AbortSignal) {
  const subnet = parseSubnet(text)
  if (!subnet.ok) return steps.push({ kind: 'problem', text: subnet.text })
  const { addresses } = subnet
  const heard = new Map<string, () => void>()
  const asker = await openUdp({
    onReply: (address, identity) => {
      found(address, identity, 'sweep')
      heard.get(address)?.()
    },
  })
  let asked = 0
  const one = async (address: string) => {
    if (!(await answers(address))) {
      const identity = await askByTcp(address, port, tcpMs, signal)
      if (identity) found(address, identity, 'sweep')
    }
    asked++
    steps.push({ kind: 'progress', asked, total: addresses.length })
  }
  const answers = async (address: string) => {
    const waiting = new AbortController()
    let answered = false
    heard.set(address, () => {
      answered = true
      waiting.abort()
    })
    await asker.ask(address, port)
    await sleep(udpMs, undefined, { signal: AbortSignal.any([signal, waiting.signal]) }).catch(() => {})
    heard.delete(address)
    return answered
  }
  const next = addresses.values()
  const worker = async () => {
    for (const address of next) {
      if (signal.aborted) return
      await one(address)
    }
  }
  steps.push({ kind: 'progress', asked: 0, total: addresses.length })
  await Promise.all(Array.from({ length: parallel }, worker))
  asker.close()
}

function ownInterfaces(): BroadcastFrom[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .flatMap(({ address, netmask }) => {
      const reach = broadcastOf(address, netmask)
      return reach === undefined ? [] : [{ address, broadcast: reach }]
    })
}
