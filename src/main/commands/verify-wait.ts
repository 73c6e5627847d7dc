/** Waits until a gateway that has just started is as ready as it will be: checks made earlier would prove less. */
import { setTimeout as sleep } from 'node:timers/promises'
import { entryText } from '#shared/broker'
import type { Config } from '#shared/config'
import type { BrokerStatus, GatewayStatus, PlcStatus } from '#shared/contract/gateway'
import type { GatewayClient } from '#shared/contract/index'
import type { ClaimStatus, EntryClaim } from '#shared/isolation'
import { claimWords } from '#shared/isolation-words'

export interface WaitOptions {
  readonly client: GatewayClient
  readonly config: Config
  readonly signal: AbortSignal
  /** What is waited for, each time it changes. */
  say(text: string): void
  /** Longest wait, in ms; absent: 60 s. */
  readonly limitMs?: number
}

const lookMs = 500

/** Resolves with what is not ready after the longest wait; '' where all is. Rejects where the gateway is gone. */
export async function waitUntilReady(options: WaitOptions): Promise<string> {
  const { client, config, signal, say, limitMs = 60_000 } = options
  const end = performance.now() + limitMs
  let told = ''
  for (;;) {
    const [status, { claim }] = await Promise.all([
      client.call('gateway.status', {}, { signal }),
      client.call('isolation.status', {}, { signal }),
    ])
    const open = notReady(status, claim, config)
    if (open === '' || performance.now() > end) return open
    if (open !== told) say(`waiting: ${open}`)
    told = open
    await sleep(lookMs, undefined, { signal })
  }
}

/** What will change by itself soon; '' where nothing will. What failed does not: the checks say what it means. */
export function notReady(status: GatewayStatus, claim: ClaimStatus, config: Config): string {
  const plcs = status.plcs.filter(isOnItsWay).map(({ name }) => `${name} connects`)
  const brokers = status.brokers.flatMap((broker) => brokerOnItsWay(broker, claim, config))
  return [...plcs, ...brokers, ...claimOnItsWay(claim, brokers.length > 0)].join('; ')
}

function isOnItsWay({ state }: PlcStatus): boolean {
  return state.kind === 'connecting'
}

function brokerOnItsWay({ entry, state }: BrokerStatus, claim: ClaimStatus, config: Config): string[] {
  const name = entryText(entry)
  if (state.kind === 'connecting') return [`${name} connects`]
  if (state.kind !== 'connected' || state.intake === 'open') return []
  if (state.intake === 'opening') return [`${name} opens for write requests`]
  const { enable_writeback = false } = config[entry.service].find((one) => one.name === entry.name) ?? {}
  const own = claim.entries.find((one) => entryText(one.entry) === name)
  return enable_writeback && mayTake(claim.gateway) && (!own || mayTake(own.state))
    ? [`${name} opens for write requests`]
    : []
}

function mayTake(state: EntryClaim['state']): boolean {
  return state.kind === 'held' || state.kind === 'off' || (state.kind === 'unproven' && state.allowed)
}

function claimOnItsWay({ gateway, entries, namespace }: ClaimStatus, brokersAreOnTheirWay: boolean): string[] {
  if (gateway.kind !== 'observing') {
    // The gateway holds from its first broker on; the others follow.
    return mayTake(gateway) ? entries.flatMap((entry) => observing(entry, namespace)) : []
  }
  // Without a broker there is nothing to be decided.
  if (gateway.reason === 'not-connected' && !brokersAreOnTheirWay) return []
  return [withoutSeconds(gateway, namespace)]
}

function observing({ entry, state }: EntryClaim, namespace: string): string[] {
  if (state.kind !== 'observing' || state.reason === 'not-connected') return []
  return [`${entryText(entry)} ${withoutSeconds(state, namespace)}`]
}

/** Without the seconds that are left: the text is told when it changes. */
function withoutSeconds(state: Extract<EntryClaim['state'], { kind: 'observing' }>, namespace: string): string {
  const { until, ...rest } = state
  return claimWords(rest, namespace, Date.now()).text
}
