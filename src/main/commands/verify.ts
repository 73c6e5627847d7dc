import { stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { readConfigFile } from '#main/config/file'
import { realConfigPath } from '#main/gateway/lock'
import { asError } from '#main/link'
import { areasProblem, createLogger, type Logger } from '#main/log/logger'
import type { Sink } from '#main/log/sinks'
import type { Config } from '#shared/config'
import type { GatewayClient } from '#shared/contract/index'
import { type CheckNumber, meanwhile, type RunState, type Verdict } from '#shared/isolation-run'
import type { RpcError } from '#shared/rpc'
import { exit } from './exit.ts'
import { type ConfigOptions, loadConfig, problemLine, tellProblems } from './load.ts'
import { listenForSignals } from './signals.ts'
import { type ReachOptions, reachGateway } from './verify-gateway.ts'
import { nothingTold, progressLines, resultText } from './verify-text.ts'
import { waitUntilReady } from './verify-wait.ts'

export interface VerifyOptions extends ConfigOptions {
  /** Files for the report; `.html` and `.json` say its form. */
  readonly report?: readonly string[]
  /** Configuration of another site that agrees to be written to. */
  readonly sibling?: string
  /** Absent: all twelve. */
  readonly checks?: readonly CheckNumber[]
  /** The report as JSON on standard output, in place of the text. */
  readonly json?: boolean
  /** The demo site in place of a configuration. */
  readonly demo?: boolean
  readonly log?: string
  readonly logDebug?: readonly string[]
  readonly version: string
}

const codes: Readonly<Record<Verdict, number>> = { pass: exit.good, fail: exit.failed, 'not-proven': exit.notProven }
const nowhere: Sink = { write: () => {}, close: async () => {} }

/**
 * `warlink verify`: the whole isolation run, by the gateway that runs on the configuration or by one of its own.
 * Progress on standard error, the result on standard output. Exit codes: see `exit`.
 */
export async function verify(options: VerifyOptions): Promise<number> {
  const { report: files = [], sibling, logDebug = [], log } = options
  const problem = areasProblem(logDebug) || (await filesProblem(files)) || (await siblingProblem(sibling))
  if (problem) return refused(problem)
  const logger = createLogger({
    debug: logDebug,
    // What it does is told line by line, and what is wrong is evidence: the log is for who asks for it.
    ...(logDebug.length > 0 ? {} : { sink: nowhere }),
    ...(log === undefined ? {} : { file: log }),
  })
  try {
    return options.demo ? await verifyDemo(options, logger) : await verifyFile(options, logger)
  } finally {
    await logger.close()
  }
}

async function verifyDemo(options: VerifyOptions, logger: Logger): Promise<number> {
  const { startDemoConfig } = await import('./demo-config.ts')
  const demo = await startDemoConfig(logger.for('demo'))
  if (!demo.ok) return refused(demo.error, exit.unavailable)
  const { configPath, config, embedded } = demo
  try {
    return await verifyConfig(options, { configPath, config, embedded }, logger)
  } finally {
    await demo.close()
  }
}

async function verifyFile(options: VerifyOptions, logger: Logger): Promise<number> {
  const loaded = await loadConfig(options)
  tellProblems(loaded.path, loaded.ok ? loaded.warnings : loaded.problems)
  if (!loaded.ok) return exit.usage
  const configPath = await realConfigPath(loaded.path)
  return await verifyConfig(options, { configPath, config: loaded.config }, logger)
}

interface Place extends Pick<ReachOptions, 'configPath' | 'embedded'> {
  readonly config: Config
}

async function verifyConfig(options: VerifyOptions, place: Place, logger: Logger): Promise<number> {
  const { config, configPath, embedded } = place
  const { namespace, version, log: logPath } = options
  const interrupt = listenForSignals()
  const lost = new AbortController()
  const onLost = (why: string) => lost.abort(new Error(why))
  try {
    const reached = await reachGateway({ configPath, namespace, version, logger, logPath, embedded, onLost })
    if (!reached.ok) return refused(reached.error, exit.unavailable)
    say(`namespace ${config.namespace}, ${configPath}`)
    if (reached.pid !== undefined) say(`made by the gateway that runs on it (process ${reached.pid})`)
    else say('no gateway runs on it: one is started for this run; it publishes and takes write requests meanwhile')
    try {
      return await runWith(reached.client, { options, config, lost: lost.signal, interrupted: interrupt.signal })
    } finally {
      await reached.close()
    }
  } catch (error) {
    if (interrupt.signal.aborted) return refused('cancelled before the checks began', exit.cancelled)
    return refused(
      `${configPath}: ${asError(lost.signal.reason ?? error).message}. Run the checks again.`,
      exit.unavailable,
    )
  } finally {
    interrupt.close()
  }
}

interface RunWith {
  readonly options: VerifyOptions
  readonly config: Config
  /** The gateway has lost its configuration to another one. */
  readonly lost: AbortSignal
  /** A person ends it. */
  readonly interrupted: AbortSignal
}

/** Rejects where the gateway is gone, or before the checks began by an interrupt. */
async function runWith(client: GatewayClient, { options, config, lost, interrupted }: RunWith): Promise<number> {
  const { sibling, report: files = [], json } = options
  const signal = AbortSignal.any([interrupted, lost])
  const open = await waitUntilReady({ client, config, signal, say })
  if (open) say(`goes on though not all is ready: ${open}`)
  signal.throwIfAborted()
  const warning = options.checks?.includes(7) === false ? '' : meanwhile(config)
  if (warning) say(warning)
  const order = {
    ...(sibling === undefined ? {} : { sibling: path.resolve(sibling) }),
    ...(options.checks ? { checks: [...options.checks] } : {}),
  }
  const started = await client.call('isolation.run', order)
  if (!started.ok) return refused(started.error, exit.unavailable)
  const cancel = () => {
    say('cancelled: what was changed is set back; a second signal ends at once')
    void client.call('isolation.cancel', {}).catch(() => {})
  }
  interrupted.addEventListener('abort', cancel, { once: true })
  if (interrupted.aborted) cancel()
  const { how, error, report } = await follow(client, lost)
  if (error) say(error)
  if (how === 'cancelled')
    return interrupted.aborted
      ? refused(error ? 'cancelled; not all could be set back' : 'cancelled; nothing is left behind', exit.cancelled)
      : refused('isolation run: somebody else cancelled it. Run it again.', exit.unavailable)
  if (how === 'failed')
    return refused('isolation run: it broke off. Run it again with --log-debug all.', exit.unavailable)
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : resultText(report))
  return (await writeFiles(client, files)) ? codes[report.verdict] : exit.unavailable
}

