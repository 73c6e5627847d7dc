/** The handlers of the contract. In come checked inputs, out go answers made from what the site shows of itself. */
import { createBrowser } from '#main/gateway/browse'
import { type ClientsOf, clientsFor } from '#main/gateway/clients'
import type { Site } from '#main/gateway/site'
import { createTester } from '#main/gateway/tester'
import { createWatching } from '#main/gateway/watching'
import { createWriteHistory } from '#main/gateway/write-history'
import type { Host } from '#main/host'
import type { GatewayHandlers } from '#shared/contract/index'
import { appRequests } from './app.ts'
import { brokersEvents, brokersRequests } from './brokers.ts'
import { cellSource } from './cells.ts'
import { configEvents, configRequests } from './config.ts'
import { gatewayStatus } from './gateway.ts'
import { isolationRequests, runProgress } from './isolation.ts'
import { leftOversRequests } from './left-overs.ts'
import { logEvents, logRequests } from './log.ts'
import type { LogBook } from './log-book.ts'
import { monitorEvents, monitorRequests } from './monitor.ts'
import { plcsEvents, plcsRequests } from './plcs.ts'
import { tagsEvents, tagsRequests } from './tags.ts'
import { writebackEvents, writebackRequests } from './writeback.ts'

export interface Api {
  readonly handlers: GatewayHandlers
  /** Ends what the calls have begun: watches, recordings, clients. */
  close(): Promise<void>
}

/** The handlers of a site, to be made once and served to each of its windows. `clientsOf`: others for tests alone. */
export function createApi(
  site: Site,
  host: Host,
  logger: LogBook,
  clientsOf: ClientsOf = realClients(site, host, logger),
): Api {
  const browser = createBrowser(site)
  const history = createWriteHistory(site)
  const tester = createTester(site, clientsOf)
  const watching = createWatching(site, clientsOf)
  const cells = { site, browser, recording: watching.recorder.state, watches: watching.states }
  return {
    handlers: {
      requests: {
        'gateway.status': () => gatewayStatus(site, host),
        ...isolationRequests(site),
        ...appRequests(site, host),
        ...configRequests(site, host),
        ...tagsRequests(site, browser),
        ...plcsRequests(site),
        ...brokersRequests(site),
        ...writebackRequests(site),
        ...leftOversRequests(site, clientsOf),
        ...monitorRequests(watching),
        ...logRequests(logger),
      },
      events: {
        cells: (_input, emit) => cellSource(cells, emit),
        ...configEvents(site),
        ...tagsEvents(site),
        ...plcsEvents(),
        ...brokersEvents(site, host, logger.for),
        ...writebackEvents(history, tester),
        ...monitorEvents(watching),
        ...logEvents(logger),
        'isolation.progress': (_input, emit) => runProgress(site, emit),
      },
    },
    close: async () => {
      await Promise.all([tester.close(), watching.close()])
    },
  }
}

function realClients(site: Site, host: Host, logger: LogBook): ClientsOf {
  const secrets = { env: process.env, store: host.secrets }
  return (config, id) => clientsFor(config, id, { identity: site.identity, secrets, log: logger.for })
}
