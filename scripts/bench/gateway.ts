/** A gateway as it runs at a site, without a window: the built command line in a process of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Service } from '#shared/broker'
import { type Brokers, present } from './brokers.ts'
import { namespace } from './entries.ts'
import { type Beside, sleep, startCli } from './measure.ts'

/** Name of the PLC in all configurations. */
export const plcName = 'Line 01'

export interface GatewayOptions {
  readonly plcPort: number
  readonly tags: readonly string[]
  readonly brokers: Brokers
  /** May be written. */
  readonly writable?: readonly string[]
  /** Waits until all brokers take write requests; the entries take some. */
  readonly writes?: boolean
  readonly execArgv?: readonly string[]
  onLine?(line: string): void
}

/**
 * Folder of the configuration, for all gateways of a run, one after the other: the same installation, so that the
 * namespace passes from each to the next. A stranger would stand by for good.
 */
let folder: string | undefined

function ownFolder(): string {
  if (folder !== undefined) return folder
  const made = mkdtempSync(join(tmpdir(), 'warlink-bench-'))
  process.on('exit', () => rmSync(made, { recursive: true, force: true }))
  folder = made
  return made
}

/** Starts a gateway that polls every 250 ms, and waits until PLC and brokers are connected. `stop` ends it in good order. */
export async function startGateway(options: GatewayOptions): Promise<Beside> {
  const path = join(ownFolder(), 'bench.yaml')
  await writeFile(path, configText(options))
  const online = new RegExp(`${plcName}: online`)
  const services = present(options.brokers)
  const said = options.writes ? 'write requests are taken in' : 'connected'
  const { execArgv, onLine } = options
  const more = { ...(execArgv && { execArgv }), ...(onLine && { onLine }) }
  const ready = [online, ...services.map((service) => new RegExp(`${service} "Bench": ${said}`))]
  return startCli(['run', '--config', path], ready, more)
}

function configText({ plcPort, tags, writable = [], brokers, writes = false }: GatewayOptions): string {
  const text = (value: unknown) => JSON.stringify(value)
  const tagTexts = tags.map((name) => `      - { name: ${text(name)}, writable: ${writable.includes(name)} }`)
  const entry = (service: Service, address: string) =>
    brokers[service] ? [`${service}:`, `  - { name: Bench, enable_writeback: ${writes}, ${address} }`] : []
  return [
    `namespace: ${namespace}`,
    'plcs:',
    `  - name: ${text(plcName)}`,
    `    address: 127.0.0.1:${plcPort}`,
    '    poll_rate: 250ms',
    '    tags:',
    ...tagTexts,
    ...entry('mqtt', `broker: 127.0.0.1, port: ${brokers.mqtt?.port}`),
    ...entry('valkey', `address: "127.0.0.1:${brokers.valkey?.port}"`),
    ...entry('kafka', `brokers: ["127.0.0.1:${brokers.kafka?.port}"]`),
    '',
  ].join('\n')
}

/** CPU time a process has used, in s: user and system (proc(5), `stat`). Linux counts it in hundredths. */
export async function cpuSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The second field is the name, in parentheses, and may have anything in it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Memory of a process that is in RAM, in MB. */
export async function rssMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8')
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) * 1_024) / 1e6
}

/** CPU of a process over the next `ms`, in % of one core. */
export async function cpuPercent(pid: number, ms: number): Promise<number> {
  const before = await cpuSeconds(pid)
  const begun = performance.now()
  await sleep(ms)
  return ((await cpuSeconds(pid)) - before) / ((performance.now() - begun) / 100_000)
}
