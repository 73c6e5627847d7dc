import type { ConnectionTriple } from './forward-open.ts'
import type { Session } from './session.ts'

/** One way to the controller's message router. It carries one request at a time; waiting and giving up are the lanes' work. */
export interface Wire {
  /** Largest request and largest reply of the message router, in bytes. */
  readonly limit: number
  /** What is missing on this way, in words; '' where nothing. */
  readonly degraded: string
  /** The target drops it after so long in silence, in ms; infinite where there is nothing to drop. */
  readonly silenceMs: number
  /** Puts a message into a frame that may be sent again and again, on every wire of this kind. */
  frame(message: Buffer): Buffer
  /** Sends a frame as a new request; `take` hears the reply's message at most once. Bytes leave before this returns. */
  send(frame: Buffer, take: (message: Buffer) => void): void
  /** Sends the request in flight once more under the same sequence count; nothing where there is none. */
  resend(frame: Buffer): void
  /** Tells the target that it is over. Bounded in time, never rejects. */
  close(): Promise<void>
}

/** What opening a wire needs. */
export interface WireOptions {
  readonly session: Session
  /** Path from the device that answers to the controller; empty where they are one. */
  readonly route: Buffer
  /** The same as configured, for texts. */
  readonly path: string
  readonly timeoutMs: number
  /** This path has led to the controller before: a refusal of it passes, as while a rack is powered up. */
  readonly proven: boolean
  /** Connections that may be open at the PLC: added before one is asked for, taken out when it is closed or refused. */
  readonly open: Set<ConnectionTriple>
}
