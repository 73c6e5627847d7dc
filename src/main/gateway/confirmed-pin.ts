/**
 * A pin is what a person confirmed of a controller that was shown. Between the look and the click another one may have
 * come to the address: what is saved has to be what answers now.
 */
import type { ConfigEdit } from '#shared/contract/edits'
import type { Pin } from '#shared/isolation'
import { pinState } from '#shared/pin'
import { type PlcState, serialText } from '#shared/plc'

/** A PLC that runs, as far as its pin needs it. */
export interface PinnedPlc {
  readonly config: { readonly name: string; readonly pin: readonly Pin[] }
  readonly state: { getState(): PlcState }
}

/**
 * Why these edits may not pin; '' where they may. A PLC that is added here, or gets another address or route, is not
 * asked: nothing is known of what answers there, and what does is compared with the pin when it connects.
 */
export function pinProblem(edits: readonly ConfigEdit[], plcs: readonly PinnedPlc[]): string {
  const moved = new Set(edits.flatMap((edit) => movedPlc(edit)))
  for (const edit of edits) {
    if (edit.kind !== 'set-pin' || moved.has(edit.plc)) continue
    const plc = plcs.find(({ config }) => config.name === edit.plc)
    const known = edit.pin.every((pin) => plc?.config.pin.some((one) => isSame(one, pin)))
    if (!plc || known) continue
    const state = plc.state.getState()
    const confirmed = edit.pin.map(({ serial }) => serialText(serial)).join(' or ')
    if (state.kind !== 'online')
      return `${edit.plc}: not pinned: it is not connected now, so nothing shows that serial ${confirmed} is there. Connect it, compare what answers with the plate of the controller, and confirm it again.`
    if (pinState(edit.pin, state.identity).kind === 'changed')
      return `${edit.plc}: not pinned: serial ${confirmed} was confirmed, but serial ${serialText(state.identity.serial)} (${state.identity.productName}) answers now. Compare it with the plate of the controller, and confirm it again.`
  }
  return ''
}

/** PLCs of which another controller may answer after this edit. */
function movedPlc(edit: ConfigEdit): string[] {
  switch (edit.kind) {
    case 'add-plc':
      return [edit.plc.name]
    case 'rename-plc':
      return [edit.to]
    case 'set-plc':
      return 'address' in edit.keys || 'slot' in edit.keys || 'connection_path' in edit.keys ? [edit.plc] : []
    default:
      return []
  }
}

const isSame = (a: Pin, b: Pin) => a.vendor === b.vendor && a.product === b.product && a.serial === b.serial
