/** Sites of one namespace on one memory broker, with the claim's times ten times shorter. For tests. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BridgeContext } from '#main/bridges/bridge'
import { createMemoryBridge } from '#main/bridges/memory/bridge'
import { createMemoryBroker, type MemoryBroker } from '#main/bridges/memory/broker'
import { createMemoryInspector } from '#main/bridges/memory/inspector'
import { createMemoryRequester } from '#main/bridges/memory/requester'
import { parseConfig } from '#main/config/parse'
import type { RunTimes } from '#main/isolation/run/context'
import { shorterTimes } from '#main/isolation/test-times'
import { silentLog } from '#main/log'
import { createDriver } from '#main/plcs/index'
import { guideProgram } from '#main/plcs/simulator/guide-program'
import { type Simulator, startSimulator } from '#main/plcs/simulator/simulator'
import type { GatePart } from '#main/writeback/gate'
import type { DecisionLine } from '#main/writeback/journal-lines'
import type { Config } from '#shared/config'
import type { ClaimState } from '#shared/isolation'
import { claimWords } from '#shared/isolation-words'
import { shortIdentity } from '#shared/names/build'
import { type Gateway, startGateway } from './gateway.ts'

/** A process that stands still for longer must listen anew: not much, on a busy machine. */
export const times = { ...shorterTimes(10), absentMs: 2_000 }
export const runTimes: RunTimes = { listenMs: 1_500, answerMs: 3_000, lingerMs: 150, quietMs: 400 }

export interface TestSite {
  readonly gateway: Gateway
  readonly who: string
  readonly name: string
  stop(): Promise<void>
  decisions(): Promise<readonly DecisionLine[]>
}

export interface TestSites {
  readonly broker: MemoryBroker
  plc(serial?: number): Promise<Simulator>
  start(name: string, config: Config, options?: StartOptions): Promise<TestSite>
  /** Sends one request; its answers within `ms`, or the first. */
  write(value: number, options?: { readonly ms?: number }): Promise<readonly { success: boolean; error?: string }[]>
  close(): Promise<void>
}

export interface StartOptions {
  /** Stays over restarts; absent: made from the name. */
  readonly instance?: string
  readonly gateParts?: readonly GatePart[]
  /** What is wrong with the entry's own right to look: for checks. */
  readonly claim?: 'off'
}

const loud = { ...silentLog, info: console.log, warn: console.log, error: console.log }

/** Short names are hexadecimal. */
export const instanceOf = (name: string) => `${name.toLowerCase().repeat(8)}-0000`

/** `more`: of the PLC; `top`: of the file. */
export function siteConfig(namespace: string, port: number, more = '', top = ''): Config {
  const parsed = parseConfig(
    `namespace: ${namespace}\npoll_rate: 250ms\n${top}plcs:\n  - {name: Main PLC, address: "127.0.0.1:${port}", timeout: 1s${more}, tags: [{name: Test_DINT, writable: true}, {name: Test_SINT}]}\nmqtt:\n  - {name: Central, broker: 127.0.0.1}\n`,
    'test.yaml',
  )
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}

export async function createTestSites(): Promise<TestSites> {
  const folder = await mkdtemp(join(tmpdir(), 'claim-'))
  const broker = createMemoryBroker()
  const running: { stop(): Promise<void> }[] = []
  let boots = 0

  async function start(name: string, config: Config, options: StartOptions = {}): Promise<TestSite> {
    const boot = (++boots).toString(16).padStart(4, '0')
    const identity = { instance: options.instance ?? instanceOf(name), boot: `${boot}-${name}` }
    const who = shortIdentity(identity)
    const context: BridgeContext = { namespace: config.namespace, who, log: silentLog }
    const gateway = await startGateway({
      config,
      identity,
      entries: config.mqtt.map((entry) => ({
        id: { service: 'mqtt', name: entry.name },
        config: entry,
        broker: 'memory',
        bridge: createMemoryBridge(entry, context, broker),
        clients: {
          requester: () => createMemoryRequester(entry, context, broker),
          inspector: () => createMemoryInspector(entry, context, broker),
        },
      })),
      driverFor: (one) => createDriver(one, { log: silentLog }),
      journalPath: join(folder, `${name}.journal`),
      publishedPath: join(folder, `${name}.published`),
      claim: options.claim ?? { version: '1', note: emptyNote(), times },
      isolation: {
        version: '1',
        configPath: join(folder, `${name}.yaml`),
        reportPath: join(folder, `${name}.report`),
        sitesPath: join(folder, `${name}.sites`),
        openSibling: async (path) => `${path}: no siblings here`,
        times: runTimes,
      },
      ...(options.gateParts ? { gateParts: options.gateParts } : {}),
      log: () => (process.env.CLAIM_LOG ? loud : silentLog),
    })
    let stopped: Promise<void> | undefined
    const site: TestSite = {
      gateway,
      who,
      name,
      stop: () => {
        stopped ??= gateway.stop()
        return stopped
      },
      decisions: async () => {
        const text = await readFile(join(folder, `${name}.journal`), 'utf8')
        return text
          .split('\n')
          .filter((line) => line.includes('"decision"'))
          .map((line) => JSON.parse(line) as DecisionLine)
      },
    }
    running.push(site)
    return site
  }

  return {
    broker,
    plc: async (serial) => {
      const simulator = await startSimulator({ program: guideProgram(), ...(serial === undefined ? {} : { serial }) })
      running.push({ stop: () => simulator.close() })
      return simulator
    },
    start,
    write: async (value, { ms = 3_000 } = {}) => {
      const answers: { success: boolean; error?: string }[] = []
      const stop = broker.watch('factory/Main PLC/write/response', ({ payload }) => answers.push(JSON.parse(payload)))
      const request = { topic: 'factory', plc: 'Main PLC', tag: 'Test_DINT', value }
      broker.send('factory/Main PLC/write', JSON.stringify(request))
      const end = Date.now() + ms
      while (answers.length === 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5))
      stop()
      return answers
    },
    close: async () => {
      for (const part of running.splice(0).reverse()) await part.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Remembers nothing but what was told already. */
function emptyNote() {
  const told = new Set<string>()
  const isNews = (time: string) => !told.has(time) && told.add(time).size > 0
  return { holds: () => false, set: () => {}, isNews, close: async () => {} }
}

export async function until(condition: () => boolean, what: string, ms = 12_000): Promise<void> {
  const end = Date.now() + ms
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export const stateOf = ({ gateway }: TestSite): ClaimState => gateway.claim.status.getState().gateway
export const kindOf = (site: TestSite) => stateOf(site).kind
export const textOf = (site: TestSite) => claimWords(stateOf(site), 'factory', Date.now()).text
export const becomes = (site: TestSite, kind: ClaimState['kind']) =>
  until(() => kindOf(site) === kind, `${site.name} is ${kind}`)
export const intakeOpen = ({ gateway }: TestSite) => {
  const state = gateway.brokers[0]?.state.getState()
  return state?.kind === 'connected' && state.intake === 'open'
}

/** A health message as another gateway would send it. */
export const health = (plc: string) =>
  JSON.stringify({ topic: 'factory', plc, driver: 'logix', online: true, status: 'connected', timestamp: 't' })
