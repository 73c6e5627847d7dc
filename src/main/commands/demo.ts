import type { DemoSite } from '#main/demo/site'
import type { Gateway } from '#main/gateway/gateway'
import type { Site } from '#main/gateway/site'
import { createLogger } from '#main/log/logger'
import type { Sink } from '#main/log/sinks'
import type { BrokerState } from '#shared/broker'
import { mqttNames } from '#shared/names/build'
import { type PlcState, typeName } from '#shared/plc'
import { valueToJson } from '#shared/value'
import type { EndedRequest } from '#shared/write'
import { startDemoConfig } from './demo-config.ts'
import { exit } from './exit.ts'
import { startHeadless } from './headless.ts'
import { untilSignalled } from './signals.ts'

export interface DemoOptions {
  readonly logDebug?: readonly string[]
  readonly version: string
}

const nowhere: Sink = { write: () => {}, close: async () => {} }

/** Types whose changes are events worth a line each; numbers move all the time. */
const told = new Set(['BOOL', 'STRING'])

/** `warlink demo`: two simulated controllers, an MQTT broker and a gateway, in the terminal, until a signal. */
export async function demo(options: DemoOptions): Promise<number> {
  // States, writes and errors are told below; the log is for who asks for it.
  const logger = options.logDebug ? createLogger({ debug: options.logDebug }) : createLogger({ sink: nowhere })
  const demo = await startDemoConfig(logger.for('demo'))
  if (!demo.ok) return failed(demo.error)
  const { site, configPath, config } = demo
  try {
    say(introduction(site, config.namespace, config.plcs[0]?.name ?? ''))
    let values = 0
    const of: { site?: Site } = {}
    const started = await startHeadless({
      configPath,
      version: options.version,
      logger,
      embedded: [`127.0.0.1:${site.brokerPort}`],
      onWrite: (event) => event.kind === 'ended' && tell(writeText(event.request)),
      onValue: (index) => {
        values++
        const gateway = of.site?.gateway()
        if (gateway) tellValue(gateway, index)
      },
      onLost: () => process.kill(process.pid, 'SIGTERM'),
    })
    if (!started.ok) return failed(started.error)
    of.site = started.site
    const gateway = started.site.gateway()
    if (gateway) follow(gateway)
    const summary = setInterval(() => {
      const confirmed = (started.site.gateway()?.brokers ?? []).reduce(
        (sum, part) => sum + part.outbox.stats().confirmed,
        0,
      )
      tell(`${values} changes in 10 s; ${confirmed} messages confirmed by the broker so far`)
      values = 0
    }, 10_000)
    const code = await untilSignalled(started.stop, say)
    clearInterval(summary)
    return code
  } finally {
    await demo.close()
    await logger.close()
  }
}

function introduction(site: DemoSite, namespace: string, plc: string): string {
  const tag = 'Tank.LevelSetpoint'
  const topic = mqttNames.write(namespace, plc)
  const broker = `-h 127.0.0.1 -p ${site.brokerPort}`
  return [
    `Demo site: two simulated controllers (ports ${site.plcs.map(({ port }) => port).join(', ')}), an MQTT broker (port ${site.brokerPort}), one gateway.`,
    `  watch   mosquitto_sub ${broker} -v -t '${namespace}/#'`,
    `  write   mosquitto_pub ${broker} -t '${topic}' -m '{"topic":"${namespace}","plc":"${plc}","tag":"${tag}","value":70}'`,
    '  end     Ctrl+C',
    '',
  ].join('\n')
}

/** One line for each change of state of a PLC or of the broker. */
function follow(gateway: Gateway) {
  for (const { config, state } of gateway.plcs) {
    tell(`${config.name}: ${plcText(state.getState())}`)
    state.subscribe((now, before) => now.kind !== before.kind && tell(`${config.name}: ${plcText(now)}`))
  }
  for (const { config, state } of gateway.brokers) {
    tell(`${config.name}: ${brokerText(state.getState())}`)
    state.subscribe(
      (now, before) => brokerText(now) !== brokerText(before) && tell(`${config.name}: ${brokerText(now)}`),
    )
  }
}

function plcText(state: PlcState): string {
  if (state.kind === 'waiting') return state.error
  return state.kind === 'online' ? `online, ${state.identity.productName}` : state.kind
}

function brokerText(state: BrokerState): string {
  if (state.kind === 'waiting' || state.kind === 'blocked') return state.error
  return state.kind === 'connected' ? `connected, write requests ${state.intake}` : state.kind
}

function writeText({ plc, tag, valueJson, success, error, at, endedAt }: EndedRequest): string {
  return `write ${plc}/${tag} = ${valueJson}: ${success ? `done in ${endedAt - at} ms` : `refused, ${error}`}`
}

function tellValue({ tags }: Gateway, index: number) {
  const { value, type } = tags.snapshot(index)
  const { plc, tag } = tags.subject(index)
  if (value !== undefined && type && told.has(typeName(type))) tell(`${plc}/${tag} = ${valueToJson(value)}`)
}

function failed(error: string): number {
  process.stderr.write(`demo: ${error}\n`)
  return exit.failed
}

function say(text: string) {
  process.stdout.write(`${text}\n`)
}

function tell(text: string) {
  say(`${new Date().toISOString().slice(11, 23)}  ${text}`)
}
