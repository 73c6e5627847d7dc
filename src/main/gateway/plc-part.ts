/**
 * One PLC of the configuration, running: link, poll loop and write queue. Its state and its poll figures are cells that
 * health, window and command line subscribe to.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { keepLinked, type Link, type LinkState } from '#main/link'
import type { Log } from '#main/log'
import type { Driver, PlcConnection } from '#main/plcs/driver'
import { type PollStats, poll } from '#main/tags/poller'
import type { TagTable } from '#main/tags/table'
import { untilAborted } from '#main/waiting'
import type { WritablePlc } from '#main/writeback/execute'
import { createWriteQueue, type WriteQueue } from '#main/writeback/queue'
import type { PlcConfig } from '#shared/config'
import type { PinState } from '#shared/isolation'
import { pinState } from '#shared/pin'
import type { ConnectStage, PlcDetails, PlcState, ProgramChange } from '#shared/plc'
import { valueToJson } from '#shared/value'

export interface PlcPart {
  /** As it is now: `retag` replaces it. */
  readonly config: PlcConfig
  readonly state: StoreApi<PlcState>
  readonly pollStats: StoreApi<PollStats>
  readonly writable: WritablePlc
  /** The live connection; undefined while there is none. */
  connection(): PlcConnection | undefined
  /** Whether it is the one that was pinned; asked before every write. */
  pin(): PinState
  /** Connects and polls; after `stop` anew. Where it waits for its next attempt, tries at once. */
  start(): void
  /** Other tags or another rate on the same controller: the connection stays, the poll loop begins anew. */
  retag(plc: PlcConfig): void
  /** Ends link and polls, at once as far as values go; the state is `stopped` when this resolves. */
  stop(): Promise<void>
}

export interface PlcPartOptions {
  readonly plc: PlcConfig
  readonly driver: Driver
  /** Has the PLC's tags before `start`. */
  readonly table: TagTable
  /** Index of a tag with a new value. */
  onChange(index: number): void
  readonly log: Log
}

/**
 * A PLC that answers again has its values on the way within 5 s: the longest wait, with the attempt that is just under
 * way when the answers come back, is shorter.
 */
const backoff = { firstMs: 500, lastMs: 3_000 }

export function createPlcPart({ plc, driver, table, onChange: onValue, log }: PlcPartOptions): PlcPart {
  const { name } = plc
  let config = plc
  const state = createStore<PlcState>(() => (plc.enabled ? { kind: 'stopped' } : { kind: 'disabled' }))
  const pollStats = createStore<PollStats>(() => ({ polls: 0, achievedMs: 0, lastMs: 0 }))
  const queue: WriteQueue = createWriteQueue()
  let current: PlcConnection | undefined
  let link: Link | undefined
  let replaced = new AbortController()

  const onStage = (stage: ConnectStage) => state.setState({ kind: 'connecting', stage, since: Date.now() }, true)

  /** What is told of a connection that is online already. */
  function onOnline(more: { readonly details: PlcDetails } | { readonly change: ProgramChange }) {
    const now = state.getState()
    if (now.kind !== 'online') return
    const { degraded: before, ...rest } = now
    const { degraded, identity = now.identity } = current ?? {}
    state.setState({ ...rest, ...more, identity, ...(degraded ? { degraded } : {}) }, true)
  }

  function onState(next: LinkState) {
    switch (next.kind) {
      case 'connecting':
        return onStage('connecting')
      case 'up':
        return
      case 'waiting':
        log.warn(`${name}: ${next.error.message} Next attempt in ${Math.ceil((next.retryAt - next.since) / 1000)} s.`)
        return state.setState({ ...next, error: next.error.message }, true)
      case 'stopped':
        return state.setState({ kind: 'stopped' }, true)
    }
  }

  async function use(connection: PlcConnection, signal: AbortSignal): Promise<void> {
    const { identity, degraded, details } = connection
    current = connection
    signal.addEventListener('abort', () => lost(connection, signal), { once: true })
    if (signal.aborted) return lost(connection, signal)
    state.setState({ kind: 'online', since: Date.now(), identity, details, ...(degraded ? { degraded } : {}) }, true)
    log.info(`${name}: online, ${identity.productName} ${identity.revision}${degraded ? `; ${degraded}` : ''}`)
    while (!signal.aborted) {
      replaced = new AbortController()
      await pollOnce(connection, signal, replaced.signal)
      if (!replaced.signal.aborted) await untilAborted(AbortSignal.any([replaced.signal, signal]))
    }
  }

  /** Polls the tags as they are configured now, until they are others or the connection is lost. */
  async function pollOnce(connection: PlcConnection, signal: AbortSignal, replacedNow: AbortSignal): Promise<void> {
    pollStats.setState({ polls: 0, achievedMs: 0, lastMs: 0 }, true)
    const rows = table.polledRows(name)
    await poll(
      {
        connection,
        addresses: rows.map((row) => row.tag.name),
        pollMs: config.poll_rate,
        onBatch: (batch) => table.update(rows, batch, onValue),
        onStats: (stats) => pollStats.setState(stats, true),
        replaced: replacedNow,
      },
      signal,
    )
  }

  /** At once, before anything else is told: no value of this PLC counts as good any more. */
  function lost(connection: PlcConnection, signal: AbortSignal) {
    if (current !== connection) return
    current = undefined
    const why = signal.reason instanceof Error ? signal.reason.message : 'the link is gone'
    table.linkLost(table.rowsOf(name), why)
  }

  return {
    get config() {
      return config
    },
    state,
    pollStats,
    writable: {
      queue,
      connected: () => current,
      tagNow: (tag) => table.find(name, tag)?.tag,
      typeOf: (tag) => {
        const row = table.find(name, tag.name)
        return row && table.typeOf(row.index)
      },
      valueNow: (tag) => {
        const row = table.find(name, tag.name)
        if (!row) return undefined
        const { value, quality } = table.snapshot(row.index)
        return quality === 'good' && value !== undefined ? valueToJson(value) : undefined
      },
    },
    connection: () => current,
    pin: () => pinState(config.pin, current?.identity),
    start: () => {
      if (!config.enabled) return
      if (link) return link.retryNow()
      const onDetails = (details: PlcDetails) => onOnline({ details })
      const onChange = (change: ProgramChange) => onOnline({ change })
      link = keepLinked({
        connect: (signal) => driver.connect({ signal, onStage, onDetails, onChange }),
        use,
        onState,
        backoff,
      })
    },
    retag: (next) => {
      config = next
      replaced.abort()
    },
    stop: async () => {
      const ending = link
      link = undefined
      await ending?.stop()
    },
  }
}
