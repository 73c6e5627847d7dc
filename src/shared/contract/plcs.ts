import { z } from 'zod'
import type { DiscoveredDevice, PlcIdentity, PlcState } from '#shared/plc'
import { returns } from '#shared/rpc'
import type { TestStep } from '#shared/site'
import { mostNetworks } from '#shared/subnet'
import type { Quality } from '#shared/tag'
import { plcDraft } from './edits.ts'
import { name } from './fields.ts'
import type { PollFigures } from './gateway.ts'

/** `state` has identity, connections and the last program change while the PLC is online. */
export interface PlcOverview {
  readonly name: string
  readonly state: PlcState
  readonly poll: PollFigures
  /** Polled tags by quality. */
  readonly tags: Readonly<Record<Quality, number>>
  /** The first 200 tags that can't be read. */
  readonly bad: readonly { readonly address: string; readonly error: string }[]
  /** Writes that wait for this PLC now. */
  readonly waitingWrites: number
}

/** The same steps as of a broker, and the identity once it is known. */
export type PlcTestStep = TestStep | { readonly kind: 'identity'; readonly identity: PlcIdentity }

/** `asked` of `of` addresses; `ended` comes last, `error` says what could not be done, '' where all was. */
export type DiscoverItem =
  | { readonly kind: 'found'; readonly device: DiscoveredDevice }
  | { readonly kind: 'progress'; readonly asked: number; readonly of: number }
  | { readonly kind: 'ended'; readonly error: string }

const plc = z.strictObject({ plc: name })

export const plcsRequests = {
  /** Connects again after `disconnect`, or tries at once where it waits. */
  'plcs.connect': { input: plc, output: returns<PlcState>() },
  /** Until `connect` or a restart; the file is not changed. */
  'plcs.disconnect': { input: plc, output: returns<PlcState>() },
  'plcs.details': { input: plc, output: returns<PlcOverview>() },
} as const

export const plcsEvents = {
  /** Tries a connection of its own with these settings, and closes it. Nothing is written. */
  'plcs.test': {
    input: z.strictObject({ draft: plcDraft }),
    item: returns<PlcTestStep>(),
    keep: { kind: 'last', most: 100 },
  },
  /**
   * Asks for devices: by broadcast on this computer's networks, and one by one each address of `subnets`
   * (`192.168.1.0/24`, `10.0.0.5-40`, `10.0.0.5`). Changes nothing at the devices.
   */
  'plcs.discover': {
    input: z.strictObject({ subnets: z.array(z.string().min(1).max(50)).max(mostNetworks) }),
    item: returns<DiscoverItem>(),
    keep: { kind: 'last', most: 5_000 },
  },
} as const
