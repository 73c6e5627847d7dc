/** The running parts of a gateway by name, and the cell that tells which there are. */

import { createStore } from 'zustand/vanilla'
import type { Bridge } from '#main/bridges/bridge'
import type { Inspector } from '#main/bridges/inspector'
import type { Requester } from '#main/bridges/requester'
import type { PipelineEntry } from '#main/writeback/job'
import { type EntryId, entryText, services } from '#shared/broker'
import type { BrokerConfig, Config } from '#shared/config'
import type { BrokerPart } from './broker-part.ts'
import type { PlcPart } from './plc-part.ts'
import type { PublishedPlace } from './published.ts'
import type { ReadableCell } from './view.ts'

/** A broker entry with the bridge made for it; `bridge` is a text where it can't be made, saying why. */
export interface EntryBridge {
  readonly id: EntryId
  readonly config: BrokerConfig
  readonly bridge: Bridge | string
  /** Address of the broker, without credentials. */
  readonly broker: string
  /** Clients beside the gateway's own connection; absent where the entry can't be made. */
  readonly clients?: EntryClients
}

/** Each has connections and a client id of its own. Nothing connects before it is used. */
export interface EntryClients {
  requester(): Requester
  inspector(): Inspector
}

/** What there is now, in the order of the configuration. */
export interface Parts {
  readonly config: Config
  readonly plcs: readonly PlcPart[]
  readonly brokers: readonly BrokerPart[]
  /** Enabled entries that can't start, with the reason. */
  readonly blocked: readonly BlockedEntry[]
}

export interface BlockedEntry {
  readonly id: EntryId
  readonly error: string
  /** ms since the epoch */
  readonly since: number
}

/** A broker entry with what belongs to it; one that a person disconnected stays, stopped. */
export interface EntryParts {
  readonly made: EntryBridge
  readonly place: PublishedPlace
  readonly part: BrokerPart
  /** For the pipeline. */
  readonly intake: PipelineEntry
  /** Sends clearings of what is published no more. */
  clear(): void
  /** From now on no value, or nothing at all, is sent but what waits as an event. */
  quiet(what: 'values' | 'values-and-health'): void
  /** Ends its timers. */
  release(): void
}

export interface PlcParts {
  readonly part: PlcPart
  release(): void
}

export interface PartSet {
  readonly cell: ReadableCell<Parts>
  readonly plcs: Map<string, PlcParts>
  /** By `entryText`. */
  readonly entries: Map<string, EntryParts>
  readonly blocked: Map<string, BlockedEntry>
  /** Tells what there is now; `config` where it is another one. */
  tell(config?: Config): void
}

export function createPartSet(config: Config): PartSet {
  const cell = createStore<Parts>(() => ({ config, plcs: [], brokers: [], blocked: [] }))
  const set: PartSet = {
    cell,
    plcs: new Map(),
    entries: new Map(),
    blocked: new Map(),
    tell: (next = cell.getState().config) => {
      const ids = entryIds(next).map(entryText)
      cell.setState(
        {
          config: next,
          plcs: ordered(
            set.plcs,
            next.plcs.map(({ name }) => name),
          ).map(({ part }) => part),
          brokers: ordered(set.entries, ids).map(({ part }) => part),
          blocked: ordered(set.blocked, ids),
        },
        true,
      )
    },
  }
  return set
}

/** Every entry of a configuration, in its order. */
export function entryIds(config: Config): readonly EntryId[] {
  return services.flatMap((service) => config[service].map(({ name }) => ({ service, name })))
}

export function entryConfig(config: Config, { service, name }: EntryId): BrokerConfig | undefined {
  return (config[service] as readonly BrokerConfig[]).find((entry) => entry.name === name)
}

/** Items by these keys first, in this order; then the others. */
function ordered<T>(items: ReadonlyMap<string, T>, keys: readonly string[]): readonly T[] {
  const wanted = new Set(keys)
  const first = keys.flatMap((key) => items.get(key) ?? [])
  return [...first, ...[...items].flatMap(([key, item]) => (wanted.has(key) ? [] : [item]))]
}
