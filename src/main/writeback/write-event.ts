import type { EntryId } from '#shared/broker'
import type { EndedRequest } from '#shared/write'

/** A request's way, to show it: each step as it is reached, in order; `ended` last, once. */
export type WriteEvent =
  | { readonly kind: 'received'; readonly at: number; readonly job: EventJob }
  | { readonly kind: 'checked'; readonly at: number; readonly job: EventJob }
  /** The bytes leave for the PLC. */
  | { readonly kind: 'writing'; readonly at: number; readonly job: EventJob }
  | { readonly kind: 'ended'; readonly at: number; readonly job: EventJob; readonly request: EndedRequest }

/** Which request an event is about. */
export interface EventJob {
  readonly id: string
  readonly entry: EntryId
  readonly address: string
  readonly payload: Uint8Array
  /** Kafka: where its record stands. */
  readonly position?: { readonly partition: number; readonly offset: string }
}
