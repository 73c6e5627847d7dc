import type { DataType } from './plc.ts'
import type { TagValue } from './value.ts'

/** Why a tag has no value. Closed: every reader of it is exhaustive. */
export type ReadFailureReason =
  /** Not in the controller, or not spelled as there. */
  | 'unknown-tag'
  /** The controller refuses this tag (External Access None, keyswitch). */
  | 'no-access'
  /** Index or count beyond the end of the array. */
  | 'out-of-range'
  /** A type this driver does not decode. */
  | 'unsupported-type'
  /** The address is not well formed. */
  | 'bad-address'
  /** The controller answered something else; the text has it in words. */
  | 'refused'
  /** No answer: the link is down, or was when this tag was due. */
  | 'not-connected'

/** One tag's result of one read. */
export type ReadOutcome =
  | { readonly ok: true; readonly value: TagValue; readonly type: DataType }
  | { readonly ok: false; readonly reason: ReadFailureReason; readonly text: string }

/**
 * Quality of a last value.
 * `waiting`: never read. `good`: read, and the link is up. `bad`: could not be read. `stale`: was good, the link is gone.
 */
export type Quality = 'waiting' | 'good' | 'bad' | 'stale'

/** A tag's last value. Times are ms since the epoch. */
export interface TagSnapshot {
  readonly quality: Quality
  /** Undefined until the first good read. */
  readonly value?: TagValue
  readonly type?: DataType
  /** When the value was read from the PLC; 0 before the first good read. */
  readonly at: number
  /** When the value last changed; 0 before the first good read. */
  readonly changedAt: number
  /** Why quality is `bad` or `stale`; '' else. */
  readonly error: string
}

/** A published tag as the bridges see it. */
export interface TagSubject {
  readonly kind: 'tag'
  readonly plc: string
  /** Name under which it is published: the alias where it has one. */
  readonly tag: string
}

/**
 * Where an outbox reads from: the published tags of all PLCs, addressed by index. A tag keeps its index as long as it is
 * configured; an index that became free is given to another tag. Subject and body are asked for together, when a message
 * is built.
 */
export interface TagSource {
  /** Indices are below it. It may grow, never shrink. */
  readonly count: number
  /** The tag's name for the bridges; only asked for where there is a body. */
  subject(index: number): TagSubject
  /**
   * The tag's newest good value as the common part of a message, without the opening brace:
   * `"plc":…,"tag":…,"value":…,"type":…,"writable":…,"timestamp":…}`. Made once for each change and shared by all
   * brokers. Undefined where there is nothing good to publish.
   */
  body(index: number): string | undefined
}

/** A tag's value as the window shows it. */
export interface TagReading {
  readonly plc: string
  /** Address in the PLC; of a configured tag its name, not its alias. */
  readonly address: string
  readonly quality: Quality
  /** Compact JSON with every digit; absent until the first good read. Cut where `cut` says so. */
  readonly valueJson?: string
  /** The value is longer than what is shown here; `tags.read` has all of it. */
  readonly cut?: true
  /** The PLC's own name of the type. */
  readonly type?: string
  /** Of a string, in characters. */
  readonly capacity?: number
  /** When it was read, and when it last changed; ms since the epoch, 0 where never. */
  readonly at: number
  readonly changedAt: number
  /** Why quality is `bad` or `stale`; '' else. */
  readonly error: string
}
