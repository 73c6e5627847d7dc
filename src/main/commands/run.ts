import { realConfigPath } from '#main/gateway/lock'
import { areasProblem, createLogger } from '#main/log/logger'
import { exit } from './exit.ts'
import { type ConfigOptions, loadConfig, tellProblems } from './load.ts'
import { runGateway } from './run-gateway.ts'

export interface RunOptions extends ConfigOptions {
  /** File for the log. */
  readonly log?: string
  /** Areas whose debug lines are written. */
  readonly logDebug?: readonly string[]
  readonly version: string
  /** File of the built thread that edits long configurations. */
  readonly textWorker: string
}

/** `warlink run`: the gateway without a window, until a signal. */
export async function run(options: RunOptions): Promise<number> {
  const wrongArea = areasProblem(options.logDebug ?? [])
  if (wrongArea) {
    process.stderr.write(`${wrongArea}\n`)
    return exit.usage
  }
  const loaded = await loadConfig(options)
  tellProblems(loaded.path, loaded.ok ? loaded.warnings : loaded.problems)
  if (!loaded.ok) return exit.usage
  const logger = createLogger({
    debug: options.logDebug ?? [],
    ...(options.log === undefined ? {} : { file: options.log }),
  })
  const configPath = await realConfigPath(loaded.path)
  const { namespace, version, textWorker, log: logPath } = options
  return await runGateway({ configPath, namespace, version, textWorker, logger, logPath })
}
