/** What is known of a controller: the routed CPU, not the network module in front of it. */
export interface PlcIdentity {
  readonly vendor: number
  readonly deviceType: number
  readonly productCode: number
  /** `major.minor`, minor with at least two digits as Rockwell prints it: `32.011` → `32.11`. */
  readonly revision: string
  /** Unsigned 32 bits; 0 where the device has none (emulators). */
  readonly serial: number
  readonly productName: string
  /** Operating mode as far as the status word tells it. */
  readonly mode: 'run' | 'program' | 'faulted' | 'unknown'
}

/** Mode in the status word of a Rockwell controller's identity: bits 10 and 11 are major faults, bits 4 to 7 the mode. */
export function modeOfStatus(status: number): PlcIdentity['mode'] {
  if (status & 0x0c00) return 'faulted'
  const mode = status & 0x00f0
  return mode === 0x60 ? 'run' : mode === 0x70 ? 'program' : 'unknown'
}

/** Revision as in `PlcIdentity`: `33.11`, `20.01`. */
export function revisionText(major: number, minor: number): string {
  return `${major}.${String(minor).padStart(2, '0')}`
}

/** Serial number as Rockwell's tools print it: 8 hex digits, capitals. */
export function serialText(serial: number): string {
  return serial.toString(16).toUpperCase().padStart(8, '0')
}

/** How far a connection attempt has come. */
export type ConnectStage = 'connecting' | 'registering' | 'opening' | 'identifying' | 'browsing'

/** State of one PLC of the configuration. Times are ms since the epoch. */
export type PlcState =
  | { readonly kind: 'disabled' }
  /** Stopped by a person, or the gateway is ending. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'connecting'; readonly stage: ConnectStage; readonly since: number }
  /**
   * `degraded` says what is missing, e.g. `no connection left at the PLC, unconnected messages are used`; `change` what
   * the newest download did, where there was one since it is online.
   */
  | {
      readonly kind: 'online'
      readonly since: number
      readonly identity: PlcIdentity
      readonly degraded?: string
      readonly details?: PlcDetails
      readonly change?: ProgramChange
    }
  | {
      readonly kind: 'waiting'
      readonly since: number
      readonly error: string
      readonly retryAt: number
      readonly attempts: number
    }

/** `status` of a health message (wire.md §2). */
export type HealthStatus = 'connected' | 'connecting' | 'disconnected' | 'error' | 'disabled'

/** What a state says in a health message. `error` is '' where there is none. */
export function healthOf(state: PlcState): {
  readonly status: HealthStatus
  readonly online: boolean
  readonly error: string
} {
  switch (state.kind) {
    case 'disabled':
      return { status: 'disabled', online: false, error: '' }
    case 'stopped':
      return { status: 'disconnected', online: false, error: '' }
    case 'connecting':
      return { status: 'connecting', online: false, error: '' }
    case 'online':
      return { status: 'connected', online: true, error: '' }
    case 'waiting':
      return { status: 'error', online: false, error: state.error }
  }
}

/** One entry of a controller's tag list. */
export interface TagListEntry {
  /** Address as one writes it in the configuration: `Counter`, `Program:Main.Step`. */
  readonly name: string
  readonly type: DataType
  /** External Access as the controller project sets it; `unknown` where the firmware is too old to tell. */
  readonly access: 'read-write' | 'read-only' | 'none' | 'unknown'
  /** Why it is not offered at first sight; absent for a tag that is. */
  readonly hidden?: HiddenReason
}

/** Why a tag of the list is not offered at first sight, with the words for it. Each may be read if one insists, but `no-access`. */
export const hiddenReasons = {
  'module-io': 'data of an I/O module; its layout belongs to the module',
  system: 'a symbol of the controller itself',
  internal: 'made by the programming software (its name begins with "__")',
  'no-access': 'External Access is None: neither read nor written from outside',
} as const
export type HiddenReason = keyof typeof hiddenReasons

/** Part of a controller's tag list, with how far it has come. */
export interface TagPage {
  readonly entries: readonly TagListEntry[]
  /** Tags in this page and those before it. */
  readonly done: number
  /** Tags of the whole list. */
  readonly total: number
}

/** How a connection talks to its controller, for the screen. */
export interface PlcDetails {
  /**
   * How polls name tags. `instance`: by the number the controller gives a tag, which is shorter and quicker. `symbol`:
   * by name; `addressingText` says why then, '' else.
   */
  readonly addressing: 'instance' | 'symbol'
  readonly addressingText: string
  /** CIP connections in use; 0: unconnected messages. */
  readonly connections: number
  /** Largest request and reply of polls now, in bytes: less than agreed for some minutes after the controller refused such. */
  readonly packetBytes: number
  /** Whether several requests ride in one packet. */
  readonly multiple: boolean
  /** Tags the controller lists; absent where it lists none. */
  readonly tags?: number
}