/** Tells the run line by line. Resolves with its end; rejects where the connection ends, or `lost` says so. */
function follow(client: GatewayClient, lost: AbortSignal): Promise<Extract<RunState, { kind: 'ended' }>> {
  return new Promise((resolve, reject) => {
    lost.addEventListener('abort', () => reject(asError(lost.reason)), { once: true })
    let told = nothingTold
    const stop = client.subscribe(
      'isolation.progress',
      {},
      {
        onItems: (items) => {
          for (const state of items) {
            if (state.kind === 'ended') {
              stop()
              return resolve(state)
            }
            if (state.kind !== 'running') continue
            const next = progressLines(state, told)
            told = next.told
            for (const line of next.lines) say(line)
          }
        },
        onEnd: (why: RpcError) => reject(why),
      },
    )
  })
}

/** False where one could not be written: the checks were made, but who wanted the report has none. */
async function writeFiles(client: GatewayClient, files: readonly string[]): Promise<boolean> {
  let good = true
  for (const file of files) {
    try {
      const { text } = await client.call('isolation.report', { format: formatOf(file) ?? 'json' })
      await writeFile(file, text)
      say(`report: ${path.resolve(file)}`)
    } catch (error) {
      good = false
      say(`${file}: the report can't be written (${asError(error).message}). Name another file.`)
    }
  }
  return good
}

function formatOf(file: string): 'html' | 'json' | undefined {
  const extension = path.extname(file).toLowerCase()
  return extension === '.html' || extension === '.htm' ? 'html' : extension === '.json' ? 'json' : undefined
}

/** Found before the run, which takes a minute. */
async function filesProblem(files: readonly string[]): Promise<string> {
  for (const file of files) {
    if (!formatOf(file)) return `--report ${file}: the name must end in .html or .json.`
    const folder = await stat(path.dirname(path.resolve(file))).catch(() => undefined)
    if (!folder?.isDirectory()) return `--report ${file}: its folder does not exist. Make it first.`
    if (
      await stat(file).then(
        (one) => one.isDirectory(),
        () => false,
      )
    )
      return `--report ${file}: this is a folder. Name a file.`
  }
  return ''
}

async function siblingProblem(sibling: string | undefined): Promise<string> {
  if (sibling === undefined) return ''
  const read = await readConfigFile(path.resolve(sibling))
  if (read.ok) return ''
  const errors = read.problems.filter(({ severity }) => severity === 'error')
  return ['--sibling: this configuration can not be used:', ...errors.map((one) => problemLine(sibling, one))].join(
    '\n',
  )
}

function say(text: string) {
  process.stderr.write(`${text}\n`)
}

function refused(text: string, code: number = exit.usage): number {
  say(text)
  return code
}
