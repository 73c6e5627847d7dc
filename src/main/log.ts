/**
 * Log of the gateway. Parts get a `Log` passed in; nobody imports a logger. `area` is a word of the vocabulary
 * (`mqtt`, `valkey`, `kafka`, `logix`, `writeback`, `tags`, `gateway`), so that `--log-debug=mqtt,valkey` can name it.
 */
export interface Log {
  /** Only written for areas switched on by `--log-debug`. A function, so that text is not made in vain on hot paths. */
  debug(text: () => string): void
  info(text: string): void
  warn(text: string): void
  /** `cause` is written with its stack where it has one. */
  error(text: string, cause?: unknown): void
}

/** A log for tests and for parts that need none. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
