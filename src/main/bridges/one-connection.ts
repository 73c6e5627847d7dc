/** One connection for several users at once, made at first use and anew after a loss. Nobody waits for it in vain. */
import { asError } from '#main/link'
import { unlessAborted } from './unless-aborted.ts'

export interface Usable {
  /** Resolves when it is gone. */
  readonly lost: Promise<Error>
  /** Why it can't be used any more; undefined while it can. */
  ended(): Error | undefined
  close(): Promise<void>
}

export interface OneConnection<C extends Usable> {
  /** The connection. Rejects in the words of `open`, or when the signal aborts: others go on waiting then. */
  get(signal: AbortSignal): Promise<C>
  /** Calls `listener` when this connection is lost, at once where it is. Returns how to stop waiting for that. */
  onLost(connection: C, listener: (error: Error) => void): () => void
  /** For good. Bounded as `C.close` is, never rejects. */
  close(): Promise<void>
}

/** `open` must give up when its signal aborts. `closedText`: what `get` says after `close`. */
export function oneConnection<C extends Usable>(
  open: (signal: AbortSignal) => Promise<C>,
  closedText: string,
): OneConnection<C> {
  const closing = new AbortController()
  let opening: Promise<C> | undefined
  let usable: C | undefined
  /** Not `lost.then` for each: a connection outlives thousands of requests, and they would all be kept. */
  const listeners = new WeakMap<C, Set<(error: Error) => void>>()

  function made(connection: C): C {
    const own = new Set<(error: Error) => void>()
    listeners.set(connection, own)
    void connection.lost.then((error) => {
      for (const listener of own) listener(error)
      own.clear()
    })
    usable = connection
    return connection
  }

  function current(): Promise<C> {
    if (opening && !usable?.ended()) return opening
    usable = undefined
    const mine = open(closing.signal).then(made)
    opening = mine
    mine.catch(() => {
      if (opening === mine) opening = undefined
    })
    return mine
  }

  return {
    get: (signal) => {
      if (closing.signal.aborted) return Promise.reject(asError(closing.signal.reason))
      return signal.aborted ? Promise.reject(asError(signal.reason)) : unlessAborted(current(), signal)
    },
    onLost: (connection, listener) => {
      const ended = connection.ended()
      if (ended) listener(ended)
      const own = listeners.get(connection)
      own?.add(listener)
      return () => own?.delete(listener)
    },
    close: async () => {
      closing.abort(new Error(closedText))
      const connection = await opening?.catch(() => undefined)
      await connection?.close()
    },
  }
}
