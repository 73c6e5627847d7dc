import type { SiteState } from '#shared/site'
import { exit } from './exit.ts'
import { type Headless, type HeadlessOptions, startHeadless } from './headless.ts'
import { untilSignalled } from './signals.ts'

export interface RunGatewayOptions extends Omit<HeadlessOptions, 'onLost'> {
  /** The gateway runs. */
  onStarted?(headless: Extract<Headless, { ok: true }>): void
  /** It does not start; absent: the log says why. Returns the exit code. */
  onRefused?(refusal: Extract<Headless, { ok: false }>): Promise<number>
}

/** Runs a gateway until a signal, or until it must not run any longer. Returns the exit code. Closes the logger. */
export async function runGateway(options: RunGatewayOptions): Promise<number> {
  const { logger, configPath, version } = options
  const log = logger.for('gateway')
  log.info(`version ${version}, ${configPath}`)
  const started = await startHeadless({
    ...options,
    onLost: (why) => {
      // Two gateways on one file would be twins under one namespace.
      log.error(why)
      process.kill(process.pid, 'SIGTERM')
    },
  })
  if (!started.ok) {
    if (!options.onRefused) log.error(started.error)
    const code = (await options.onRefused?.(started)) ?? exit.failed
    await logger.close()
    return code
  }
  process.once('uncaughtException', (error) => {
    // A bug: end in good order, so that health says so, and let the service start anew.
    log.error('internal error; the gateway ends', error)
    process.exitCode = exit.failed
    process.kill(process.pid, 'SIGTERM')
  })
  const { config, state } = started.site.now.getState()
  log.info(config ? `namespace ${config.namespace}` : `no gateway runs yet: ${stateWords[state.kind]}`)
  options.onStarted?.(started)
  const code = await untilSignalled(started.stop, (text) => log.info(text))
  log.info('ended')
  await logger.close()
  return process.exitCode === exit.failed ? exit.failed : code
}

const stateWords: { readonly [kind in SiteState['kind']]: string } = {
  'no-file': 'there is no configuration; make one in the window',
  broken: 'the configuration has mistakes; mend it and reload it in the window',
  starting: 'it starts',
  running: 'it runs',
  failed: 'it could not be started, see above',
  stopped: 'it is stopped',
}
