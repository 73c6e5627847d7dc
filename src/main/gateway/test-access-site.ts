/** A gateway in this process on real brokers, with everything an isolation run needs. For tests. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig } from '#main/config/parse'
import type { KeyStore } from '#main/host'
import type { RunTimes } from '#main/isolation/run/context'
import { silentLog } from '#main/log'
import { createDriver } from '#main/plcs/index'
import { guideProgram } from '#main/plcs/simulator/guide-program'
import { type Simulator, startSimulator } from '#main/plcs/simulator/simulator'
import type { EntryId } from '#shared/broker'
import type { Config } from '#shared/config'
import type { CheckNumber, CheckResult } from '#shared/isolation-run'
import { buildBridges } from './bridges.ts'
import { type Clients, clientsFor } from './clients.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { openSibling } from './open-sibling.ts'
import { runIsolation } from './test-isolation-run.ts'

export interface AccessSite {
  readonly config: Config
  readonly gateway: Gateway
  readonly plc: Simulator
  /** Makes these checks; their results in order. */
  run(checks: readonly CheckNumber[], sibling?: string): Promise<readonly CheckResult[]>
  stop(): Promise<void>
}

export interface SiteOptions {
  readonly namespace: string
  /** Broker entries, as YAML. */
  readonly entries: string
  /** More of the file. */
  readonly top?: string
  readonly serial: number
  readonly times?: Partial<RunTimes>
  /** Asks nobody before it writes. */
  readonly claim?: 'off'
}

const store: KeyStore = {
  title: 'none',
  get: async () => undefined,
  set: async () => {},
  delete: async () => {},
  names: async () => [],
}
const secrets = { env: {}, store }

/** The text of a site's configuration: one PLC with the guide's tags. */
export function siteText({ namespace, entries, top = '' }: SiteOptions, plc: Simulator): string {
  const { vendor, productCode, serial } = plc.identity
  const tags =
    '[{name: Test_DINT, writable: true}, {name: Test_SINT}, {name: Machine_Status.Clear_Fault, writable: true}]'
  return `namespace: ${namespace}
poll_rate: 250ms
${top}plcs:
  - name: Main PLC
    address: "127.0.0.1:${plc.port}"
    timeout: 1s
    pin: [{vendor: ${vendor}, product: ${productCode}, serial: ${serial}}]
    tags: ${tags}
${entries}`
}

/** Starts its controller and its gateway, which listens 3 s before it writes. */
export async function startAccessSite(options: SiteOptions): Promise<AccessSite> {
  const folder = await mkdtemp(join(tmpdir(), 'access-'))
  const plc = await startSimulator({ program: guideProgram(), serial: options.serial })
  const parsed = parseConfig(siteText(options, plc), 'test.yaml')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { config } = parsed
  const digits = options.serial.toString(16).padStart(8, '0')
  const identity = { instance: `${digits}-0000`, boot: `${digits.slice(4)}-0000` }
  const log = () => silentLog
  const gateway = await startGateway({
    config,
    identity,
    entries: await buildBridges(config, { identity, secrets, onSecret: () => {}, log }),
    driverFor: (one) => createDriver(one, { log: silentLog }),
    journalPath: join(folder, 'journal'),
    publishedPath: join(folder, 'published'),
    // Held before, as far as it remembers: then it listens 3 s.
    claim: options.claim ?? {
      version: '1',
      note: { holds: () => true, set: () => {}, isNews: () => true, close: async () => {} },
    },
    isolation: {
      version: '1',
      configPath: join(folder, 'test.yaml'),
      reportPath: join(folder, 'report'),
      sitesPath: join(folder, 'sites'),
      openSibling: (path) => openSibling(path, { identity, secrets, log }),
      ...(options.times ? { times: options.times } : {}),
    },
    log,
  })
  return {
    config,
    gateway,
    plc,
    run: async (checks, sibling) => {
      const report = await runIsolation(gateway, { checks, ...(sibling === undefined ? {} : { sibling }) })
      return checks.flatMap((check) => report.checks.find((result) => result.check === check) ?? [])
    },
    stop: async () => {
      await gateway.stop()
      await plc.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Clients of an entry with another login than the gateway's. */
export async function clientsAs(config: Config, id: EntryId, boot: string): Promise<Clients> {
  const identity = { instance: '99999999-0000', boot: `${boot}-0000` }
  const made = await clientsFor(config, id, { identity, secrets, log: () => silentLog })
  if (!made.ok) throw new Error(made.error)
  return made.value
}
