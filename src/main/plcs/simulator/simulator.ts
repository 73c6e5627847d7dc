/**
 * A Logix controller on a TCP port, for the demo and for tests. In come EtherNet/IP frames of any client, out go what
 * a controller would answer; tests read and write its tags beside the wire and switch faults on. It shares nothing
 * with our driver but constants.
 */
import { createServer, type Server } from 'node:net'
import { type Log, silentLog } from '#main/log'
import type { PlcIdentity } from '#shared/plc'
import { createConnections } from './connections.ts'
import { type Controller, type Counters, createController, identityOf, type WriteRecord } from './controller.ts'
import { type ControlAnswer, control } from './controls.ts'
import { answerDiscovery } from './discovery.ts'
import { type Faults, modeOf, noFaults } from './faults.ts'
import { type Profile, type ProfileName, profiles } from './profiles.ts'
import type { SimProgram, TagAccess } from './program.ts'
import { type Session, type SessionContext, serve } from './session.ts'

export interface SimulatorOptions {
  /** Absent: 127.0.0.1. */
  readonly host?: string
  /** Absent or 0: a free one. */
  readonly port?: number
  /** How the log calls it. */
  readonly name?: string
  /** Absent: made from host and port, so that no two simulators are alike. Never 0. */
  readonly serial?: number
  /** Absent: logix5580. */
  readonly profile?: ProfileName
  /** Slot of the CPU in the chassis; absent: 0. */
  readonly slot?: number
  readonly program: SimProgram
  /** ms of work for each request packet; absent: 0. */
  readonly packetTimeMs?: number
  /** Absent: what the profile has. */
  readonly maxConnections?: number
  /** Largest connection in bytes; up to 511 there is no Large Forward Open. Absent: what the profile has. */
  readonly maxBytes?: number
  /** Answers discovery by UDP on the same port; absent: false. */
  readonly discovery?: boolean
  readonly log?: Log
}

export interface Simulator extends TagAccess {
  readonly host: string
  readonly port: number
  /** Identity of the CPU. */
  readonly identity: PlcIdentity
  /** The newest thousand writes that came over the wire and were executed. */
  readonly writeLog: readonly WriteRecord[]
  readonly counters: Readonly<Counters>
  /** Switches; a change counts from the next packet on. */
  readonly faults: Faults
  /** What `faults` was at the start. */
  readonly initialFaults: Readonly<Faults>
  /** Switches faults by a line of text: `drop 10`, `keyswitch run`, `help`. Never throws. */
  control(line: string): ControlAnswer
  /** Loads a program, or the same again: instances, template numbers and change counters move. */
  download(program?: SimProgram): void
  /** The same with the download state before it: for `ms` tags and change counters are unknown. Replaces one under way. */
  downloadDuring(ms: number, program?: SimProgram): void
  /**
   * Another CPU with the same program is put into the chassis, or this one into another slot. TCP connections, which
   * end at the module before it, stay; CIP connections are gone.
   */
  exchangeCpu(by: { readonly serial?: number; readonly slot?: number }): void
  /** Sets the wall clock, ms since the epoch. */
  setClock(at: number): void
  /** TCP connections open now. */
  sessions(): number
  /** Resets every TCP connection (RST). The CIP connections stay until they time out. */
  resetConnections(): void
  /** Ends everything; may be called twice. */
  close(): Promise<void>
}

/** Largest size that fits into the small Forward Open. */
const smallConnection = 511
/** How often time-outs are looked for, ms. */
const sweepMs = 100
/** A controller closes TCP connections on which nothing was heard for this long. */
const idleTcpMs = 125_000
/** A process that was held up does not leap. */
const longestStepMs = 1_000

