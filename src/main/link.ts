/**
 * The only reconnect loop of the gateway, for PLCs and brokers alike: connect, use, notice the loss, back off, connect
 * again. In goes a way to connect; out come states and, for each connection, one call of `use`.
 */

/** What a connection must offer so that it can be kept up. */
export interface Losable {
  /** Resolves once, with the reason, when the connection is gone; also after `close`. Never rejects. */
  readonly lost: Promise<Error>
  /** Closes in good order; bounded in time, never rejects, may be called twice. */
  close(): Promise<void>
}

export type LinkState =
  | { readonly kind: 'connecting'; readonly since: number }
  | { readonly kind: 'up'; readonly since: number }
  | {
      readonly kind: 'waiting'
      readonly since: number
      readonly error: Error
      readonly retryAt: number
      readonly attempts: number
    }
  | { readonly kind: 'stopped' }

/** An error that asks for a slow retry: only a person can mend it (wrong password, wrong slot). */
export class NeedsPerson extends Error {
  override readonly name = 'NeedsPerson'
}

export interface LinkOptions<C extends Losable> {
  /** One attempt. Rejects with a text for people; must give up when `signal` aborts. */
  connect(signal: AbortSignal): Promise<C>
  /**
   * Called once for each connection; `signal` aborts when the connection is lost or the link is stopped. A rejection
   * counts as the loss of the connection. May resolve early.
   */
  use(connection: C, signal: AbortSignal): Promise<void>
  onState(state: LinkState): void
  /** First wait and longest wait in ms; absent: 500 and 4,000. */
  readonly backoff?: { readonly firstMs: number; readonly lastMs: number }
}

export interface Link {
  /** Stops for good: the connection is closed, `onState` has heard `stopped` when this resolves. */
  stop(): Promise<void>
  /** Ends a wait now. */
  retryNow(): void
}

/** A connection that lived this long has earned the short first wait again. */
const healthyMs = 30_000
/** Wait after an error that needs a person. */
const personMs = 30_000

/**
 * Keeps a connection up until stopped. Waits grow by doubling with half of each drawn by lot, so that a hundred
 * gateways do not knock at once.
 */
export function keepLinked<C extends Losable>(options: LinkOptions<C>): Link {
  const stopping = new AbortController()
  const { firstMs, lastMs } = options.backoff ?? { firstMs: 500, lastMs: 4_000 }
  let wake = () => {}
  let attempts = 0

  const wait = (ms: number) =>
    new Promise<void>((done) => {
      const timer = setTimeout(done, ms)
      wake = () => {
        clearTimeout(timer)
        done()
      }
      if (stopping.signal.aborted) wake()
    })

  async function once(): Promise<Error> {
    options.onState({ kind: 'connecting', since: Date.now() })
    const connection = await options.connect(stopping.signal)
    const upAt = Date.now()
    const ended = new AbortController()
    const stop = () => ended.abort(new Error('stopped'))
    stopping.signal.addEventListener('abort', stop, { once: true })
    try {
      if (stopping.signal.aborted) return new Error('stopped')
      options.onState({ kind: 'up', since: upAt })
      const failed = new Promise<Error>((resolve) => {
        options.use(connection, ended.signal).catch((error: unknown) => resolve(asError(error)))
      })
      const stopped = new Promise<Error>((resolve) => {
        if (ended.signal.aborted) resolve(new Error('stopped'))
        else ended.signal.addEventListener('abort', () => resolve(asError(ended.signal.reason)), { once: true })
      })
      const why = await Promise.race([connection.lost, failed, stopped])
      if (Date.now() - upAt >= healthyMs) attempts = 0
      return why
    } finally {
      stopping.signal.removeEventListener('abort', stop)
      ended.abort(new Error('the connection is gone'))
      await connection.close()
    }
  }

  async function run() {
    while (!stopping.signal.aborted) {
      const error = await once().catch(asError)
      if (stopping.signal.aborted) break
      attempts++
      const full = error instanceof NeedsPerson ? personMs : Math.min(lastMs, firstMs * 2 ** Math.min(attempts - 1, 10))
      const ms = Math.round(full / 2 + (Math.random() * full) / 2)
      const now = Date.now()
      options.onState({ kind: 'waiting', since: now, error, retryAt: now + ms, attempts })
      await wait(ms)
    }
    options.onState({ kind: 'stopped' })
  }

  const running = run()
  return {
    stop: () => {
      stopping.abort(new Error('stopped'))
      wake()
      return running
    },
    retryNow: () => wake(),
  }
}

/** Whatever was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
