/** What the tests of the gateway share: the real middle, simulators at one end, a broker in memory at the other. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryBridge } from '#main/bridges/memory/bridge'
import { createMemoryBroker, type MemoryBroker } from '#main/bridges/memory/broker'
import { createMemoryInspector } from '#main/bridges/memory/inspector'
import { createMemoryRequester } from '#main/bridges/memory/requester'
import { parseConfig } from '#main/config/parse'
import type { TextWork } from '#main/config/text-jobs'
import type { KeyStore } from '#main/host'
import { silentLog } from '#main/log'
import { createDriver } from '#main/plcs/index'
import { guideProgram } from '#main/plcs/simulator/guide-program'
import { type Simulator, startSimulator } from '#main/plcs/simulator/simulator'
import type { Config } from '#shared/config'
import { base } from '#shared/names/build'
import type { ClientsOf } from './clients.ts'
import { type Gateway, type GatewayOptions, startGateway } from './gateway.ts'
import type { EntryBridge } from './parts.ts'
import { openSite, type Site } from './site.ts'

export interface TestSite {
  readonly folder: string
  readonly broker: MemoryBroker
  plc(): Promise<Simulator>
  gateway(config: Config, more?: Partial<GatewayOptions>): Promise<Gateway>
  /** The bridges of a configuration's enabled MQTT entries, on `broker`. */
  entries(config: Config): readonly EntryBridge[]
  /** Clients of their own on `broker`. */
  readonly clientsOf: ClientsOf
  /** What is stored under an address, read. */
  retained(address: string): Record<string, unknown> | undefined
  /** Ends everything in reverse order. */
  close(): Promise<void>
}

export async function openTestSite(): Promise<TestSite> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  const broker = createMemoryBroker()
  const running: { stop(): Promise<void> }[] = []
  let boots = 0

  const entries = (config: Config): readonly EntryBridge[] =>
    config.mqtt
      .filter(({ enabled }) => enabled)
      .map((entry) => ({
        id: { service: 'mqtt', name: entry.name },
        config: entry,
        broker: entry.broker,
        bridge: createMemoryBridge(
          { ...entry, client_id: `${config.namespace}-${entry.selector ?? ''}-${boots}` },
          { namespace: config.namespace, who: `who-${boots}`, log: silentLog },
          broker,
        ),
      }))

  return {
    folder,
    broker,
    entries,
    clientsOf: async ({ namespace, mqtt }, { name }) => {
      const entry = mqtt.find((one) => one.name === name)
      if (!entry) return { ok: false, name: '', error: `mqtt "${name}": there is no such entry` }
      const context = { namespace, who: 'cccccccc-dddd', log: silentLog }
      return {
        ok: true,
        value: {
          base: base('mqtt', namespace, entry.selector),
          inspector: () => createMemoryInspector(entry, context, broker),
          requester: () => createMemoryRequester(entry, context, broker),
        },
      }
    },
    plc: async () => {
      const simulator = await startSimulator({ program: guideProgram() })
      running.push({ stop: () => simulator.close() })
      return simulator
    },
    gateway: async (config, more = {}) => {
      boots++
      const started = await startGateway({
        config,
        identity: { instance: 'instance', boot: String(boots) },
        entries: entries(config),
        driverFor: (plc) => createDriver(plc, { log: silentLog }),
        journalPath: join(folder, 'test.journal'),
        publishedPath: join(folder, 'test.published'),
        claim: 'off',
        log: () => silentLog,
        ...more,
      })
      running.push(started)
      return started
    },
    retained: (address) => {
      const text = broker.retained.get(address)
      return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>)
    },
    close: async () => {
      for (const part of running.splice(0).reverse()) await part.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A configuration from its text; a bad one fails the test. */
export function testConfig(text: string): Config {
  const parsed = parseConfig(text, 'test.yaml')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}

/** Waits for a condition, never for a time. */
export async function until(condition: () => boolean, what: string, ms = 15_000): Promise<void> {
  const end = Date.now() + ms
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export interface TestFile {
  readonly site: Site
  readonly path: string
  /** What the key store holds. */
  readonly secrets: Map<string, string>
  readonly store: KeyStore
  /** The next start of a gateway fails. */
  breakStart(): void
  close(): Promise<void>
}

/** A site on a file with this text (undefined: no file), on the brokers and controllers of `test`. `work`: of long texts. */
export async function openTestFile(test: TestSite, text: string | undefined, work?: TextWork): Promise<TestFile> {
  const path = join(test.folder, 'site.yaml')
  if (text !== undefined) await writeFile(path, text)
  const secrets = new Map<string, string>()
  const store: KeyStore = {
    title: 'test store',
    get: async (name) => secrets.get(name),
    set: async (name, value) => void secrets.set(name, value),
    delete: async (name) => void secrets.delete(name),
    names: async () => [...secrets.keys()],
  }
  let broken = false
  const site = await openSite({
    configPath: path,
    identity: { instance: 'instance', boot: 'boot' },
    secrets: store,
    ...(work ? { work } : {}),
    buildEntries: async (config) => test.entries(config),
    start: (config, entries, hooks) => {
      if (broken) {
        broken = false
        throw new Error('broken for the test')
      }
      return startGateway({
        config,
        identity: { instance: 'instance', boot: 'boot' },
        entries,
        driverFor: (plc) => createDriver(plc, { log: silentLog }),
        journalPath: `${path}.journal`,
        publishedPath: `${path}.published`,
        claim: 'off',
        log: () => silentLog,
        ...hooks,
      })
    },
    onSecret: () => {},
    log: silentLog,
  })
  return {
    site,
    path,
    secrets,
    store,
    breakStart: () => {
      broken = true
    },
    close: () => site.stop(),
  }
}
