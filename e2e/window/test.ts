/**
 * Fixtures of the journeys. `open` opens a window in the project's host; at the end each is closed, and the test fails
 * where a page said anything that is an error. Controllers and brokers are real servers on 127.0.0.1, started when used.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, test as base, expect } from '@playwright/test'
import { type Simulator, type SimulatorOptions, startSimulator, tankLineProgram } from '#main/plcs/simulator/index'
import { startKafka } from '../../scripts/brokers/kafka.ts'
import { startMosquitto } from '../../scripts/brokers/mosquitto.ts'
import { startRedis } from '../../scripts/brokers/redis.ts'
import { Missing, type Server } from '../../scripts/brokers/server.ts'
import { launchChromium } from '../../scripts/chromium.ts'
import { type Ports, rememberHeld, siteConfig } from '../site-file.ts'
import {
  type HostName,
  type HostOptions,
  type Opened,
  type OpenWindow,
  openInBrowser,
  openInElectron,
} from './hosts.ts'

export { expect }

interface WorkerFixtures {
  readonly host: HostName
  /** One broker of each kind, shared: every test has a namespace of its own. */
  readonly brokers: Ports
}

export interface SiteOptions {
  readonly namespace: string
  readonly plc: Simulator
  /** YAML list. */
  readonly tags: string
  /** Absent: the shared ones. */
  readonly brokers?: Ports
  /** More keys of the file, as YAML. */
  readonly more?: string
  /** Its namespaces to come: like the first it has held them before, and need not listen long. */
  readonly later?: readonly string[]
}

interface TestFixtures {
  /** Without `home` each window has a user of its own. */
  open(opened: Opened, options?: Partial<HostOptions>): Promise<OpenWindow>
  /** A folder for this test. */
  readonly home: string
  /** Like no other test's. */
  readonly namespace: string
  /** A simulated controller on a free port; absent: the demo's tags. */
  simulate(options?: Partial<SimulatorOptions>): Promise<Simulator>
  /** A configuration file with an entry for each of the brokers; gives its path. */
  siteFile(options: SiteOptions): Promise<string>
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  host: ['electron', { scope: 'worker', option: true }],
  brokers: [
    // biome-ignore lint/correctness/noEmptyPattern: playwright reads the names of fixtures from this pattern
    async ({}, use) => {
      const starts = await Promise.allSettled([startMosquitto(), startRedis(), startKafka()])
      const servers = starts.flatMap((one): Server[] => (one.status === 'fulfilled' ? [one.value] : []))
      const stop = () => Promise.all(servers.map((server) => server.stop()))
      const [mosquitto, redis, kafka] = servers
      if (!mosquitto || !redis || !kafka) {
        await stop()
        for (const one of starts) if (one.status === 'rejected') skipMissing(one.reason)
        return
      }
      await use({ mosquitto: mosquitto.port, redis: redis.port, kafka: kafka.port })
      await stop()
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: playwright reads the names of fixtures from this pattern
  home: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'warlink-e2e-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  },
  open: async ({ host, home }, use, testInfo) => {
    const opened: OpenWindow[] = []
    let browser: Browser | undefined
    await use(async (what, given) => {
      const options = { home: join(home, `user-${opened.length}`), ...given }
      await mkdir(options.home, { recursive: true })
      if (host === 'browser') browser ??= await launchChromium()
      const window = browser ? await openInBrowser(browser, what, options) : await openInElectron(what, options)
      opened.push(window)
      return window
    })
    for (const window of opened) {
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach('printed', { body: window.printed.slice(-200).join('\n'), contentType: 'text/plain' })
        if (!window.page.isClosed())
          await testInfo.attach('picture', { body: await window.page.screenshot(), contentType: 'image/png' })
      }
      await window.close()
    }
    await browser?.close()
    expect(opened.flatMap((window) => window.watch.problems)).toEqual([])
  },
  // biome-ignore lint/correctness/noEmptyPattern: playwright reads the names of fixtures from this pattern
  namespace: async ({}, use) => use(`factory-${randomBytes(3).toString('hex')}`),
  // biome-ignore lint/correctness/noEmptyPattern: playwright reads the names of fixtures from this pattern
  simulate: async ({}, use) => {
    const started: Simulator[] = []
    await use(async (options) => {
      const plc = await startSimulator({ program: tankLineProgram({ seed: 1 }), ...options })
      started.push(plc)
      return plc
    })
    await Promise.all(started.map((plc) => plc.close()))
  },
  siteFile: async ({ brokers, home }, use) =>
    use(async ({ namespace, plc, tags, more, later = [], brokers: own = brokers }) => {
      const folder = join(home, namespace)
      await mkdir(folder)
      const path = join(folder, `${namespace}.yaml`)
      const textFor = (name: string) => siteConfig(name, plc.port, own, tags, more)
      await writeFile(path, textFor(namespace))
      await rememberHeld(path, ...[namespace, ...later].map(textFor))
      return path
    }),
})

/** A server that can't be had is named; in CI that fails, elsewhere its tests are skipped. */
export function skipMissing(error: unknown): never {
  if (error instanceof Missing && !process.env.CI) base.skip(true, error.message)
  throw error
}
