/**
 * The controller without its network: program, memory, change counters, identity. In come paths and addresses, out
 * come places in memory and values.
 */
import type { PlcIdentity } from '#shared/plc'
import type { TagValue } from '#shared/value'
import { parsePath } from './epath.ts'
import { type Faults, modeOf } from './faults.ts'
import { type Destination, destinationOf, locateText, type Target } from './locate.ts'
import type { Product, Profile } from './profiles.ts'
import type { SimProgram, TagAccess } from './program.ts'
import { type SymbolTable, symbolTable } from './symbols.ts'
import { decode, encode } from './values.ts'

/** One write that came over the wire and was executed. */
export interface WriteRecord {
  /** ms since the epoch */
  readonly at: number
  /** Where, as one writes it: `Recipe.Amounts[2]`; a bit that was set or cleared alone ends in its number. */
  readonly address: string
  /** What stands there after the write. */
  readonly value: TagValue
  readonly service: 'write' | 'write-fragmented' | 'read-modify-write'
}

export interface Counters {
  /** TCP connections open now. */
  sockets: number
  /** Registered sessions now. */
  sessions: number
  /** CIP connections open now, those left behind by a lost TCP connection included until they time out. */
  connections: number
  sessionsOpened: number
  forwardOpens: number
  forwardOpensRefused: number
  forwardCloses: number
  connectionsTimedOut: number
  /** Packets with a CIP request, connected or not. */
  requests: number
  /** Requests on CIP connections alone. */
  connectedRequests: number
  /** Services executed, those inside of a Multiple Service Packet included. */
  services: number
  readServices: number
  writeServices: number
  listServices: number
  templateServices: number
  /** Requests that repeated the last sequence count and got the stored reply. */
  duplicates: number
  /** Requests lost on purpose. */
  lost: number
  /** Requests larger than the connection. */
  oversized: number
  /** Frames thrown away: unknown connection, options set, queue full. */
  discarded: number
}

export function noCounts(): Counters {
  return {
    sockets: 0,
    sessions: 0,
    connections: 0,
    sessionsOpened: 0,
    forwardOpens: 0,
    forwardOpensRefused: 0,
    forwardCloses: 0,
    connectionsTimedOut: 0,
    requests: 0,
    connectedRequests: 0,
    services: 0,
    readServices: 0,
    writeServices: 0,
    listServices: 0,
    templateServices: 0,
    duplicates: 0,
    lost: 0,
    oversized: 0,
    discarded: 0,
  }
}

export interface Controller extends TagAccess {
  readonly profile: Profile
  readonly faults: Faults
  readonly counters: Counters
  /** Where the CPU sits, and which one it is: another may be put in its place. */
  slot: number
  serial: number
  readonly writeLog: WriteRecord[]
  /** µs that the clock was set ahead of this computer's. */
  clockShiftUs: bigint
  program(): SimProgram
  table(): SymbolTable
  /** Counts downloads; the change attributes of class 0xAC are made of it. */
  generation(): number
  /** Where the request path in `bytes[start, end)` leads. Found once for each path, until the next download. */
  destination(bytes: Buffer, start: number, end: number): Destination
  /** Loads a program. The same program again keeps its values; instances and template numbers move in any case. */
  download(next?: SimProgram): void
  record(write: WriteRecord): void
}

export interface ControllerOptions {
  readonly profile: Profile
  readonly program: SimProgram
  readonly serial: number
  readonly slot: number
  readonly faults: Faults
}

/** Writes kept in the log. */
const writesKept = 1_000
/** Paths remembered; more than any program of 100,000 tags needs in two spellings. */
const pathsKept = 200_000

/** A controller with its program loaded. Throws where the program has a mistake. */
export function createController(options: ControllerOptions): Controller {
  const { profile } = options
  let program = options.program
  let generation = 0
  let table = symbolTable(program, 0)
  const paths = new Map<string, Destination>()
  const places = new Map<string, Target>()
  const writeLog: WriteRecord[] = []

  const place = (address: string) => {
    const known = places.get(address)
    if (known) return known
    const found = locateText(table, address)
    if (places.size >= pathsKept) places.clear()
    places.set(address, found)
    return found
  }

  return {
    profile,
    faults: options.faults,
    counters: noCounts(),
    slot: options.slot,
    serial: options.serial,
    writeLog,
    clockShiftUs: 0n,
    program: () => program,
    table: () => table,
    generation: () => generation,
    destination: (bytes, start, end) => {
      const key = bytes.toString('latin1', start, end)
      const known = paths.get(key)
      if (known) return known
      const segments = parsePath(bytes, start, end) ?? []
      const found = destinationOf(table, segments, profile)
      if (paths.size >= pathsKept) paths.clear()
      paths.set(key, found)
      return found
    },
    download: (next = program) => {
      const old = next === program ? table : undefined
      const loaded = symbolTable(next, (generation % 8) + 1, old)
      generation++
      program = next
      table = loaded
      paths.clear()
      places.clear()
    },
    record: (write) => {
      if (writeLog.length >= writesKept) writeLog.shift()
      writeLog.push(write)
    },
    get: (address) => {
      const at = place(address)
      return decode(at.type, at.dims, at.data, at.offset, at.bit)
    },
    set: (address, value) => {
      const at = place(address)
      encode(at.type, at.dims, at.data, at.offset, at.bit, value, address)
    },
  }
}

/** The identity in the words of the gateway. */
export function identityOf(product: Product, serial: number, faults: Faults): PlcIdentity {
  return {
    vendor: product.vendor,
    deviceType: product.deviceType,
    productCode: product.productCode,
    revision: `${product.major}.${String(product.minor).padStart(2, '0')}`,
    serial,
    productName: product.productName,
    mode: modeOf(faults),
  }
}
