import { z } from 'zod'
import { type BrokerState, type EntryId, entryText } from '#shared/broker'
import type { ClaimStatus } from '#shared/isolation'
import type { RecordState, WatchState } from '#shared/monitor'
import type { BrowseState, PlcState } from '#shared/plc'
import { returns } from '#shared/rpc'
import type { SiteState } from '#shared/site'
import type { WriteMode } from '#shared/write'
import type { MessageFigures, PollFigures } from './gateway.ts'

/** The newest content of one state cell of the gateway. A new kind of cell is one more line here. */
export type Cell =
  | { readonly kind: 'site'; readonly value: SiteCell }
  | { readonly kind: 'write-mode'; readonly value: WriteMode }
  | { readonly kind: 'plc'; readonly plc: string; readonly value: PlcState }
  | { readonly kind: 'poll'; readonly plc: string; readonly value: PollFigures }
  | { readonly kind: 'broker'; readonly entry: EntryId; readonly value: BrokerState }
  | { readonly kind: 'traffic'; readonly entry: EntryId; readonly value: Traffic }
  | { readonly kind: 'browse'; readonly plc: string; readonly value: BrowseState }
  | { readonly kind: 'claim'; readonly value: ClaimStatus }
  /** The monitor's watch on an entry's broker. */
  | { readonly kind: 'watch'; readonly entry: EntryId; readonly value: WatchState }
  | { readonly kind: 'recording'; readonly value: RecordState }

/** Which cells count: those of other PLCs and entries belong to an earlier configuration. */
export interface SiteCell {
  readonly state: SiteState
  /** '' without a configuration. */
  readonly namespace: string
  readonly site: string
  /** In the order of the file, disabled ones too. */
  readonly plcs: readonly string[]
  readonly entries: readonly EntryId[]
}

/** Messages of one entry, told once a second where they changed. */
export interface Traffic extends MessageFigures {
  /** Confirmed in the last second. */
  readonly perSecond: number
}

/** Tells cells apart: of two with one key, the newer one counts. */
export function cellKey(cell: Cell): string {
  switch (cell.kind) {
    case 'site':
    case 'write-mode':
    case 'recording':
    case 'claim':
      return cell.kind
    case 'plc':
    case 'poll':
    case 'browse':
      return `${cell.kind} ${cell.plc}`
    case 'broker':
    case 'traffic':
    case 'watch':
      return `${cell.kind} ${entryText(cell.entry)}`
  }
}

export const cellEvents = {
  /** Every cell once at the beginning, then each change; a slow reader gets the newest of each. */
  cells: { input: z.strictObject({}), item: returns<Cell>(), keep: { kind: 'newest', key: cellKey } },
} as const
