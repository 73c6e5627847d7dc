import { z } from 'zod'
import type { BrokerState, EntryId } from '#shared/broker'
import type { PlcState } from '#shared/plc'
import { returns } from '#shared/rpc'
import type { WriteMode } from '#shared/write'

/** How the gateway is doing, at one moment. Times are ms since the epoch. */
export interface GatewayStatus {
  readonly namespace: string
  readonly site?: string
  readonly version: string
  /** The configuration it runs on. */
  readonly configPath: string
  /** Name of the computer. */
  readonly host: string
  readonly pid: number
  readonly instance: string
  readonly boot: string
  readonly startedAt: number
  readonly uptimeMs: number
  readonly writeMode: WriteMode
  /** In the order of the configuration, disabled ones too. */
  readonly plcs: readonly PlcStatus[]
  readonly brokers: readonly BrokerStatus[]
}

export interface PlcStatus {
  readonly name: string
  readonly driver: string
  readonly address: string
  readonly state: PlcState
  readonly poll: PollFigures
}

/** `polls` since the connection is up; `achievedMs` from one poll to the next, `lastMs` the last one took. */
export interface PollFigures {
  readonly polls: number
  readonly achievedMs: number
  readonly lastMs: number
}

export interface BrokerStatus {
  readonly entry: EntryId
  /** First part of all its names; absent for an entry that does not run. */
  readonly base?: string
  readonly state: BrokerState
  /** Messages of this entry; absent for one that does not run. */
  readonly messages?: MessageFigures
}

/** `waiting` now; the others since the gateway's start. `coalesced`: overtaken by a newer value while waiting. */
export interface MessageFigures {
  readonly waiting: number
  readonly confirmed: number
  readonly coalesced: number
  readonly dropped: number
}

export const gatewayRequests = {
  'gateway.status': { input: z.strictObject({}), output: returns<GatewayStatus>() },
} as const
