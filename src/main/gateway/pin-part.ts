/** The gate's part of PLC pins: another controller than the pinned one is read and never written. */
import type { GatePart } from '#main/writeback/gate'
import type { PinState } from '#shared/isolation'
import { pinWords } from '#shared/isolation-words'

export function pinPart(pinOf: (plc: string) => PinState | undefined): GatePart {
  return (_entry, plc) => {
    const pin = pinOf(plc)
    if (pin?.kind !== 'changed') return undefined
    const { text, hint } = pinWords(pin)
    return { open: false, why: text, hint }
  }
}
