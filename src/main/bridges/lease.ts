/**
 * The claim on a base at one broker (isolation.md §3), as the broker offers it. The lease looks, tells and keeps; it
 * decides nothing: what a record says, who gives way and when a claim is good is the business of `main/isolation`.
 *
 * It belongs to a connection of the gateway (`BridgeConnection.openLease`), because the claim must end with it: on MQTT
 * the Last Will is on this connection, on Kafka the group member is.
 *
 * Typical life, every 5 s one step, one at a time:
 * `openLease` → `announce(observing)`, `look` … → `claim(held, owner)` → `renew(held, owner)` … → `release(gone)`.
 * A standby goes on with `announce(standby)` and `look`.
 *
 * Records are JSON text. `who` is the short `{instance}-{boot}` of wire.md §1, which is in every name.
 *
 * | | MQTT | Valkey | Kafka |
 * |---|---|---|---|
 * | `announce` | retained record, heard back from the broker | key with 15 s of life, and channel | nothing to tell: as `look` |
 * | `look` | what was heard so far | holder, its record, owner | members of `{base}-writers` |
 * | `claim`, `renew` | the record says it; both records heard back | `SET NX` or compare-and-extend, in one script | no foreign member |
 * | owner record | retained | key | none |
 */

/** How long a presence record and the holder key live at a broker without renewal, in ms. */
export const presenceLifeMs = 15_000
/** Longest time of one step, in ms; the first look at a Kafka group may take `firstLookMs`. */
export const leaseStepMs = 3_000
export const firstLookMs = 8_000

export interface LeaseOptions {
  /**
   * Names of our PLCs on this entry: a stranger who speaks for one of them is heard in any case. Health of other names
   * is heard where the broker permits it (a Valkey user needs the channel pattern `{base}:*:health` itself for it). For
   * other PLCs open the lease anew.
   */
  readonly plcs: readonly string[]
  /**
   * Called for everything of others that arrives under this base, as soon as it does, also between the steps; never
   * after the end of the lease, never for what this process sent itself. Must not throw, and must not wait.
   */
  hear(heard: Heard): void
}

export interface Lease {
  /**
   * What of `Heard` this broker does not let us hear (strangers' health and responses), as far as it says so; `ok` where
   * nothing is known to be missing. MQTT brokers may drop without a word: then only silence is heard.
   */
  readonly hearing: Seen
  /** Tells that we are here, without claiming. `told`: the broker has it, and others can hear it. */
  announce(record: string, signal: AbortSignal): Promise<Told>
  /**
   * What stands there now. On MQTT it is complete once an `announce` was `told`: the broker sends what it keeps before
   * our own record comes back.
   */
  look(signal: AbortSignal): Promise<Look>
  /**
   * Takes the claim where nobody holds it, or finds that it is ours already, and tells both records. Where it is
   * `taken` nothing was written. On MQTT nobody can refuse: it is `held` when both records came back, and who else
   * holds is in `look` and `hear`.
   */
  claim(records: HolderRecords, signal: AbortSignal): Promise<Claimed>
  /**
   * Extends the claim and tells both records anew. `held` confirms it: count its age from *before* the call, on both
   * clocks. `lost`: nobody holds it now, it ran out or the broker lost its data; somebody may have held it meanwhile.
   */
  renew(records: HolderRecords, signal: AbortSignal): Promise<Claimed | Lost>
  /**
   * Lets go: removes our presence and our claim, and only ours; the owner record stays. `gone` is told to those who
   * hear now. Bounded in time, never rejects; the lease is over then. On Kafka the member leaves with its intake.
   */
  release(gone: string): Promise<void>
}

export interface HolderRecords {
  readonly presence: string
  readonly owner: string
}

/** The broker does not let us do or see it. `text` for people; `rules`: the lines to add at the broker, ready to copy. */
export interface Unproven {
  readonly kind: 'unproven'
  readonly text: string
  readonly rules: readonly string[]
}

/**
 * No answer within the step's time, or the connection is gone, or the server can't do it now: nothing is known. Steps
 * never reject; an abort is `silent` too.
 */
export interface Silent {
  readonly kind: 'silent'
  readonly text: string
}

/** The claim is nobody's, though we thought it ours. */
export interface Lost {
  readonly kind: 'lost'
  readonly text: string
}

export type Seen = { readonly kind: 'ok' } | Unproven
export type Told = { readonly kind: 'told' } | Unproven | Silent
export type Claimed =
  | { readonly kind: 'held' }
  /** `holders` as in `Look`, without ourselves; at least one. */
  | { readonly kind: 'taken'; readonly holders: readonly Holder[] }
  | Unproven
  | Silent

export type Look =
  | {
      readonly kind: 'seen'
      /**
       * Who has the broker's own claim: the holder key on Valkey, every member of the group on Kafka; ourselves
       * included. None on MQTT, where the records in `present` say who holds.
       */
      readonly holders: readonly Holder[]
      /** Others whose presence arrived within the last 15 s and does not say `gone`, the newest record of each. */
      readonly present: readonly Presence[]
      /** The owner record; absent where there is none. Kafka has none ever. */
      readonly owner?: string
    }
  | Unproven
  | Silent

export interface Holder {
  /** Absent where a member of the Kafka group has a client id that is not one of a gateway of this base: a stranger. */
  readonly who?: string
  /** For people: the Kafka client id and host; else `who`. */
  readonly name: string
  /** Valkey: the holder's presence record, where it stands. */
  readonly record?: string
  /** It is this process. */
  readonly self: boolean
}

export interface Presence {
  readonly who: string
  readonly record: string
  /** ms since the epoch, when it last arrived here. */
  readonly at: number
}

/**
 * Something of others under our base. `stored`: the broker kept it and gave it to us because we subscribed (retained on
 * MQTT): it is no sign of life. `at`: ms since the epoch, on arrival. Texts are at most 64 KiB, longer ones are cut.
 */
export type Heard =
  /**
   * A presence record of another process, or one under our own name that is not from here. A clean stop is a record
   * that says `gone` (Valkey), or '' (MQTT: it was removed).
   */
  | {
      readonly kind: 'presence'
      readonly who: string
      readonly record: string
      readonly stored: boolean
      readonly at: number
    }
  /** An owner record that we did not write; '' where somebody removed it. MQTT only. */
  | { readonly kind: 'owner'; readonly record: string; readonly stored: boolean; readonly at: number }
  /**
   * Health or an answer that we did not send: somebody acts as a gateway. `plc` as the address says it, or the payload
   * where the address does not; absent where neither does.
   */
  | {
      readonly kind: 'health' | 'response'
      readonly plc?: string
      readonly address: string
      readonly payload: string
      readonly stored: boolean
      readonly at: number
    }
