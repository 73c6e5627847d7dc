/** Whether a PLC is the one that was pinned (isolation.md §4): the routed CPU, by vendor, product and serial number. Pure. */
import type { Pin, PinIdentity, PinState } from './isolation.ts'
import type { PlcIdentity } from './plc.ts'

/** `found`: who answers now; undefined while nobody does. Any of several pins fits: redundant controllers have two. */
export function pinState(pins: readonly Pin[], found: PlcIdentity | undefined): PinState {
  const identity = found && pinIdentity(found)
  if (pins.length === 0) return identity ? { kind: 'unpinned', found: identity } : { kind: 'unpinned' }
  if (!identity) return { kind: 'pinned', pins }
  return pins.some((pin) => fits(pin, identity))
    ? { kind: 'pinned', pins, found: identity }
    : { kind: 'changed', pins, found: identity }
}

/** Serial 0 is no serial number: emulators have it, all of them. */
export function isProof(pin: Pin): boolean {
  return pin.serial !== 0
}

export function pinIdentity({ vendor, productCode, serial, productName, revision }: PlcIdentity): PinIdentity {
  return { vendor, product: productCode, serial, productName, revision }
}

function fits(pin: Pin, found: Pin): boolean {
  return pin.vendor === found.vendor && pin.product === found.product && pin.serial === found.serial
}
