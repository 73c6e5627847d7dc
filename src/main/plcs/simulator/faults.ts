/** What can be made to go wrong, switched while the simulator runs. */
import type { PlcIdentity } from '#shared/plc'

export interface Faults {
  /** ms of work for each request packet; the packets of one connection wait for each other, as in a controller. */
  packetTimeMs: number
  /** Up to this many ms more for each packet, by lot. */
  jitterMs: number
  /** Replies leave in pieces of this many bytes, each with its own TCP segment; 0: whole. */
  chunkBytes: number
  /** Every n-th request is lost before it is executed; 0: none. */
  loseEvery: number
  /** Every n-th request is executed, but its reply never sent; 0: none. */
  dropEvery: number
  /** Every n-th reply is sent `lateMs` after it was due, the next ones overtake it; 0: none. */
  lateEvery: number
  lateMs: number
  /** Every n-th reply is sent twice; 0: none. */
  duplicateEvery: number
  /** Before every n-th reply comes one that nobody asked for: changed data under a foreign context, connection or count; 0: none. */
  foreignEvery: number
  /** Accepts and reads, answers nothing at all. */
  mute: boolean
  /** New TCP connections are reset at once. */
  refuseConnections: boolean
  /** Every Forward Open is refused with this status; extended words follow, e.g. `[0x0109, 504]`. */
  refuseForwardOpen: { readonly status: number; readonly extended?: readonly number[] } | undefined
  /** The next `times` requests of this service are refused, alone or inside of a packet; then it is over. */
  refuseService:
    | {
        readonly service: number
        /** Absent: on whatever. */
        readonly classId?: number
        readonly status: number
        readonly times: number
        /** Only inside of packets. */
        readonly embedded?: true
      }
    | undefined
  /** A download is under way: tags and change counters answer "path unknown". Clearing it does not renumber; see `download`. */
  downloading: boolean
  /** Connections the controller has; those open stay when it becomes less. */
  maxConnections: number
  /** In `run` writes answer "device state conflict"; `run` and `program` also decide the mode. */
  keyswitch: Keyswitch
  /** What the controller was set to by programming software, and whether it is faulted; see `modeOf`. */
  mode: Mode
}

export type Keyswitch = 'run' | 'remote' | 'program'
export type Mode = Exclude<PlcIdentity['mode'], 'unknown'>

/** The mode the controller is in: the key outdoes programming software, a fault outdoes both. The process runs in `run` alone. */
export function modeOf({ keyswitch, mode }: Faults): Mode {
  return mode === 'faulted' || keyswitch === 'remote' ? mode : keyswitch
}

/** Status word of the identity object as Logix fills it (1756-PM020, "Identity object"): key, faults, mode. */
export function statusWord(faults: Faults): number {
  const key = { run: 0x1000, program: 0x2000, remote: 0x3000 }[faults.keyswitch]
  return key | { run: 0x0060, program: 0x0070, faulted: 0x0c50 }[modeOf(faults)]
}

/** Nothing goes wrong. */
export function noFaults(maxConnections: number, packetTimeMs = 0): Faults {
  return {
    packetTimeMs,
    jitterMs: 0,
    chunkBytes: 0,
    loseEvery: 0,
    dropEvery: 0,
    lateEvery: 0,
    lateMs: 200,
    duplicateEvery: 0,
    foreignEvery: 0,
    mute: false,
    refuseConnections: false,
    refuseForwardOpen: undefined,
    refuseService: undefined,
    downloading: false,
    maxConnections,
    keyswitch: 'remote',
    mode: 'run',
  }
}
