/**
 * One broker entry, running: link, outbox and intake. After every connect: intake is opened anew, all health and every
 * tag's newest value are sent again, since the broker may have lost its data.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Bridge, BridgeConnection, Message, Take } from '#main/bridges/bridge'
import { createOutbox, type Outbox } from '#main/bridges/outbox'
import type { EntryClaimKeeper } from '#main/isolation/claim'
import { asError, keepLinked, type Link, type LinkState } from '#main/link'
import type { Log } from '#main/log'
import { pause, untilAborted, withController } from '#main/waiting'
import { type BrokerState, entryText } from '#shared/broker'
import type { BrokerConfig } from '#shared/config'
import type { TagSource } from '#shared/tag'

export interface BrokerPart {
  readonly bridge: Bridge
  readonly config: BrokerConfig
  readonly state: StoreApi<BrokerState>
  readonly outbox: Outbox
  /** Connects; where it waits for its next attempt, tries at once. Not after `stop`: a stopped part is replaced. */
  start(): void
  /** As `BridgeConnection.subscribeAgain`. True when the broker has confirmed it; false where it has not after 5 s. */
  subscribeAgain(signal: AbortSignal): Promise<boolean>
  /**
   * Closes the way in and opens it again, as after a reconnect, when `whileClosed` is done. True when it is open; false
   * where it is not 5 s later.
   */
  reopenIntake(signal: AbortSignal, whileClosed: () => Promise<void>): Promise<boolean>
  /** No request is taken in from now on. */
  closeIntake(): void
  /** Sends what still waits, within `drainMs`, and closes. */
  stop(drainMs: number): Promise<void>
}

export interface BrokerPartOptions {
  readonly bridge: Bridge
  readonly config: BrokerConfig
  readonly source: TagSource
  includes(index: number): boolean
  includesHealth(plc: string): boolean
  /** Each batch as it leaves. */
  onSend?(messages: readonly Message[]): void
  /** Decides whether anything goes out or comes in. */
  readonly claim: EntryClaimKeeper
  /** Where requests go; undefined where this entry takes none. */
  readonly take?: Take
  /** A fresh connection stands: tells health and clears what is published no more. */
  onConnected(outbox: Outbox): void
  readonly log: Log
}

/** A refused intake is tried again after this long, in ms. */
const intakeRetryMs = 10_000
/** Longest wait for a way in that is opened anew, in ms. */
const reopenMs = 5_000

