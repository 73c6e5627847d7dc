/**
 * The contract between the gateway and a broker, one folder a broker, in roles: `Bridge` (the gateway's own connection,
 * with the `Lease` on it, lease.ts), `Requester` and `Inspector` (requester.ts, inspector.ts: clients of their own, for
 * the tester and the checks).
 * A bridge knows its client library and `shared/names`; it builds no name itself, queues nothing, and reconnects never:
 * `link.ts` asks for a fresh connection.
 */
import type { Losable } from '#main/link'
import type { Log } from '#main/log'
import type { EntryId } from '#shared/broker'
import type { TagSubject } from '#shared/tag'
import type { Lease, LeaseOptions } from './lease.ts'

/** What a message is about; the bridge turns it into an address. */
export type Subject =
  | TagSubject
  | { readonly kind: 'health'; readonly plc: string }
  /** Answer to a request. `to` is the request's `Arrival.replyTo`. `plc` and `tag` as in the answer's body. */
  | { readonly kind: 'response'; readonly to: string; readonly plc: string; readonly tag: string }
  /** Removes what was published last for a tag or a PLC's health: retained message or key. No body. */
  | { readonly kind: 'clear'; readonly what: TagSubject | { readonly kind: 'health'; readonly plc: string } }

export interface Message {
  readonly subject: Subject
  /**
   * The message without its opening brace and without the service's first field (`topic` on MQTT, `factory` on Valkey,
   * none on Kafka): `"plc":…}`. `message.ts` makes it, the bridge puts the head before it. '' for `clear`.
   */
  readonly body: string
  /**
   * The value did not change: only its life time is renewed, no change is announced (Valkey with `key_ttl`).
   * Bridges without life times settle such a message at once.
   */
  readonly refresh?: true
}

/** Limits of one entry's way out. */
export interface BridgeLimits {
  /** Most messages in one `publish` call, and how many may be unsettled at once. */
  readonly batch: number
  readonly window: number
}

/** What a bridge is told besides its entry's configuration. */
export interface BridgeContext {
  readonly namespace: string
  /** Short form of who we are (`shortIdentity`), a part of client ids and group names. */
  readonly who: string
  /** The entry's password, resolved. Never written anywhere. */
  readonly password?: string
  readonly log: Log
}

/** One per broker entry. Lives as long as the entry; holds no connection itself. */
export interface Bridge {
  readonly entry: EntryId
  /** First part of all names of this entry. */
  readonly base: string
  readonly limits: BridgeLimits
  /**
   * Whether this entry sent it within the last minute: presence, health and answers. Values only while `noteValues` is
   * on, which costs a digest for each. Who watches the base knows by it what is foreign.
   */
  isOwn(address: string, payload: Uint8Array): boolean
  noteValues(on: boolean): void
  /**
   * One attempt. No intake yet. `lastWill` is our presence record (JSON) that says `gone`: the broker publishes it when
   * this process dies (MQTT only; others ignore it).
   * Rejects with a text that begins with the entry and ends with what to do; `NeedsPerson` where a retry can't help.
   */
  connect(options: { readonly lastWill?: string; readonly signal: AbortSignal }): Promise<BridgeConnection>
}

export interface BridgeConnection extends Losable {
  /**
   * Sends messages in this order. `settled` is called exactly once for each index, when the broker has confirmed it or
   * with the error when it has not; after `lost` every open one is settled with an error. Never throws.
   * Messages for one address arrive in the order of the calls.
   */
  publish(messages: readonly Message[], settled: (index: number, error?: Error) => void): void
  /**
   * Opens intake. Resolves when the broker has confirmed it; requests are then given to `take` one after the other, in
   * order. Closes when `signal` aborts. Rejects when the broker refuses; the text names the right or topic missing.
   */
  listen(take: Take, signal: AbortSignal): Promise<void>
  /**
   * Subscribes to requests once more while intake is open, as after a reconnect, and misses none: the broker gives what
   * it has stored. Resolves when the broker has confirmed it; rejects where it refuses or intake is closed; open where
   * the connection is lost. Absent: this kind of broker stores no requests for subscribers.
   */
  readonly subscribeAgain?: () => Promise<void>
  /**
   * Starts to watch this base for the claim. At most one at a time; ends with the connection or when `signal` aborts.
   * Rejects where the connection is lost, `signal` aborts, or it can't be opened now (no further client is let in); it
   * may then be opened again after `signal` has aborted. Rights that are missing are data of the lease.
   */
  openLease(options: LeaseOptions, signal: AbortSignal): Promise<Lease>
  /** Notes for people about this connection (`version 3.1.1: …`); '' where there are none. */
  readonly note: string
}

/**
 * Takes one request over. Resolves when it is in the journal; then the bridge acknowledges it at its broker and calls
 * `Taken.settle`. A rejection means that the journal can't be written: the bridge does not acknowledge.
 */
export type Take = (arrival: Arrival) => Promise<Taken>

export interface Taken {
  /**
   * `acknowledged`: the broker has let go of the request, it is ours: it is executed and answered.
   * `not-ours`: the acknowledgement failed, whoever gets it next answers it: neither executed nor answered here.
   * `given-up`: nobody gets it any more, and it is not certain that it was we who took it: answered, not executed.
   * Where the answer to an acknowledgement is lost, this is called when it is known what became of it.
   */
  settle(how: 'acknowledged' | 'not-ours' | 'given-up'): void
}

/** A request as it came off a broker, untouched. */
export interface Arrival {
  readonly entry: EntryId
  /** Topic, list key or Kafka topic it came on. */
  readonly address: string
  /** Where the answer belongs: the response topic or channel. Built from what the broker delivered, never from the body. */
  readonly replyTo: string
  readonly payload: Uint8Array
  /** ms since the epoch, when it reached this process. */
  readonly at: number
  /** MQTT: it was stored at the broker and not sent now. */
  readonly retained: boolean
  /** MQTT: the PLC named in the topic. */
  readonly plcInTopic?: string
  /** Kafka: the record's own time, ms since the epoch. */
  readonly recordTime?: number
  /** Kafka: `namespace` header, where the record has one. */
  readonly namespaceHeader?: string
  /** Kafka: where the record stands. A record that comes again is known by it. */
  readonly position?: { readonly partition: number; readonly offset: string }
  /**
   * It may have waited longer than a request may, and nobody knows how long. Valkey: in the list, while nobody attended.
   * MQTT: on its way, while this process was stopped or the network stood still.
   */
  readonly leftOver: boolean
}
