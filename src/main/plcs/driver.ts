/**
 * The contract between the gateway and a PLC driver. A driver knows one controller; it is asked to connect, and the
 * connection reads and writes tags by their addresses until it is lost. `link.ts` reconnects: a driver never does.
 * Expected outcomes are data; a promise that rejects means that the link is gone, or a bug.
 */
import type { Losable } from '#main/link'
import type { ConnectStage, DataType, PlcDetails, PlcIdentity, ProgramChange, TagPage } from '#shared/plc'
import type { ReadOutcome } from '#shared/tag'
import type { TagValue } from '#shared/value'
import type { WriteOutcome } from '#shared/write'

export interface ConnectOptions {
  readonly signal: AbortSignal
  /** Heard as the attempt goes on. */
  onStage?(stage: ConnectStage): void
  /** Heard when the connection's `details` are others from now on. */
  onDetails?(details: PlcDetails): void
  /** Heard after another program was found in the controller: what appeared, vanished and changed its type. */
  onChange?(change: ProgramChange): void
}

export interface Driver {
  /**
   * One attempt to connect: opens, identifies the controller and learns its tags' types.
   * Rejects with a text that begins with the address and ends with what to do; `NeedsPerson` where a retry can't help.
   */
  connect(options: ConnectOptions): Promise<PlcConnection>
}

export interface PlcConnection extends Losable {
  /** Its mode is the one of now; the rest stays as long as the connection. */
  readonly identity: PlcIdentity
  /** What this connection lacks now, in words; '' where nothing. May change when `onDetails` is called. */
  readonly degraded: string
  /** How it talks to the controller now; `onDetails` hears what becomes of it. */
  readonly details: PlcDetails
  /** Prepares reading these addresses again and again: packets are built once. Never rejects; bad addresses fail alone. */
  plan(addresses: readonly string[]): ReadPlan
  /** The type of a tag, element, member or bit. */
  typeOf(address: string, signal: AbortSignal): Promise<TypeOutcome>
  /** Writes one value that fits the type. Resolves in all cases but a bug; see `WriteOutcome`. */
  write(address: string, value: TagValue, options: WriteOptions): Promise<WriteOutcome>
  /**
   * The controller's wall clock, ms since the epoch; undefined where it tells none. Rejects when `signal` aborts or the
   * link is gone. Absent: this kind of controller has no clock that can be asked.
   */
  clock?(signal: AbortSignal): Promise<number | undefined>
  /**
   * Every tag of the controller with its type, in pages, controller scope first; polls and writes go ahead of it.
   * Rejects when `signal` aborts, the link is gone, or the controller does not list its tags now. Absent where it never
   * does.
   */
  browse?(signal: AbortSignal): AsyncIterable<TagPage>
}

export type TypeOutcome = { readonly ok: true; readonly type: DataType } | Extract<ReadOutcome, { ok: false }>

export interface WriteOptions {
  /** Abort before the bytes leave: nothing is sent. After: the outcome is `unknown`. */
  readonly signal: AbortSignal
  /** ms since the epoch until which an answer is awaited. */
  readonly deadline: number
  /**
   * Called synchronously, once, immediately before the first byte leaves. A text stops the write: outcome `blocked`
   * with it. It is the last word on whether the write may happen, so nothing may be awaited between it and the send.
   */
  guard(): string | undefined
}

export interface ReadPlan {
  /**
   * Reads every address once. Rejects when the link is gone (then nothing of this poll counts).
   * The same batch object, changed in place, is given each time.
   */
  read(signal: AbortSignal): Promise<ReadBatch>
}

export interface ReadBatch {
  /**
   * By index of the plan's addresses. While the PLC's bytes for a tag stay the same, the *same object* is here again:
   * comparing references finds nearly all tags that did not change.
   */
  readonly outcomes: readonly ReadOutcome[]
  /** By index: when the reply with this tag arrived, ms since the epoch. */
  readonly times: Float64Array
}
