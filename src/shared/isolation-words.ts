/** A claim in words: what stands in the status bar, in the banner, in `writes are blocked: …`, and what to do. */
import { entryText } from './broker.ts'
import type { ClaimState, EntryClaim, GatewayMark, Other, PinState, PlcMark, StandbyReason } from './isolation.ts'
import { serialText } from './plc.ts'

export interface Words {
  /** Begins with the state's word; no full stop. */
  readonly text: string
  /** What to do; '' where nothing is to be done. */
  readonly hint: string
}

/** `now` in ms since the epoch: for what is left of an observation. */
export function claimWords(state: ClaimState, namespace: string, now: number): Words {
  switch (state.kind) {
    case 'off':
      return { text: 'off: switched off in the configuration', hint: '' }
    case 'held':
      return { text: 'held', hint: '' }
    case 'observing':
      return observingWords(state, now)
    case 'standby':
      return standbyWords(state.reason, state.by, namespace)
    case 'contested':
      return contestedWords(state, namespace)
    case 'unproven':
      return {
        text: `unproven: ${state.error.replace(/\.$/, '')}`,
        hint: state.allowed
          ? 'Requests are taken in all the same (allow_unproven). To prove the claim, add the rights shown.'
          : 'Add the rights shown to the broker, or set allow_unproven where they can not be had.',
      }
  }
}

function observingWords(state: Extract<ClaimState, { kind: 'observing' }>, now: number): Words {
  const left = state.until === undefined ? '' : `, ${Math.max(0, Math.ceil((state.until - now) / 1000))} s left`
  switch (state.reason) {
    case 'not-connected':
      return { text: 'observing: not connected', hint: '' }
    case 'first-look':
      return { text: 'observing: looking who is there', hint: '' }
    case 'listening':
      return { text: `observing: listening for other gateways${left}`, hint: 'Nothing is to be done.' }
    case 'claiming':
      return { text: 'observing: asking for the namespace', hint: '' }
    case 'predecessor':
      return {
        text: `observing: a process of this instance was here a moment ago${left}`,
        hint: 'After a crash this ends by itself. If it does not, this computer was copied: stop one of the two.',
      }
    case 'rival':
      return {
        text: `observing: ${otherText(state.by)} may still write${left}`,
        hint: 'Nothing is to be done: it gives way, or this gateway does.',
      }
  }
}

function standbyWords(reason: StandbyReason, by: Other, namespace: string): Words {
  if (reason === 'foreign-owner') {
    return {
      text: `standby: namespace ${namespace} belongs to ${otherText(by)}, last seen ${seenText(by)}`,
      hint: 'Give this site a namespace of its own. If it replaces the other one, take the namespace over (warlink claim --take).',
    }
  }
  const end =
    by.record && by.record.plcs.length > 0
      ? 'Where it serves other controllers, change the namespace of one of the two.'
      : ''
  return {
    text: `standby: ${otherText(by)} ${reason === 'gave-way' ? 'goes first' : `holds namespace ${namespace}`}`,
    hint: `Two gateways of one namespace: this one neither publishes nor writes. ${end}`.trim(),
  }
}

function contestedWords(state: Extract<ClaimState, { kind: 'contested' }>, namespace: string): Words {
  const by = otherText(state.by)
  const stop = 'Stop it, or change its namespace; then clear this here.'
  switch (state.reason) {
    case 'clone':
      return { text: `contested: ${by} has our instance id`, hint: `A computer was copied while it ran. ${stop}` }
    case 'rival-holder':
      return { text: `contested: ${by} holds namespace ${namespace} too`, hint: stop }
    case 'foreign-health':
      return {
        text: `contested: somebody else publishes ${state.address}`,
        hint: `It acts as this site's gateway. ${stop}`,
      }
    case 'foreign-response':
      return {
        text: `contested: somebody else answers on ${state.address}`,
        hint: `It acts as this site's gateway. ${stop}`,
      }
  }
}

/** `chi-line1 (Chicago line 1; Main PLC serial 00C4A7E1)`, or the client's own name. */
export function otherText(other: Other | undefined): string {
  if (!other) return 'another gateway'
  return other.record ? markText(other.record) : `client ${other.who}`
}

/** As `otherText`, of a record. */
export function markText({ host, site, plcs }: Pick<GatewayMark, 'host' | 'site' | 'plcs'>): string {
  const more = [...(site ? [site] : []), ...(plcs.length > 0 ? [plcText(plcs)] : [])]
  return more.length > 0 ? `${host} (${more.join('; ')})` : host
}

function plcText(plcs: readonly PlcMark[]): string {
  const shown = plcs.slice(0, 3).map(({ name, serial }) => `${name} serial ${serial ? serialText(serial) : 'unknown'}`)
  return plcs.length > 3 ? `${shown.join(', ')} and ${plcs.length - 3} more` : shown.join(', ')
}

/** When a record says it was written; else when it was heard. */
function seenText({ record, heardAt }: Other): string {
  return record?.time || new Date(heardAt).toISOString()
}

/** What a pin says of a PLC; for the screen, and for `writes are blocked: …` where it is another controller. */
export function pinWords(state: PinState): Words {
  switch (state.kind) {
    case 'unpinned':
      return { text: 'unpinned', hint: 'Compare what answers with the plate of the controller, and confirm it.' }
    case 'pinned':
      return { text: 'pinned', hint: '' }
    case 'changed': {
      const expected = state.pins.map(({ serial }) => serialText(serial)).join(' or ')
      return {
        text: `plc identity changed (expected serial ${expected}, found ${serialText(state.found.serial)})`,
        hint: 'Another controller answers at this address. If it replaces the old one, pin it again.',
      }
    }
  }
}

/** `mqtt "Central": held`, one line of `warlink status` and of a log. */
export function entryClaimText(
  { entry, state }: Pick<EntryClaim, 'entry' | 'state'>,
  namespace: string,
  now: number,
): string {
  return `${entryText(entry)}: ${claimWords(state, namespace, now).text}`
}