/** What another download did to a controller's tags. Names are at most 50 each, the counts are whole. */
export interface ProgramChange {
  /** When it was found, ms since the epoch. */
  readonly at: number
  readonly appeared: { readonly count: number; readonly names: readonly string[] }
  readonly vanished: { readonly count: number; readonly names: readonly string[] }
  /** Tags with another type than before. */
  readonly retyped: {
    readonly count: number
    readonly tags: readonly { readonly name: string; readonly before: string; readonly after: string }[]
  }
}

/** The change in one sentence: `3 tags appeared (A, B, C), 1 changed its type (D: DINT → REAL)`. */
export function programChangeText({ appeared, vanished, retyped }: ProgramChange): string {
  const part = (count: number, what: string, names: readonly string[]) => {
    if (count === 0) return []
    const shown = names.slice(0, mostNamed)
    const rest = count > shown.length ? ', …' : ''
    return [`${count} ${count === 1 ? 'tag' : 'tags'} ${what} (${shown.join(', ')}${rest})`]
  }
  const parts = [
    ...part(appeared.count, 'appeared', appeared.names),
    ...part(vanished.count, 'vanished', vanished.names),
    ...part(
      retyped.count,
      retyped.count === 1 ? 'changed its type' : 'changed their types',
      retyped.tags.map(({ name, before, after }) => `${name}: ${before} → ${after}`),
    ),
  ]
  return parts.length === 0 ? 'tags and types are as before' : parts.join(', ')
}

/** Names shown in one sentence. */
const mostNamed = 8

/** Elementary types of Logix and Micro800 controllers (CIP Vol. 1, appendix C). */
export const atomicTypes = [
  'BOOL',
  'SINT',
  'INT',
  'DINT',
  'LINT',
  'USINT',
  'UINT',
  'UDINT',
  'ULINT',
  'REAL',
  'LREAL',
  'BYTE',
  'WORD',
  'DWORD',
  'LWORD',
] as const
export type AtomicType = (typeof atomicTypes)[number]

/**
 * Type of a tag, as the PLC tells it.
 * A string is any structure of the shape LEN DINT + DATA SINT[capacity], or a SHORT_STRING of a Micro800.
 * `dims` has 1–3 lengths. A structure's members are those shown: hidden padding members are left out.
 */
export type DataType =
  | { readonly kind: 'atomic'; readonly name: AtomicType }
  | { readonly kind: 'string'; readonly name: string; readonly capacity: number }
  | { readonly kind: 'array'; readonly of: DataType; readonly dims: readonly number[] }
  | {
      readonly kind: 'struct'
      readonly name: string
      readonly members: readonly { readonly name: string; readonly type: DataType }[]
    }

/** The PLC's own name of a type: `DINT`, `DINT[10]`, `REAL[2,3]`, `Recipe`, `STRING`. */
export function typeName(type: DataType): string {
  return type.kind === 'array' ? `${typeName(type.of)}[${type.dims.join(',')}]` : type.name
}

/** Smallest and largest value of the integer types; both ends belong to the range. */
export const integerRanges: { readonly [name in AtomicType]?: readonly [min: bigint, max: bigint] } = {
  SINT: [-128n, 127n],
  INT: [-32768n, 32767n],
  DINT: [-2147483648n, 2147483647n],
  LINT: [-9223372036854775808n, 9223372036854775807n],
  USINT: [0n, 255n],
  UINT: [0n, 65535n],
  UDINT: [0n, 4294967295n],
  ULINT: [0n, 18446744073709551615n],
  BYTE: [0n, 255n],
  WORD: [0n, 65535n],
  DWORD: [0n, 4294967295n],
  LWORD: [0n, 18446744073709551615n],
}

/** A type by its name, as the catalogue of a controller has it; members of structures are in the catalogue's `types`. */
export interface TypeRef {
  readonly kind: 'atomic' | 'string' | 'struct'
  /** Without dimensions: `DINT`, `STRING`, `Recipe`. */
  readonly name: string
  /** Lengths of an array, 1–3; empty where it is none. */
  readonly dims: readonly number[]
  /** Of a string, in characters. */
  readonly capacity?: number
}

/** One tag of a controller, discovered. */
export interface CatalogueEntry {
  readonly name: string
  readonly type: TypeRef
  readonly access: TagListEntry['access']
  /** Legal, but not offered at first sight; `why` says why. */
  readonly hidden: boolean
  readonly why?: string
}

/** How far the discovery of a controller's tags is. Times are ms since the epoch. */
export type BrowseState =
  /** Never asked, or the controller was disconnected before it ended. */
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly since: number; readonly tags: number; readonly total: number }
  | { readonly kind: 'done'; readonly at: number; readonly tags: number }
  | { readonly kind: 'failed'; readonly at: number; readonly error: string }

/** A device that answered on the network. */
export interface DiscoveredDevice {
  /** `host` or `host:port`, for `address` of a PLC. */
  readonly address: string
  readonly identity: PlcIdentity
  /** Whether it can be read by one of our drivers, as far as its identity tells. */
  readonly kind: 'controller' | 'network module' | 'other'
}
