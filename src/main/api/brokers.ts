import { neededEntry, neededGateway, runningEntry } from '#main/gateway/needed'
import type { Site } from '#main/gateway/site'
import { testBroker } from '#main/gateway/trials'
import type { Host } from '#main/host'
import type { Log } from '#main/log'
import type { BrokerState, EntryId } from '#shared/broker'
import { brokerStatus } from './gateway.ts'
import type { SomeEvents, SomeRequests } from './some.ts'

export function brokersRequests(site: Site): SomeRequests<'brokers.'> {
  const stateOf = (entry: EntryId): BrokerState => {
    neededEntry(site, entry)
    const gateway = neededGateway(site)
    return runningEntry(gateway, entry)?.state.getState() ?? brokerStatus(gateway, entry).state
  }
  return {
    'brokers.connect': async ({ entry }) => {
      await neededGateway(site).connect({ entry })
      return stateOf(entry)
    },
    'brokers.disconnect': async ({ entry }) => {
      await neededGateway(site).disconnect({ entry })
      return stateOf(entry)
    },
  }
}

export function brokersEvents(site: Site, host: Host, logFor: (area: string) => Log): SomeEvents<'brokers.'> {
  return {
    'brokers.test': (trial, emit) =>
      testBroker(
        trial,
        {
          config: site.now.getState().config,
          identity: site.identity,
          secrets: { env: process.env, store: host.secrets },
          log: logFor,
        },
        emit,
      ),
  }
}
