import type { Message } from './bridge.ts'

/** A message on its way, and what happens to it at its end. `key`: what it is about. */
export interface Going<K> {
  readonly message: Message
  readonly key: K
  /** Called once: without an error when the broker has confirmed it. */
  settle(error?: Error): void
}
