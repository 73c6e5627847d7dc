/** What a broker's state says, in words. Pure. */
import type { StateKind } from '#renderer/ui/State.tsx'
import type { BrokerState } from '#shared/broker'
import type { CommandEntry } from '#shared/commands'

export interface StateWords {
  readonly kind: StateKind
  readonly word: string
  readonly since?: number
  /** What is wrong, and what to do. */
  readonly error?: string
  readonly note?: string
}

export function stateWords(state: BrokerState | undefined): StateWords {
  switch (state?.kind) {
    case undefined:
      return { kind: 'off', word: 'Not known yet' }
    case 'disabled':
      return { kind: 'off', word: 'Switched off' }
    case 'stopped':
      return { kind: 'off', word: 'Disconnected by a person' }
    case 'blocked':
      return { kind: 'blocked', word: 'Blocked', since: state.since, error: state.error }
    case 'connecting':
      return { kind: 'waiting', word: 'Connecting', since: state.since }
    case 'connected':
      return {
        ...(state.refused
          ? { kind: 'bad', word: 'Messages refused', error: state.refused }
          : { kind: 'ok', word: 'Online' }),
        since: state.since,
        ...(state.note ? { note: state.note } : {}),
      }
    case 'waiting':
      return { kind: 'bad', word: offlineWord(state.error), since: state.since, error: state.error }
  }
}

/** The reason in two words where the error tells it. */
export function offlineWord(error: string): string {
  const known: readonly (readonly [RegExp, string])[] = [
    [/login refused|not authori[sz]ed|bad user|WRONGPASS|NOAUTH|SASL/i, 'Login refused'],
    [/certificate|TLS|self.signed/i, 'TLS failed'],
    [/refused/i, 'Connection refused'],
    [/not known|ENOTFOUND|no such host|name/i, 'Name not found'],
    [/time|silent|no answer/i, 'No answer'],
  ]
  return known.find(([pattern]) => pattern.test(error))?.[1] ?? 'Offline'
}

/** Server as one would write it: `mqtts://mqtt.example.com:8883`. */
export function serverText(entry: CommandEntry): string {
  const { use_tls } = entry.config
  switch (entry.service) {
    case 'mqtt':
      return `${use_tls ? 'mqtts' : 'mqtt'}://${entry.config.broker}:${entry.config.port}`
    case 'valkey':
      return `${use_tls ? 'rediss' : 'redis'}://${entry.config.address}${entry.config.database ? `/${entry.config.database}` : ''}`
    case 'kafka':
      return `${entry.config.brokers.join(', ')}${use_tls ? ' TLS' : ''}`
  }
}

/** Whether requests come in through an entry, in a word and why not. */
export function intakeWords(
  entry: CommandEntry,
  state: BrokerState | undefined,
): { readonly word: string; readonly why: string } {
  if (!entry.config.enable_writeback) return { word: 'off', why: 'switched off for this entry' }
  if (state?.kind !== 'connected') return { word: 'closed', why: 'opens when connected' }
  return {
    open: { word: 'on', why: '' },
    opening: { word: 'opening', why: '' },
    closed: { word: 'closed', why: 'opens when the claim is held' },
  }[state.intake]
}
