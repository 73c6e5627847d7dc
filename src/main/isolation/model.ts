/**
 * What the claim knows (isolation.md §3): of every broker entry, of the others seen there, and of the gateway as a whole.
 * Plain data: `state.ts` makes the next from the last and an event, `allowed.ts` says what may happen in one.
 */
import type { EntryId } from '#shared/broker'
import type {
  ContestedReason,
  OwnerRecord,
  PlcMark,
  PresenceRecord,
  RecordState,
  StandbyReason,
  Takeover,
  UnprovenReason,
} from '#shared/isolation'

/** One moment on both clocks, in ms. On Linux the monotonic one stands still while the computer sleeps. */
export interface Clock {
  readonly mono: number
  /** Since the epoch. */
  readonly wall: number
}

/** All in ms. */
export interface ClaimTimes {
  /** From one step at a broker to the next. */
  readonly beatMs: number
  /** A claim counts for so long after the last confirmation. */
  readonly confirmMs: number
  /** A record is live for so long after it arrived. */
  readonly lifeMs: number
  /** A holder that left without a word may write for so long after its last sign. More than `confirmMs`. */
  readonly graceMs: number
  /** Listening before the first write where the namespace is known to be ours, and elsewhere. */
  readonly shortMs: number
  readonly longMs: number
  /** Silence that ends a contest. */
  readonly quietMs: number
  /** What another gateway had sent may still arrive so long after it was last active. */
  readonly echoMs: number
  /** A process that did not come to itself for so long has missed something. */
  readonly absentMs: number
  /** Own instance with another boot: so long it may be our last process, later it is a copy. */
  readonly predecessorMs: number
  /** So long a group may take to let us in before its entry holds up the others no more. */
  readonly joinMs: number
}

export const claimTimes: ClaimTimes = {
  beatMs: 5_000,
  confirmMs: 10_000,
  lifeMs: 15_000,
  graceMs: 11_000,
  shortMs: 3_000,
  longMs: 25_000,
  quietMs: 60_000,
  echoMs: 5_000,
  absentMs: 3_000,
  predecessorMs: 30_000,
  joinMs: 15_000,
}

export interface Self {
  readonly instance: string
  readonly boot: string
  /** `{instance}-{boot}` in the short form of every name. */
  readonly who: string
}

/** One entry that runs. */
export interface EntrySetup {
  /** `entryText` of it: the key in every map. */
  readonly key: string
  readonly entry: EntryId
  readonly base: string
  readonly claims: boolean
  readonly allowUnproven: boolean
  /** Listening where nothing says that the namespace is ours; `longMs`, and 0 on a broker inside this process. */
  readonly longMs: number
  readonly shortMs: number
  /** Kafka: being in the group is the claim, and it is looked at again once we are in. */
  readonly joins: boolean
}

export interface ClaimSetup {
  readonly self: Self
  readonly namespace: string
  /** mqtt, valkey, kafka; of one service by address: claims are made in this order. */
  readonly entries: readonly EntrySetup[]
  readonly times: ClaimTimes
}

/** Another gateway, or another client at the claim, seen on one broker. */
export interface Rival {
  /** Short form, or the name a client gave itself. */
  readonly name: string
  /** Absent where it is no gateway of ours: a foreign consumer, a foreign holder. */
  readonly who?: string
  readonly record?: PresenceRecord
  /** What it says, or what having the broker's own claim says of it. */
  readonly state: RecordState
  readonly heardAt: Clock
  /** It was heard itself, not only found at the broker. */
  readonly live: boolean
  /** When it last was a holder without having given that back. */
  readonly heldAt?: Clock
}

/** A right that is missing, and since when. */
export interface MissingRight {
  readonly reason: UnprovenReason
  readonly error: string
  readonly rules: readonly string[]
  readonly since: number
}

/** What the broker did not let us do. */
export interface UnprovenFacts extends MissingRight {
  /** Which step it was: the same one has to succeed. */
  readonly by: 'announce' | 'claim'
}

export interface EntryFacts {
  readonly connected: boolean
  /** Since when everything under this base is heard. */
  readonly hearingSince?: Clock
  /** Whether a look since then was complete. */
  readonly looked: boolean
  /** Our newest record that others can hear: what it says, and when it was sent. */
  readonly told?: { readonly state: RecordState; readonly at: Clock }
  /** The broker gave it to us, or others hear that we hold. Good for writing only while `confirmed` is young. */
  readonly claimed: boolean
  readonly claimedAt?: Clock
  /** When the newest confirmed claim or renewal was sent. */
  readonly confirmed?: Clock
  /** A claim that is to be given back, and is not yet. */
  readonly releasing: boolean
  readonly unproven?: UnprovenFacts
  /** We may look and claim, but not hear strangers: who speaks for our PLCs without a record would never be noticed. */
  readonly deaf?: MissingRight
  readonly rivals: readonly Rival[]
  readonly owner?: OwnerRecord
  /** `‹config›.instance` says that we held this base last. */
  readonly noted: boolean
  /** Stored health of one of our PLCs is newer than the owner record says we could have made it. */
  readonly lateHealth: boolean
}

