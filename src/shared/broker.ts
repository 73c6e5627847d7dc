/** The three services of the configuration file; `memory` is the fourth bridge, for tests of the middle. */
export const services = ['mqtt', 'valkey', 'kafka'] as const
export type Service = (typeof services)[number]

/** Which broker entry: the configuration's key and its `name`. */
export interface EntryId {
  readonly service: Service
  readonly name: string
}

/** `mqtt "Central"`: how an entry is called in every text. */
export function entryText(entry: EntryId): string {
  return `${entry.service} "${entry.name}"`
}

/** State of one broker entry. Times are ms since the epoch. */
export type BrokerState =
  | { readonly kind: 'disabled' }
  | { readonly kind: 'stopped' }
  /** Can't start until a person changes something: a missing secret, an unreadable certificate. */
  | { readonly kind: 'blocked'; readonly since: number; readonly error: string }
  | { readonly kind: 'connecting'; readonly since: number }
  /**
   * `intake`: whether write requests are taken in; `note` says why not. `refused`: what the broker says to messages that
   * it does not take, though the link is up: who reads them has old values. Tried again by itself.
   */
  | {
      readonly kind: 'connected'
      readonly since: number
      readonly intake: 'open' | 'closed' | 'opening'
      readonly note?: string
      readonly refused?: string
    }
  | {
      readonly kind: 'waiting'
      readonly since: number
      readonly error: string
      readonly retryAt: number
      readonly attempts: number
    }
