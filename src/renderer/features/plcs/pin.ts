/** What a PLC's pin says against the controller that answers. Pure. */
import type { StateKind } from '#renderer/ui/State.tsx'
import type { Pin } from '#shared/isolation'
import { pinWords as sharedWords } from '#shared/isolation-words'
import { isProof, pinIdentity, pinState } from '#shared/pin'
import { type PlcIdentity, type PlcState, serialText } from '#shared/plc'

export interface PinWords {
  readonly kind: StateKind
  readonly word: string
  readonly text: string
}

export type PinEntry = Pin

/** Any entry of the pin is the controller; one without a serial number is never proven to be it. */
export function isPinned(pins: readonly PinEntry[], identity: PlcIdentity): boolean {
  const state = pinState(pins, identity)
  return state.kind === 'pinned' && isProof(pinIdentity(identity))
}

export function pinWords(pins: readonly PinEntry[], state: PlcState | undefined): PinWords {
  if (pins.length === 0) {
    const text = 'Any controller at this address may be written. Confirm which one it is.'
    return { kind: 'unproven', word: 'unpinned', text }
  }
  const expected = pins.map(({ serial }) => serialText(serial)).join(' or ')
  const found = state?.kind === 'online' ? state.identity : undefined
  if (!found) return { kind: 'off', word: 'pinned', text: `Serial ${expected}; not checked while it is not connected.` }
  const pin = pinState(pins, found)
  return pin.kind === 'changed'
    ? { kind: 'bad', word: 'another controller', text: `Writes are blocked: ${sharedWords(pin).text}.` }
    : { kind: 'ok', word: 'pinned', text: `Serial ${expected}` }
}

/** The pin that says: this controller, and beside it those given. */
export function pinOf(identity: PlcIdentity, beside: readonly PinEntry[] = []): PinEntry[] {
  return [{ vendor: identity.vendor, product: identity.productCode, serial: identity.serial }, ...beside]
}
