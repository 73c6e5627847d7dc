import type { EntryId } from './broker.ts'

/** What a message is, by its address (wire.md §1). */
export const messageKinds = ['value', 'health', 'request', 'response', 'presence', 'other'] as const
export type MessageKind = (typeof messageKinds)[number]

/** A message as the monitor lists it. */
export interface MonitorMessage {
  /** Grows by one with each message seen, also those that are filtered out. */
  readonly seq: number
  /** ms since the epoch, when it was sent or arrived here. */
  readonly at: number
  readonly entry: EntryId
  /** `out`: sent by this gateway. `in`: seen at the broker, and not the echo of our own. */
  readonly direction: 'in' | 'out'
  readonly kind: MessageKind
  /** Under this gateway's base; `foreign`: under any other. */
  readonly owner: 'own' | 'foreign'
  readonly address: string
  /** Kafka record key. */
  readonly key?: string
  /** Bytes of the payload. */
  readonly size: number
  readonly retained: boolean
  /** The payload's beginning as text, at most 2,000 characters. */
  readonly preview: string
}

/** One message with its payload. */
export interface MonitorDetail {
  readonly message: MonitorMessage
  /** At most 64 KiB as text. */
  readonly text: string
  /** The whole payload is not text, or longer. */
  readonly complete: boolean
  /** The message before it on the same address, to compare with; absent: none is kept. */
  readonly before?: string
}

/** Recording to a file of JSON lines. */
export type RecordState =
  | { readonly kind: 'off' }
  | {
      readonly kind: 'on'
      readonly path: string
      /** ms since the epoch */
      readonly since: number
      readonly messages: number
      readonly bytes: number
    }
  /** It ended by itself: the disk is full, the limit is reached. */
  | {
      readonly kind: 'ended'
      readonly path: string
      readonly messages: number
      readonly bytes: number
      readonly why: string
    }

/** Whether what comes in at a broker is seen by the monitor. `note`: what is not, and why; '' where all is. */
export type WatchState =
  | { readonly kind: 'off' }
  | { readonly kind: 'on'; readonly note: string }
  | { readonly kind: 'waiting'; readonly error: string; readonly retryAt: number }
