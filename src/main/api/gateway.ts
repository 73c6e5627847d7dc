import { hostname } from 'node:os'
import type { Gateway } from '#main/gateway/gateway'
import { neededGateway, runningEntry } from '#main/gateway/needed'
import type { Site } from '#main/gateway/site'
import type { Host } from '#main/host'
import { type EntryId, entryText, services } from '#shared/broker'
import type { BrokerStatus, GatewayStatus } from '#shared/contract/gateway'

/** Rejects where no gateway runs. */
export function gatewayStatus(site: Site, host: Pick<Host, 'version'>): GatewayStatus {
  const { configPath, identity, startedAt } = site
  const gateway = neededGateway(site)
  const { config, writeMode, plcs } = gateway
  return {
    namespace: config.namespace,
    ...(config.site === undefined ? {} : { site: config.site }),
    version: host.version,
    configPath,
    host: hostname(),
    pid: process.pid,
    ...identity,
    startedAt,
    uptimeMs: Math.max(0, Date.now() - startedAt),
    writeMode: writeMode.getState(),
    plcs: plcs.map(({ config: { name, driver, address }, state, pollStats }) => ({
      name,
      driver,
      address,
      state: state.getState(),
      poll: pollStats.getState(),
    })),
    brokers: services.flatMap((service) => config[service].map(({ name }) => brokerStatus(gateway, { service, name }))),
  }
}

/** An entry of the configuration: running, blocked, or else switched off. */
export function brokerStatus(gateway: Gateway, entry: EntryId): BrokerStatus {
  const running = runningEntry(gateway, entry)
  if (running) {
    return { entry, base: running.bridge.base, state: running.state.getState(), messages: running.outbox.stats() }
  }
  const stopped = gateway.blocked.find(({ id }) => entryText(id) === entryText(entry))
  return stopped
    ? { entry, state: { kind: 'blocked', since: stopped.since, error: stopped.error } }
    : { entry, state: { kind: 'disabled' } }
}