/** Starts a simulated controller. Rejects where the port is taken or the program has a mistake. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const host = options.host ?? '127.0.0.1'
  const log = options.log ?? silentLog
  const profile = limited(profiles[options.profile ?? 'logix5580'], options.maxBytes)
  const faults = noFaults(options.maxConnections ?? profile.maxConnections, options.packetTimeMs)
  const server = createServer({ noDelay: true })
  const port = await listen(server, host, options.port ?? 0)
  const what = `simulator "${options.name ?? options.program.name}" on ${host}:${port}`
  const serial = options.serial ?? serialFrom(`${host}:${port}`)

  const controller = await orClose(server, () =>
    createController({ profile, program: options.program, serial, slot: options.slot ?? 0, faults }),
  )
  const packetMs = () =>
    faults.packetTimeMs || faults.jitterMs ? faults.packetTimeMs + faults.jitterMs * Math.random() : 0
  const connections = createConnections(controller, packetMs)
  const sessions = acceptSessions(server, {
    controller,
    connections,
    scratch: Buffer.alloc(0x11000),
    packetMs,
    newHandle: handles(),
  })
  server.on('error', (error) => log.error(`${what}: the listener failed; restart the simulator`, error))

  const stopDiscovery = options.discovery
    ? await orClose(server, () => answerDiscovery(controller, host, port))
    : async () => {}
  let stopProcess = runProcess(controller, log, what)
  const sweep = setInterval(() => {
    const now = performance.now()
    connections.sweep(now)
    for (const session of sessions) if (now - session.lastHeard() > idleTcpMs) session.destroy()
  }, sweepMs)
  sweep.unref()
  log.info(`${what}: ${profile.cpu.productName}, ${options.program.tags.length} tags`)

  const close = async () => {
    clearInterval(sweep)
    clearTimeout(loaded)
    stopProcess()
    const unbound = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const session of sessions) session.destroy()
    connections.closeAll()
    await Promise.all([unbound, stopDiscovery()])
  }
  let closed: Promise<void> | undefined
  let loaded: NodeJS.Timeout | undefined
  const download = (program?: SimProgram) => {
    if (loaded) faults.downloading = false
    clearTimeout(loaded)
    loaded = undefined
    stopProcess()
    controller.download(program)
    if (closed === undefined) stopProcess = runProcess(controller, log, what)
  }

  const simulator: Simulator = {
    host,
    port,
    get identity() {
      return identityOf(profile.cpu, controller.serial, faults)
    },
    get: controller.get,
    set: controller.set,
    writeLog: controller.writeLog,
    counters: controller.counters,
    faults,
    initialFaults: { ...faults },
    control: (line) => control(simulator, line),
    download,
    exchangeCpu: (by) => {
      Object.assign(controller, by)
      connections.closeAll()
    },
    setClock: (at) => {
      controller.clockShiftUs = BigInt(at - Date.now()) * 1000n
    },
    downloadDuring: (ms, program) => {
      clearTimeout(loaded)
      faults.downloading = true
      loaded = setTimeout(() => download(program), ms)
    },
    sessions: () => [...sessions].length,
    resetConnections: () => {
      for (const session of sessions) session.reset()
    },
    close: () => (closed ??= close()),
  }
  return simulator
}

/** The same controller with smaller connections. */
function limited(profile: Profile, maxBytes = profile.maxSize): Profile {
  const maxSize = Math.min(maxBytes, profile.maxSize)
  return { ...profile, maxSize, largeForwardOpen: profile.largeForwardOpen && maxSize > smallConnection }
}

/** Serves every client that connects; gives the set of those connected now. */
function acceptSessions(server: Server, context: SessionContext): ReadonlySet<Session> {
  const sessions = new Set<Session>()
  server.on('connection', (socket) => {
    if (context.controller.faults.refuseConnections) {
      socket.on('error', () => {})
      socket.resetAndDestroy()
      return
    }
    sessions.add(serve(socket, context, (session) => sessions.delete(session)))
  })
  return sessions
}

/** Lets the program's process step; gives the way to stop it. A step that throws stops the process, not the simulator. */
function runProcess(controller: Controller, log: Log, what: string): () => void {
  const { process } = controller.program()
  if (!process) return () => {}
  const step = process.start(controller)
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    try {
      // A program runs in run mode alone.
      if (modeOf(controller.faults) === 'run') step(Math.min(now - last, longestStepMs))
    } catch (error) {
      clearInterval(timer)
      log.error(`${what}: the process stopped; its tags stay as they are. This is a bug in the program`, error)
    }
    last = now
  }, process.periodMs)
  return () => clearInterval(timer)
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'the port is taken; choose another or 0 for a free one' : error.message
      reject(new Error(`simulator: can't listen on ${host}:${port}: ${why}`, { cause: error }))
    })
    server.listen(port, host, () => {
      server.removeAllListeners('error')
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

/** Closes the listener where what follows it fails. */
async function orClose<T>(server: Server, make: () => T | Promise<T>): Promise<T> {
  try {
    return await make()
  } catch (error) {
    server.close()
    throw error
  }
}

/** FNV-1a of a text, never 0. */
function serialFrom(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash === 0 ? 1 : hash
}

/** Session handles: never 0, not guessable from the one before. */
function handles(): () => number {
  let handle = Math.floor(Math.random() * 0x7fffffff)
  return () => {
    handle = (handle + 0x10001) >>> 0
    return handle === 0 ? 1 : handle
  }
}
