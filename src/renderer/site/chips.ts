/** What the status bar says of parts of the site. Pure. */
import type { StateKind } from '#renderer/ui/State.tsx'
import type { BrokerState, EntryId, Service } from '#shared/broker'
import type { ClaimKind, ClaimState } from '#shared/isolation'
import { claimWords } from '#shared/isolation-words'
import type { PlcState } from '#shared/plc'

export interface Chip {
  readonly kind: StateKind
  readonly word: string
  /** More, for the tooltip. */
  readonly text: string
}

export const serviceTitles: Readonly<Record<Service, string>> = { mqtt: 'MQTT', valkey: 'Valkey', kafka: 'Kafka' }

/** `Central (MQTT)` */
export function entryTitle({ service, name }: EntryId): string {
  return `${name} (${serviceTitles[service]})`
}

export function brokerChip(state: BrokerState | undefined): Chip {
  switch (state?.kind) {
    case undefined:
      return { kind: 'off', word: 'not known yet', text: '' }
    case 'disabled':
      return { kind: 'off', word: 'off', text: 'Switched off in the configuration' }
    case 'stopped':
      return { kind: 'off', word: 'stopped', text: 'Disconnected by a person' }
    case 'blocked':
      return { kind: 'bad', word: 'blocked', text: state.error }
    case 'connecting':
      return { kind: 'waiting', word: 'connecting', text: '' }
    case 'connected':
      return state.refused
        ? { kind: 'bad', word: 'refuses messages', text: state.refused }
        : { kind: 'ok', word: 'online', text: state.note ?? '' }
    case 'waiting':
      return { kind: 'bad', word: 'offline', text: state.error }
  }
}

export function plcChip(state: PlcState | undefined): Chip {
  switch (state?.kind) {
    case undefined:
      return { kind: 'off', word: 'not known yet', text: '' }
    case 'disabled':
      return { kind: 'off', word: 'off', text: 'Switched off in the configuration' }
    case 'stopped':
      return { kind: 'off', word: 'stopped', text: 'Disconnected by a person' }
    case 'connecting':
      return { kind: 'waiting', word: state.stage, text: '' }
    case 'online':
      return state.degraded
        ? { kind: 'warn', word: 'degraded', text: state.degraded }
        : { kind: 'ok', word: 'online', text: '' }
    case 'waiting':
      return { kind: 'bad', word: 'offline', text: state.error }
  }
}

/** How a claim looks. */
export const claimLooks: Readonly<Record<ClaimKind, StateKind>> = {
  off: 'off',
  observing: 'waiting',
  held: 'ok',
  standby: 'warn',
  contested: 'bad',
  unproven: 'unproven',
}

/** A connected broker's chip says who may write there; one without a claim, or that refuses messages, how it is itself. */
export function claimChip(
  state: BrokerState | undefined,
  claim: ClaimState | undefined,
  namespace: string,
  now: number,
): Chip {
  if (state?.kind !== 'connected' || state.refused || claim === undefined || claim.kind === 'off')
    return brokerChip(state)
  const { text, hint } = claimWords(claim, namespace, now)
  return { kind: claimLooks[claim.kind], word: claim.kind, text: [text, hint].filter(Boolean).join('. ') }
}
