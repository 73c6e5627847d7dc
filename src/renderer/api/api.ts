/**
 * The window's client of the gateway: opens the wire, opens it again when it is lost, and begins subscriptions anew.
 * Calls are never repeated: whether one that was under way has been carried out is not known.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import {
  type Client,
  type Contract,
  connectTo,
  type EventInput,
  type EventItem,
  type EventName,
  type Listener,
  type Wire,
} from '#shared/rpc'
import type { Connection } from './connection.ts'
import { createLasting, type Lasting, type LastingListener, noConnection } from './lasting.ts'
import { type OpenWire, SignedOut } from './wire.ts'

export interface Api<C extends Contract> {
  /** As `Client.call`. Waits for the first connection; while the connection is lost it rejects at once. */
  readonly call: Client<C>['call']
  /** Lasts until it is stopped, whatever becomes of the wire. Returns how to stop. */
  subscribe<E extends EventName<C>>(
    name: E,
    input: EventInput<C, E>,
    listener: LastingListener<EventItem<C, E>>,
  ): () => void
  /**
   * A subscription that does something (sends a write, tests a connection): begun now or not at all, and never begun
   * again. While there is no connection, and when it is lost, `onEnd` is told.
   */
  subscribeOnce<E extends EventName<C>>(
    name: E,
    input: EventInput<C, E>,
    listener: Listener<EventItem<C, E>>,
  ): () => void
  /** For `useStore(api.connection)`. */
  readonly connection: StoreApi<Connection>
  /** Tries now instead of at `retryAt`. */
  retry(): void
  close(): void
}

/** Shortest and longest wait before the next try, in ms. */
const firstWaitMs = 500
const longestWaitMs = 5_000

export function createApi<C extends Contract>(openWire: OpenWire): Api<C>
export function createApi(openWire: OpenWire): Api<Contract> {
  const connection = createStore<Connection>(() => ({ kind: 'connecting' }))
  const over = new AbortController()
  const lasting = new Set<Lasting>()
  let client: Client<Contract> | undefined
  let wake = () => {}

  /** Opens a wire and lives on it. Resolves with why it ended, or could not be opened. */
  async function live(): Promise<Error> {
    try {
      const wire = await openWire(over.signal)
      if (over.signal.aborted) wire.close()
      const { heard, ended } = withEnd(wire)
      client = connectTo<Contract>(heard)
      connection.setState({ kind: 'open', since: Date.now() }, true)
      for (const one of [...lasting]) one.begin(client)
      return await ended
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  async function keep() {
    let since = Date.now()
    let attempts = 0
    while (!over.signal.aborted) {
      const why = await live()
      if (client) {
        since = Date.now()
        attempts = 0
      }
      client = undefined
      const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** attempts)
      attempts = Math.min(attempts + 1, 1_000)
      const signedOut = why instanceof SignedOut
      const retryAt = Date.now() + waitMs
      connection.setState({ kind: 'lost', since, why: why.message, attempts, retryAt, signedOut }, true)
      if (!over.signal.aborted) await wait(waitMs)
    }
  }

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  void keep()
  return {
    call: async (name, input, options) => {
      if (connection.getState().kind === 'connecting') await settled(connection)
      if (client) return await client.call(name, input, options)
      const state = connection.getState()
      throw noConnection(name, state.kind === 'lost' ? state.why : '')
    },
    subscribe: (name, input, listener) => {
      const one = createLasting(name, input, listener, () => lasting.delete(one))
      lasting.add(one)
      if (client) one.begin(client)
      return one.stop
    },
    subscribeOnce: (name, input, listener) => {
      if (client) return client.subscribe(name, input, listener)
      const state = connection.getState()
      listener.onEnd?.(noConnection(name, state.kind === 'lost' ? state.why : ''))
      return () => {}
    },
    connection,
    retry: () => wake(),
    close: () => {
      over.abort()
      wake()
      client?.close()
    },
  }
}

/** The wire for `connectTo`, which takes its one listener for the end, and that end for us. */
function withEnd(wire: Wire): { readonly heard: Wire; readonly ended: Promise<Error> } {
  let end: (why: Error) => void = () => {}
  const ended = new Promise<Error>((resolve) => {
    end = resolve
  })
  const onClose: Wire['onClose'] = (listener) =>
    wire.onClose((why) => {
      listener(why)
      end(why)
    })
  return { heard: { ...wire, onClose }, ended }
}

/** Resolves when the first try to connect has ended, either way. */
function settled(connection: StoreApi<Connection>): Promise<void> {
  return new Promise((resolve) => {
    const stop = connection.subscribe(({ kind }) => {
      if (kind === 'connecting') return
      stop()
      resolve()
    })
  })
}
