/**
 * The nouns of isolation (who may write, and the proof of it). The claim: `isolation-claim.ts` says it in words. Times
 * are ms since the epoch unless a record's own, which are RFC 3339 as they stand on the broker.
 */
import type { EntryId } from './broker.ts'

/** A controller as records name it: enough to say whether two gateways work on the same one. */
export interface PlcMark {
  readonly name: string
  readonly vendor: number
  /** Unsigned 32 bits; 0 where the device has none: never the same as another. */
  readonly serial: number
}

/** What a gateway says of itself in its presence record. `gone`: it ended, or its connection did. */
export const recordStates = ['observing', 'held', 'standby', 'contested', 'unproven', 'gone'] as const
export type RecordState = (typeof recordStates)[number]

/** Who a gateway is, as it stands on a broker: presence record and owner record are made of it. */
export interface GatewayMark {
  readonly instance: string
  readonly boot: string
  readonly host: string
  /** '' where the configuration names none. */
  readonly site: string
  readonly version: string
  readonly namespace: string
  readonly plcs: readonly PlcMark[]
  /** RFC 3339, by the clock of that host. Shown only: age is counted from local arrival. */
  readonly time: string
}

/** Presence: alive now. */
export interface PresenceRecord extends GatewayMark {
  readonly state: RecordState
}

/** Who held a namespace last. It does not expire. */
export interface OwnerRecord extends GatewayMark {
  /** The person who took it over from somebody else, where one did. */
  readonly takeover?: Takeover
}

/** A namespace taken over by a person: stands in the owner record, so that the other side can journal it too. */
export interface Takeover {
  readonly name: string
  readonly reason: string
  /** RFC 3339 */
  readonly time: string
  readonly from: { readonly instance: string; readonly host: string; readonly site: string }
}

/** Somebody seen on a broker: a record, or only the name a client gave itself (Kafka members, foreign programs). */
export interface Other {
  /** Short form `{instance}-{boot}`, or the client id as it is. */
  readonly who: string
  readonly record?: GatewayMark
  readonly state?: RecordState
  /** When we last heard of it. */
  readonly heardAt: number
}

/** Why nothing is decided yet. */
export type ObservingReason =
  /** No connection, or not looked yet. */
  | 'not-connected'
  | 'first-look'
  /** Listening for others before the first write. */
  | 'listening'
  /** A record of our own instance is still live: our last process, or a copy of this computer. */
  | 'predecessor'
  /** Another one observes too and has not given way yet, or a holder left without a word and may still write. */
  | 'rival'
  /** The broker has given the claim to nobody yet: another request for it is under way. */
  | 'claiming'

export type StandbyReason =
  /** Another gateway holds the namespace now. */
  | 'live-holder'
  /** The namespace belongs to somebody else: a person has to take it over. */
  | 'foreign-owner'
  /** Two began at once, and this one gave way. */
  | 'gave-way'

export type ContestedReason =
  /** Our own instance id with another boot: a copied computer. */
  | 'clone'
  /** Another holder was seen and has not given way. */
  | 'rival-holder'
  /** Somebody publishes health of one of our PLCs. */
  | 'foreign-health'
  /** Somebody answers write requests for one of our PLCs. */
  | 'foreign-response'

export type UnprovenReason =
  /** What we publish about ourselves does not come back. */
  | 'no-echo'
  /** The broker refuses to let us look, hear or claim. */
  | 'may-not-look'

/** The words of the status bar. */
export const claimKinds = ['off', 'observing', 'held', 'standby', 'contested', 'unproven'] as const
export type ClaimKind = (typeof claimKinds)[number]

/** Who may write, seen from here: of one broker entry, or of the whole gateway. */
export type ClaimState =
  | { readonly kind: 'off' }
  | {
      readonly kind: 'observing'
      readonly since: number
      readonly reason: ObservingReason
      /** When listening ends, where that is known. */
      readonly until?: number
      readonly by?: Other
    }
  | { readonly kind: 'held'; readonly since: number }
  | { readonly kind: 'standby'; readonly since: number; readonly reason: StandbyReason; readonly by: Other }
  | {
      readonly kind: 'contested'
      readonly since: number
      readonly reason: ContestedReason
      readonly by: Other
      /** `factory-a/Main PLC/health`: where it was heard; '' where nothing but its record was. */
      readonly address: string
      /** Silence until then clears it; absent where only a person can, or the other has to give way. */
      readonly quietUntil?: number
    }
  | {
      readonly kind: 'unproven'
      readonly since: number
      readonly reason: UnprovenReason
      /** What the broker said, or what did not come. */
      readonly error: string
      /** Whether requests are taken all the same (`allow_unproven`). */
      readonly allowed: boolean
      /** Rights to add, ready to copy. */
      readonly aclLines: readonly string[]
    }

/** A message under our base that is not ours. A guest publishes beside us; a stranger acts as if it were us. */
export interface Heard {
  readonly kind: 'guest' | 'stranger'
  readonly entry: EntryId
  readonly address: string
  /** How often since the start, and when last. */
  readonly count: number
  readonly lastAt: number
  /** First 200 characters of the last one. */
  readonly preview: string
}

/** The claim on one broker entry. */
export interface EntryClaim {
  readonly entry: EntryId
  readonly base: string
  readonly state: ClaimState
  /** When the broker last confirmed that we hold it; 0 where never. */
  readonly confirmedAt: number
  /** Others with a live record on this broker. */
  readonly others: readonly Other[]
  /** Absent: no record there, or (Kafka) no place for one. */
  readonly owner?: OwnerRecord
  readonly ownerIsOurs: boolean
  readonly heard: readonly Heard[]
}

/** The claim of the whole gateway and of each entry that runs. Lists are bounded: the newest are in them. */
export interface ClaimStatus {
  readonly namespace: string
  readonly gateway: ClaimState
  readonly entries: readonly EntryClaim[]
  /** Who has to be asked when a person takes the namespace over; absent: nobody. */
  readonly owner?: OwnerRecord
}

/** What a controller's pin says. */
export type PinState =
  /** Nothing is pinned: writes are allowed, and the check is NOT PROVEN. `found`: what answers now. */
  | { readonly kind: 'unpinned'; readonly found?: PinIdentity }
  | { readonly kind: 'pinned'; readonly pins: readonly Pin[]; readonly found?: PinIdentity }
  /** Another controller answers: it is read and never written. */
  | { readonly kind: 'changed'; readonly pins: readonly Pin[]; readonly found: PinIdentity }

export interface Pin {
  readonly vendor: number
  readonly product: number
  readonly serial: number
}

export interface PinIdentity extends Pin {
  readonly productName: string
  readonly revision: string
}

/** Another site on the same brokers: typed, imported, or heard. Its namespace is only ever read here. */
export interface OtherSite {
  readonly namespace: string
  /** '' where nobody said. */
  readonly site: string
  readonly from: readonly ('typed' | 'configuration' | 'heard')[]
  readonly instance?: string
  readonly plcs?: readonly PlcMark[]
  /** Entries of ours on whose brokers it was heard; when last. */
  readonly heardOn: readonly EntryId[]
  readonly heardAt?: number
  /** Bases of its entries where its configuration says them. */
  readonly bases?: readonly { readonly service: EntryId['service']; readonly base: string }[]
}
