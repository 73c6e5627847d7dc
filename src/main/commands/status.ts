import { type BrokerState, entryText } from '#shared/broker'
import type { BrokerStatus, GatewayStatus, PlcStatus } from '#shared/contract/gateway'
import type { ClaimStatus } from '#shared/isolation'
import { type PlcState, serialText } from '#shared/plc'
import { askGateway } from './ask-gateway.ts'
import { claimText } from './claim.ts'
import { exit } from './exit.ts'
import { table } from './table.ts'

/** `warlink status`: asks the gateway that runs on a configuration. Exit code 1 where none runs. */
export async function status(options: { readonly config?: string; readonly json?: boolean }): Promise<number> {
  const asked = await askGateway(options, async (client) => {
    const signal = AbortSignal.timeout(5_000)
    const [gateway, isolation] = await Promise.all([
      client.call('gateway.status', {}, { signal }),
      client.call('isolation.status', {}, { signal }),
    ])
    return { ...gateway, claim: isolation.claim }
  })
  if (!asked.ok) {
    process.stderr.write(`${asked.error}\n`)
    return exit.failed
  }
  process.stdout.write(options.json ? `${JSON.stringify(asked.answer, null, 2)}\n` : statusText(asked.answer))
  return exit.good
}

function statusText(status: GatewayStatus & { readonly claim: ClaimStatus }): string {
  const { namespace, site, version, pid, uptimeMs, writeMode, plcs, brokers, configPath } = status
  const head = `namespace ${namespace}${site ? ` (${site})` : ''}, writes ${writeMode}, up ${duration(uptimeMs)}, process ${pid}, version ${version}\n${configPath}\n`
  const plcTable = table(['PLC', 'state', 'poll', 'last error or identity'], plcs.map(plcRow))
  const brokerTable = table(['broker', 'state', 'confirmed', 'waiting', 'last error or note'], brokers.map(brokerRow))
  return `${head}\n${plcTable}\n\n${brokerTable}\n\n${claimText(status.claim)}`
}

function plcRow({ name, state, poll }: PlcStatus): readonly string[] {
  const rate = poll.achievedMs > 0 ? `${Math.round(poll.achievedMs)} ms` : '–'
  return [name, state.kind, rate, plcRemark(state)]
}

function plcRemark(state: PlcState): string {
  if (state.kind === 'waiting') return state.error
  if (state.kind !== 'online') return ''
  const { productName, revision, serial } = state.identity
  return `${productName} ${revision}, serial ${serialText(serial)}${state.degraded ? `; ${state.degraded}` : ''}`
}

function brokerRow({ entry, state, messages }: BrokerStatus): readonly string[] {
  const figures = messages ? [String(messages.confirmed), String(messages.waiting)] : ['–', '–']
  return [entryText(entry), brokerState(state), ...figures, brokerRemark(state)]
}

function brokerState(state: BrokerState): string {
  if (state.kind !== 'connected') return state.kind
  return `connected${state.refused ? ', messages refused' : ''}, requests ${state.intake}`
}

function brokerRemark(state: BrokerState): string {
  if (state.kind === 'waiting' || state.kind === 'blocked') return state.error
  return state.kind === 'connected' ? (state.refused ?? state.note ?? '') : ''
}

/** `3 d 4 h`, `12 min`, `8 s`: the two largest units. */
function duration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const
  let rest = ms
  const parts = units.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count > 0 ? [`${count} ${unit}`] : []
  })
  return parts.slice(0, 2).join(' ') || '0 s'
}
