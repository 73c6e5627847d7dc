/** How a gateway is doing, in a few lines: for the tray and the question before quitting. Pure. */
import type { GatewayView } from '#main/gateway/view'
import { type BrokerState, entryText } from '#shared/broker'
import type { PlcState } from '#shared/plc'

export interface Summary {
  readonly title: string
  /** One for each PLC and each broker entry. */
  readonly lines: readonly string[]
  readonly armed: boolean
  /** Everything that is meant to run does. */
  readonly healthy: boolean
}

export type SummarySource = Pick<GatewayView, 'config' | 'parts' | 'plcs' | 'brokers' | 'blocked' | 'writeMode'>

export function summaryOf(gateway: SummarySource | undefined): Summary {
  if (!gateway) return { title: 'no gateway runs', lines: [], armed: false, healthy: false }
  const { config, plcs, brokers, blocked } = gateway
  const plcStates = plcs.map(({ config: { name }, state }) => ({ name, state: state.getState() }))
  const brokerStates = brokers.map(({ bridge, state }) => ({ name: entryText(bridge.entry), state: state.getState() }))
  const wanted = plcStates.filter(({ state }) => state.kind !== 'disabled')
  const online = wanted.filter(({ state }) => state.kind === 'online').length
  const armed = gateway.writeMode.getState() === 'armed'
  return {
    title: `${config.namespace}: PLCs ${online} of ${wanted.length} online, writes ${armed ? 'armed' : 'read-only'}`,
    lines: [
      ...plcStates.map(({ name, state }) => `${name}: ${plcWord(state)}`),
      ...brokerStates.map(({ name, state }) => `${name}: ${brokerWord(state)}`),
      ...blocked.map(({ id }) => `${entryText(id)}: does not start`),
    ],
    armed,
    healthy:
      online === wanted.length &&
      blocked.length === 0 &&
      brokerStates.every(({ state }) => (state.kind === 'connected' && !state.refused) || state.kind === 'disabled'),
  }
}

function plcWord(state: PlcState): string {
  switch (state.kind) {
    case 'online':
      return state.degraded ? 'online, degraded' : 'online'
    case 'waiting':
      return 'not connected'
    case 'connecting':
      return 'connecting'
    case 'stopped':
      return 'disconnected'
    case 'disabled':
      return 'disabled'
  }
}

function brokerWord(state: BrokerState): string {
  switch (state.kind) {
    case 'connected':
      return state.refused ? 'connected, refuses messages' : 'connected'
    case 'waiting':
      return 'not connected'
    case 'connecting':
      return 'connecting'
    case 'blocked':
      return 'does not start'
    case 'stopped':
      return 'disconnected'
    case 'disabled':
      return 'disabled'
  }
}