export function createBrokerPart(options: BrokerPartOptions): BrokerPart {
  const { bridge, config, take, claim, log } = options
  const name = entryText(bridge.entry)
  const state = createStore<BrokerState>(() => ({ kind: 'stopped' }))
  const intakeOff = new AbortController()
  const outbox = createOutbox({
    source: options.source,
    includes: options.includes,
    includesHealth: options.includesHealth,
    ...(options.onSend ? { onSend: options.onSend } : {}),
    limits: bridge.limits,
    open: () => {
      const open = claim.mayPublish()
      heldBack ||= !open
      return open
    },
    onRefused: (error) => {
      if (error) log.warn(`${error.message} The newest values wait and are sent again.`)
      else log.info(`${name}: takes all messages again`)
      state.setState((now) => (now.kind === 'connected' ? withRefused(now, error?.message) : now), true)
    },
  })
  let link: Link | undefined
  let current: BridgeConnection | undefined
  let reopen = () => {}
  /** Who closed the way in is done. */
  let mayReopen: Promise<void> = Promise.resolve()
  /** Something was to go out and might not. */
  let heldBack = false
  state.subscribe((now) => claim.intake(now.kind === 'connected' && now.intake === 'open'))

  function connect(signal: AbortSignal) {
    const lastWill = claim.lastWill()
    return bridge.connect({ signal, ...(lastWill === undefined ? {} : { lastWill }) })
  }

  function onState(next: LinkState) {
    switch (next.kind) {
      case 'connecting':
        return state.setState({ kind: 'connecting', since: next.since }, true)
      case 'up':
        return
      case 'waiting':
        log.warn(`${next.error.message} Next attempt in ${Math.ceil((next.retryAt - next.since) / 1000)} s.`)
        return state.setState({ ...next, error: next.error.message }, true)
      case 'stopped':
        return state.setState({ kind: 'stopped' }, true)
    }
  }

  async function use(connection: BridgeConnection, signal: AbortSignal): Promise<void> {
    const since = Date.now()
    current = connection
    const { note } = connection
    const tell = (intake: 'open' | 'closed' | 'opening', more = '') => {
      const text = [note, more].filter((part) => part !== '').join('; ')
      const connected = { kind: 'connected', since, intake, ...(text ? { note: text } : {}) } as const
      state.setState((now) => withRefused(connected, now.kind === 'connected' ? now.refused : undefined), true)
    }
    tell(take ? 'opening' : 'closed')
    log.info(`${name}: connected${note ? `; ${note}` : ''}`)
    publishWhileAllowed(connection, signal)
    await Promise.all([
      claim.keep(connection, signal),
      take && keepIntake(connection, take, AbortSignal.any([signal, intakeOff.signal]), tell),
    ])
  }

  /** All health and every newest value at each beginning: the broker may have lost its data, or a holder left its own. */
  function publishWhileAllowed(connection: BridgeConnection, signal: AbortSignal) {
    let detach: (() => void) | undefined
    const follow = () => {
      const open = claim.mayPublish()
      if (detach && (!open || heldBack)) {
        detach()
        detach = undefined
      }
      if (detach || !open) return
      heldBack = false
      detach = outbox.attach(connection)
      options.onConnected(outbox)
      outbox.resync()
    }
    const unfollow = claim.onAllowed(follow)
    signal.addEventListener(
      'abort',
      () => {
        unfollow()
        detach?.()
      },
      { once: true },
    )
    follow()
  }

  /** Takes requests in as long as the claim allows it, and tries again where the broker refuses: rights are given while a gateway runs. */
  async function keepIntake(
    connection: BridgeConnection,
    take: Take,
    signal: AbortSignal,
    tell: (intake: 'open' | 'closed', more?: string) => void,
  ) {
    // Where the connection is lost, the link tells what follows.
    signal.addEventListener('abort', () => intakeOff.signal.aborted && tell('closed'), { once: true })
    while (!signal.aborted) {
      if (!claim.mayTakeIn()) {
        tell('closed')
        await untilIntake(true, signal)
        continue
      }
      await withController(signal, (closing) => {
        reopen = () => closing.abort(new Error('intake is opened anew'))
        void untilIntake(false, closing.signal).then(() => closing.abort(new Error('the claim closes intake')))
        return takeIn(connection, take, closing.signal, tell)
      })
      await mayReopen
    }
  }

  /** Ends when the signal aborts. */
  async function takeIn(
    connection: BridgeConnection,
    take: Take,
    signal: AbortSignal,
    tell: (intake: 'open' | 'closed', more?: string) => void,
  ) {
    while (!signal.aborted) {
      try {
        await connection.listen(take, signal)
        if (signal.aborted) return
        tell('open')
        log.info(`${name}: write requests are taken in`)
        return await untilAborted(signal)
      } catch (error) {
        if (signal.aborted) return
        const text = `write requests are not taken in: ${asError(error).message}`
        log.warn(`${name}: ${text}`)
        tell('closed', text)
        await pause(intakeRetryMs, signal)
      }
    }
  }

  function isOpen(): boolean {
    const now = state.getState()
    return now.kind === 'connected' && now.intake === 'open'
  }

  /** Whether the way in is open, when it is, or after 5 s, or when the signal aborts. */
  function opened(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const look = () => isOpen() && done()
      const done = () => {
        clearTimeout(timer)
        stop()
        signal.removeEventListener('abort', done)
        resolve(isOpen())
      }
      const timer = setTimeout(done, reopenMs)
      const stop = state.subscribe(look)
      signal.addEventListener('abort', done, { once: true })
      look()
    })
  }

  /** Resolves when the claim allows intake, or forbids it; or when the signal aborts. */
  function untilIntake(wanted: boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (claim.mayTakeIn() !== wanted && !signal.aborted) return
        stop()
        signal.removeEventListener('abort', look)
        resolve()
      }
      const stop = claim.onAllowed(look)
      signal.addEventListener('abort', look, { once: true })
      look()
    })
  }

  return {
    bridge,
    config,
    state,
    outbox,
    start: () => {
      if (link) return link.retryNow()
      link = keepLinked({ connect, use, onState })
    },
    subscribeAgain: async (signal) => {
      const again = isOpen() && current?.subscribeAgain
      if (!again) return false
      const over = untilAborted(AbortSignal.any([signal, AbortSignal.timeout(reopenMs)])).then(() => false)
      const confirmed = again().then(
        () => true,
        () => false,
      )
      return await Promise.race([confirmed, over])
    },
    reopenIntake: async (signal, whileClosed) => {
      let done = () => {}
      mayReopen = new Promise((resolve) => {
        done = resolve
      })
      reopen()
      state.setState((now) => (now.kind === 'connected' ? { ...now, intake: 'opening' } : now), true)
      try {
        await whileClosed()
      } finally {
        done()
      }
      return await opened(signal)
    },
    closeIntake: () => intakeOff.abort(new Error('the gateway stops')),
    stop: async (drainMs) => {
      intakeOff.abort(new Error('the gateway stops'))
      await outbox.drained(drainMs)
      outbox.close()
      await claim.leave()
      await link?.stop()
      claim.remove()
      link = undefined
    },
  }
}

type Connected = Extract<BrokerState, { kind: 'connected' }>

function withRefused({ refused: _before, ...state }: Connected, refused: string | undefined): Connected {
  return refused === undefined ? state : { ...state, refused }
}
