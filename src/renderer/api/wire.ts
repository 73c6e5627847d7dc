import type { Wire } from '#shared/rpc'

/**
 * Opens a wire to the gateway. Rejects with `SignedOut` where a person has to act, else with a text that says what is
 * wrong; `signal` gives up.
 */
export type OpenWire = (signal: AbortSignal) => Promise<Wire>

/** The host does not know this page (any more): trying again alone does not help. */
export class SignedOut extends Error {
  override readonly name = 'SignedOut'
}