export type Phase =
  /** No entry claims. */
  | { readonly kind: 'off' }
  | { readonly kind: 'observing'; readonly since: Clock }
  | { readonly kind: 'holding'; readonly since: Clock }
  | { readonly kind: 'standby'; readonly since: Clock; readonly reason: StandbyReason; readonly by: Seen }
  | {
      readonly kind: 'contested'
      readonly since: Clock
      readonly reason: ContestedReason
      readonly by: Seen
      readonly address: string
      readonly lastSign: Clock
      /** Whether we hold: publishing goes on and requests are refused. Else it is as a standby. */
      readonly holding: boolean
    }

/** Who is to be named to people. */
export interface Seen {
  readonly who: string
  readonly record?: PresenceRecord | OwnerRecord
  readonly state?: RecordState
  readonly at: number
}

/** A person's takeover, good for the records of these owners. */
export interface Grant {
  readonly takeover: Takeover
  readonly from: readonly string[]
}

export interface ClaimFacts {
  readonly phase: Phase
  readonly entries: Readonly<Record<string, EntryFacts>>
  /** Controllers that answered since the start, by PLC name; `connected` where they do now. */
  readonly plcs: readonly (PlcMark & { readonly connected: boolean })[]
  readonly grant?: Grant
  /** The newest event's moment: nobody was here since. */
  readonly seenAt: Clock
  /** When another gateway was last seen to be active: what is heard just after may be its last message. */
  readonly rivalAt?: Clock
  /** Since when we have been here. */
  readonly startedAt: Clock
}

export type ClaimEvent = Happening & { readonly at: Clock }

/** What happened, without when. */
export type Happening =
  | { readonly kind: 'tick' }
  | { readonly kind: 'connected' | 'disconnected' | 'released' | 'lost' | 'silent'; readonly key: string }
  /** We listen from now on; `deaf`: but may not hear strangers. */
  | { readonly kind: 'hearing'; readonly key: string; readonly deaf?: Omit<MissingRight, 'since'> }
  /** We listened, and may not hear strangers any more. */
  | { readonly kind: 'deaf'; readonly key: string; readonly deaf: Omit<MissingRight, 'since'> }
  | { readonly kind: 'told'; readonly key: string; readonly state: RecordState; readonly sentAt: Clock }
  | { readonly kind: 'looked'; readonly key: string; readonly found: Found; readonly sentAt: Clock }
  /** Of another process; `record` undefined where it took its record back. */
  | {
      readonly kind: 'presence'
      readonly key: string
      readonly who: string
      readonly record?: PresenceRecord
      readonly stored: boolean
    }
  | { readonly kind: 'owner'; readonly key: string; readonly record?: OwnerRecord }
  /** The broker confirmed the claim. `joined`: intake was open when this was asked. */
  | { readonly kind: 'held'; readonly key: string; readonly sentAt: Clock; readonly joined: boolean }
  | { readonly kind: 'taken'; readonly key: string; readonly holders: readonly FoundHolder[] }
  | { readonly kind: 'unproven'; readonly key: string; readonly facts: Omit<UnprovenFacts, 'since'> }
  /** Somebody acts as the gateway of one of our PLCs. */
  | {
      readonly kind: 'act'
      readonly key: string
      readonly what: 'foreign-health' | 'foreign-response'
      readonly address: string
    }
  /** Stored health of one of our PLCs, made at `madeAt` (ms since the epoch). */
  | { readonly kind: 'stored-health'; readonly key: string; readonly madeAt: number }
  | { readonly kind: 'plcs'; readonly plcs: ClaimFacts['plcs'] }
  | { readonly kind: 'take'; readonly takeover: Takeover; readonly from: readonly string[] }
  | { readonly kind: 'clear' }

/** What a look found. */
export interface Found {
  readonly holders: readonly FoundHolder[]
  readonly present: readonly { readonly who: string; readonly record: PresenceRecord; readonly ageMs: number }[]
  readonly owner?: OwnerRecord
}

/** Who has the broker's own claim, ourselves left out. */
export interface FoundHolder {
  readonly who?: string
  readonly name: string
  readonly record?: PresenceRecord
}

export function emptyEntry(noted: boolean): EntryFacts {
  return { connected: false, looked: false, claimed: false, releasing: false, rivals: [], noted, lateHealth: false }
}
