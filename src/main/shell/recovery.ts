import type { Log } from '#main/log'
import type { WindowIntent } from './intent.ts'

/** So often in a row the application starts itself anew; then a person has to look. */
const mostRecoveries = 3
/** Having run for so long, an earlier error does not count any more. */
const longRunMs = 10 * 60_000

/** How the application starts anew after an internal error; undefined where that has not helped. */
export function recoveryOf(intent: WindowIntent, ranMs: number): WindowIntent | undefined {
  const before = ranMs >= longRunMs ? 0 : intent.recovered
  return before >= mostRecoveries ? undefined : { ...intent, recovered: before + 1 }
}

export interface RecoveryOptions {
  readonly intent: WindowIntent
  readonly log: Log
  /** Has the application started anew once it has ended. */
  restart(intent: WindowIntent): void
  end(code: number): void
}

/**
 * A bug in the main process: nobody knows what state the parts are in, and a gateway in doubt must not write. It ends in
 * good order, so that brokers hear of it, and a new process begins.
 */
export function recoverFromErrors({ intent, log, restart, end }: RecoveryOptions) {
  const begun = performance.now()
  let failed = false
  function onError(error: unknown) {
    log.error('internal error; the application ends and starts anew', error)
    if (failed) return
    failed = true
    const next = recoveryOf(intent, performance.now() - begun)
    if (next) restart(next)
    end(1)
  }
  process.on('uncaughtException', onError)
  process.on('unhandledRejection', onError)
}
