import type { StoreApi } from 'zustand/vanilla'
import type { OutboxStats } from '#main/bridges/outbox'
import type { Claim } from '#main/isolation/claim'
import type { PollStats } from '#main/tags/poller'
import type { BrokerState, EntryId } from '#shared/broker'
import type { Config, PlcConfig } from '#shared/config'
import type { PlcState } from '#shared/plc'
import type { WriteMode } from '#shared/write'

/** A state cell to read and to listen to. */
export type ReadableCell<T> = Pick<StoreApi<T>, 'getState' | 'subscribe'>

/** What window and command line may see of a running gateway. A `Gateway` is one, with what names its process added. */
export interface GatewayView {
  readonly config: Config
  /** The file it came from, links resolved. */
  readonly configPath: string
  readonly identity: { readonly instance: string; readonly boot: string }
  /** ms since the epoch */
  readonly startedAt: number
  readonly writeMode: ReadableCell<WriteMode>
  /** Tells when there are other PLCs and entries below. */
  readonly parts: Pick<ReadableCell<object>, 'subscribe'>
  /** One for each PLC of the configuration, disabled ones too. */
  readonly plcs: readonly PlcView[]
  /** The entries that run. */
  readonly brokers: readonly BrokerView[]
  /** Who may write under this namespace. */
  readonly claim: Pick<Claim, 'status' | 'now' | 'take' | 'clearContested'>
  /** Enabled entries that can't start, with the reason. */
  readonly blocked: readonly { readonly id: EntryId; readonly error: string; readonly since: number }[]
}

export interface PlcView {
  readonly config: PlcConfig
  readonly state: ReadableCell<PlcState>
  readonly pollStats: ReadableCell<PollStats>
}

export interface BrokerView {
  readonly bridge: { readonly entry: EntryId; readonly base: string }
  readonly state: ReadableCell<BrokerState>
  readonly outbox: { stats(): OutboxStats }
}
