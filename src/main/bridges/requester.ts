/**
 * Sends requests as an outside client would: with a connection, a client id (4 hex digits more than the gateway's) and
 * rights of its own. For the write-back tester and the isolation run; there is no second way to a PLC.
 */

export interface Requester {
  /**
   * Sends one request, raw, and tells its way as it goes, in time order. `address` and `payload` may be wrong on purpose.
   * Connects at first use and after a loss. Never throws: what goes wrong is a last hop `failed`. Ends after the answer
   * (and `lingerMs`), at `timeoutMs`, or without a further hop when `signal` aborts or the caller stops iterating.
   * A retained request is cleared at its topic when the iteration ends, whatever happened; `close` tries once more.
   */
  send(request: RequestToSend, signal: AbortSignal): AsyncIterable<Hop>
  /** Clears what may have stayed retained, disconnects, deletes the watch group. Bounded in time, never rejects. */
  close(): Promise<void>
}

export interface RequestToSend {
  /** MQTT topic, Valkey list, Kafka topic. */
  readonly address: string
  readonly payload: string
  /**
   * Where the answer is awaited. Absent: where a gateway that takes this `address` answers (wire.md §1); where the
   * address has not the form of a request's, the answers of the entry's own base.
   */
  readonly replyTo?: string
  /** Kafka record key. */
  readonly key?: string
  /** Kafka record headers. */
  readonly headers?: Readonly<Record<string, string>>
  /** MQTT. */
  readonly retain?: boolean
  /** Tells this request's answer from others on the same address. */
  isAnswer(payload: string): boolean
  /** ms from sending to the answer. */
  readonly timeoutMs: number
  /** Goes on listening so long after the first answer, in ms: a second answer means a second gateway. Absent: 0. */
  readonly lingerMs?: number
}

/** `at`: ms since the epoch. */
export type Hop =
  /** The bytes are on their way. */
  | { readonly kind: 'sent'; readonly at: number }
  /** The broker has it: PUBACK, reply to RPUSH, Kafka's acknowledgement. `note` says more where there is more to say. */
  | {
      readonly kind: 'taken'
      readonly at: number
      /** Kafka: where the record stands. */
      readonly position?: { readonly partition: number; readonly offset: string }
      /** MQTT 5: the broker says that nobody subscribes to the topic. */
      readonly noSubscriber?: true
    }
  /** Somebody took it from the broker. Valkey alone can tell: it is no longer in the list. */
  | { readonly kind: 'collected'; readonly at: number }
  | { readonly kind: 'response'; readonly at: number; readonly address: string; readonly payload: string }
  /** The time is over and nobody answered. `withdrawn` (Valkey): it still lay in the list and was taken out again. */
  | { readonly kind: 'unanswered'; readonly at: number; readonly withdrawn?: true }
  /** It could not be sent, or the connection was lost while waiting; the text begins with the entry and ends with what to do. */
  | { readonly kind: 'failed'; readonly at: number; readonly error: string }
