import type { PlcIdentity } from './plc.ts'

/** A device that answered to List Identity. */
export interface FoundDevice {
  /** Where it answered from, as one writes it in the configuration: `10.0.0.5`, with the port where it is not 44818. */
  readonly address: string
  /** Of the device that answers: a network module in front of a CPU tells of itself. */
  readonly identity: PlcIdentity
  /** `logix` and `micro800` can be configured with this driver; `other` is no controller we read. */
  readonly driver: 'logix' | 'micro800' | 'other'
  /** `broadcast` answered to all, `sweep` when it was asked by its address. */
  readonly by: 'broadcast' | 'sweep'
}

/** What a search tells as it goes on. */
export type DiscoveryStep =
  | { readonly kind: 'found'; readonly device: FoundDevice }
  /** `asked` of `total` addresses are done; a search by broadcast alone has a total of 0. */
  | { readonly kind: 'progress'; readonly asked: number; readonly total: number }
  /** Something of the search could not be done, in words; it goes on with the rest. */
  | { readonly kind: 'problem'; readonly text: string }
