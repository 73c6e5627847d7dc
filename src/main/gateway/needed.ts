/** What a call asks for by name: there, or an expected no with the reason. */
import { type EntryId, entryText } from '#shared/broker'
import type { BrokerConfig, Config } from '#shared/config'
import { RpcError } from '#shared/rpc'
import type { BrokerPart } from './broker-part.ts'
import type { Gateway } from './gateway.ts'
import { entryConfig } from './parts.ts'
import type { PlcPart } from './plc-part.ts'
import type { Site } from './site.ts'

export function neededGateway(site: Site): Gateway {
  const { gateway, state } = site.now.getState()
  if (gateway) return gateway
  const why = {
    'no-file': 'there is no configuration yet. Make one first.',
    broken: 'the configuration has mistakes. Mend them, then reload it.',
    starting: 'it is starting. Try again in a moment.',
    running: 'it is starting. Try again in a moment.',
    failed: state.kind === 'failed' ? state.error : '',
    stopped: 'it has been stopped. Start it anew.',
  }[state.kind]
  throw new RpcError('refused', `No gateway runs: ${why}`)
}

export function neededConfig(site: Site): Config {
  return site.now.getState().config ?? neededGateway(site).config
}

export function neededPlc(site: Site, name: string): PlcPart {
  const part = neededGateway(site).plcs.find(({ config }) => config.name === name)
  if (part) return part
  throw new RpcError('refused', `${name}: there is no PLC of this name any more. Reload the configuration.`)
}

/** The entry as configured, whether it runs or not. */
export function neededEntry(site: Site, entry: EntryId): BrokerConfig {
  const found = entryConfig(neededConfig(site), entry)
  if (found) return found
  throw new RpcError('refused', `${entryText(entry)}: there is no such entry any more. Reload the configuration.`)
}

export function runningEntry(gateway: Gateway, entry: EntryId): BrokerPart | undefined {
  const text = entryText(entry)
  return gateway.brokers.find(({ bridge }) => entryText(bridge.entry) === text)
}
