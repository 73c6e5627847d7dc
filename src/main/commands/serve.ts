import { realConfigPath } from '#main/gateway/lock'
import { asError } from '#main/link'
import { areasProblem, createLogger, type Logger } from '#main/log/logger'
import { isBuilt } from '#main/wires/assets'
import { startDemoConfig } from './demo-config.ts'
import { exit } from './exit.ts'
import type { Headless } from './headless.ts'
import { type ConfigOptions, loadConfig, tellProblems } from './load.ts'
import { openBrowser } from './open-browser.ts'
import { runGateway } from './run-gateway.ts'
import { openRemote, type RemoteOptions, remoteProblem } from './serve-remote.ts'
import { askTicket } from './ticket.ts'

export interface ServeOptions extends ConfigOptions, RemoteOptions {
  /** 0: a free one. */
  readonly port: number
  /** Opens the window in the default browser. */
  readonly open?: boolean
  /** The demo site in place of a configuration. */
  readonly demo?: boolean
  readonly log?: string
  readonly logDebug?: readonly string[]
  readonly version: string
  /** Folder of the built window. */
  readonly window: string
  /** File of the built thread that edits long configurations. */
  readonly textWorker: string
}

/** `warlink serve`: the gateway with its window in a browser, until a signal. */
export async function serve(options: ServeOptions): Promise<number> {
  const { logDebug: debug = [], log: file, window: folder } = options
  const problem = areasProblem(debug) || remoteProblem(options) || ((await isBuilt(folder)) ? '' : notBuilt)
  if (problem) return refused(problem)
  const logger = createLogger({ debug, ...(file === undefined ? {} : { file }) })
  return options.demo ? await serveDemo(options, logger) : await serveFile(options, logger)
}

const notBuilt = 'warlink serve: the window is not built. Run: npm run build'

async function serveDemo(options: ServeOptions, logger: Logger): Promise<number> {
  const demo = await startDemoConfig(logger.for('demo'))
  if (!demo.ok) return refused(demo.error)
  try {
    return await serveGateway(options, logger, demo)
  } finally {
    await demo.close()
  }
}

async function serveFile(options: ServeOptions, logger: Logger): Promise<number> {
  const loaded = await loadConfig(options)
  // A broken or missing file is the window's to show: it has the wizard and the list of mistakes.
  tellProblems(loaded.path, loaded.ok ? loaded.warnings : loaded.problems)
  return await serveGateway(options, logger, { configPath: await realConfigPath(loaded.path) })
}

async function serveGateway(
  options: ServeOptions,
  logger: Logger,
  site: Pick<Parameters<typeof runGateway>[0], 'configPath' | 'embedded'>,
): Promise<number> {
  const { port, open = false, version, textWorker, namespace, window: folder, host, log: logPath } = options
  let begin: (gateway: Started) => void = () => {}
  const started = new Promise<Started>((resolve) => {
    begin = resolve
  })
  const remote = await openRemote(options, logger, (wire) => void started.then((gateway) => gateway.serve(wire))).catch(
    asError,
  )
  if (remote instanceof Error) return refused(remote.message)
  if (remote) process.stdout.write(`window for other computers: https://${host}:${remote.port}/ (with the password)\n`)
  try {
    return await runGateway({
      configPath: site.configPath,
      namespace,
      ...(site.embedded ? { embedded: site.embedded } : {}),
      version,
      textWorker,
      logger,
      logPath,
      // The port that was asked for is the one that others see.
      window: { folder, port: remote ? 0 : port },
      onStarted: (gateway) => {
        begin(gateway)
        void show(gateway, open)
      },
      onRefused: (refusal) => showRunning(refusal, open),
    })
  } finally {
    await remote?.close()
  }
}

type Started = Extract<Headless, { ok: true }>

/** Prints an address that lets in once, and opens another one. */
async function show({ windowUrl, ownWindowUrl }: Started, open: boolean) {
  process.stdout.write(`window: ${windowUrl()}\n`)
  const own = open ? ownWindowUrl() : undefined
  if (own && !(await openBrowser(own)))
    process.stdout.write('No browser could be opened here: open the address yourself.\n')
}

/** The configuration has a gateway already: its window is the one to open. */
async function showRunning({ error, running }: Extract<Headless, { ok: false }>, open: boolean): Promise<number> {
  const url = running && (await askTicket(running, 'any'))
  if (!url) return refused(error, exit.failed)
  process.stdout.write(`a gateway runs on it already (pid ${running.pid}).\nwindow: ${url}\n`)
  const own = open ? await askTicket(running, 'own') : undefined
  if (own) await openBrowser(own)
  return exit.good
}

function refused(text: string, code: number = exit.usage): number {
  process.stderr.write(`${text}\n`)
  return code
}
