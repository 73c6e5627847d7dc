/** One of several gateways of the same namespace: a process on its own controller and its own ways to the brokers. */
import { askGateway } from '#main/commands/ask-gateway'
import { guideProgram, type Simulator, startSimulator } from '#main/plcs/simulator/index'
import type { Service } from '#shared/broker'
import type { ClaimStatus } from '#shared/isolation'
import { claimWords } from '#shared/isolation-words'
import { configFolder, type GatewayProcess, startGatewayProcess } from '../line/gateway-process.ts'
import { until } from '../line/tools.ts'
import { rememberHeld } from '../site-file.ts'

/** The tag that requests write. */
export const commandTag = 'Test_DINT'

export interface Contender {
  readonly configPath: string
  readonly plc: Simulator
  /** Starts the process; nothing where it runs. */
  start(): void
  readonly running: boolean
  /** SIGKILL, or SIGTERM. */
  down(how: 'kill' | 'end'): Promise<void>
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
  /** What it says of its claim; undefined where it does not answer. */
  claim(): Promise<ClaimStatus | undefined>
  /** Its state in words: `standby: namespace … belongs to …`. */
  words(): Promise<string>
  /** Resolves when its state is of this kind. */
  state(kind: ClaimStatus['gateway']['kind'], ms?: number): Promise<ClaimStatus>
  /** All that its processes printed. */
  log(): readonly string[]
  remove(): Promise<void>
}

export interface ContenderOptions {
  readonly namespace: string
  /** As people call it; in its records. */
  readonly site: string
  readonly ports: Partial<Record<Service, number>>
  /** It held this namespace last, as its own note says. */
  readonly heldBefore?: boolean
  /** Another gateway's controller: the same serials. Absent: its own. */
  readonly plc?: Simulator
  /** More lines of an entry of a service: `selector: a`. */
  readonly more?: Partial<Record<Service, string>>
}

/** The configuration, and its controller; the process is not started yet. */
export async function createContender(options: ContenderOptions): Promise<Contender> {
  const plc = options.plc ?? (await startSimulator({ program: guideProgram() }))
  const text = configText(options, plc.port)
  const folder = await configFolder(text)
  if (options.heldBefore) await rememberHeld(folder.path, text)
  const printed: string[] = []
  let gateway: GatewayProcess | undefined

  const claim = async () => {
    if (!gateway) return undefined
    const asked = await askGateway({ config: folder.path }, (client) => client.call('isolation.status', {}))
    return asked.ok ? asked.answer.claim : undefined
  }
  const words = async () => {
    const status = await claim()
    if (!status) return 'no answer'
    const { text: said, hint } = claimWords(status.gateway, status.namespace, Date.now())
    return `${said}. ${hint}`
  }
  const down = async (how: 'kill' | 'end') => {
    const ending = gateway
    gateway = undefined
    if (!ending) return
    await (how === 'kill' ? ending.kill() : ending.end())
    printed.push(...ending.lines)
  }

  return {
    configPath: folder.path,
    plc,
    start: () => {
      gateway ??= startGatewayProcess(folder.path)
    },
    get running() {
      return gateway !== undefined
    },
    down,
    signal: (signal) => gateway?.signal(signal),
    claim,
    words,
    state: async (kind, ms = 40_000) => {
      let status: ClaimStatus | undefined
      const reached = async () => {
        status = await claim()
        return status?.gateway.kind === kind
      }
      await until(reached, `${options.site}: claim ${kind}`, ms, 250).catch(async (error: unknown) => {
        throw new Error(
          `${String(error)} (${await words()}). It printed:\n${[...(gateway?.lines ?? [])].slice(-40).join('\n')}`,
        )
      })
      return status as ClaimStatus
    },
    log: () => [...printed, ...(gateway?.lines ?? [])],
    remove: async () => {
      await down('kill')
      await folder.remove()
      if (!options.plc) await plc.close()
    },
  }
}

function configText({ namespace, site, ports, more = {} }: ContenderOptions, plcPort: number): string {
  const { mqtt, valkey, kafka } = ports
  const entry = (service: Service, text: string) =>
    `${service}:\n  - {name: Central, ${text}${more[service] ? `, ${more[service]}` : ''}}`
  return [
    `namespace: ${namespace}`,
    `site: ${site}`,
    'poll_rate: 1s',
    'plcs:',
    '  - name: Main PLC',
    `    address: 127.0.0.1:${plcPort}`,
    '    timeout: 3s',
    `    tags: [{name: ${commandTag}, writable: true}]`,
    ...(mqtt === undefined ? [] : [entry('mqtt', `broker: "127.0.0.1:${mqtt}"`)]),
    ...(valkey === undefined ? [] : [entry('valkey', `address: "127.0.0.1:${valkey}", enable_writeback: true`)]),
    ...(kafka === undefined ? [] : [entry('kafka', `brokers: ["127.0.0.1:${kafka}"], enable_writeback: true`)]),
    '',
  ].join('\n')
}
