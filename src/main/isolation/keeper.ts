/**
 * Keeps the claim on one entry's connection: every few seconds one step, as the facts want it, and at once where they
 * want another. In come steps to do, out go happenings.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { BridgeConnection } from '#main/bridges/bridge'
import type { Claimed, Heard, Holder, Lease, Look, Lost, Presence, Told } from '#main/bridges/lease'
import { asError } from '#main/link'
import { withController } from '#main/waiting'
import type { Service } from '#shared/broker'
import type { PresenceRecord, RecordState } from '#shared/isolation'
import { parseOwner, parsePresence } from '#shared/isolation-record'
import type { Clock, Found, FoundHolder, Happening } from './model.ts'
import type { Step } from './wanted.ts'

export interface KeeperOptions {
  readonly key: string
  readonly service: Service
  readonly beatMs: number
  now(): Clock
  /** What the facts want now; undefined: nothing. */
  wanted(): Step | undefined
  presence(state: RecordState): string
  owner(): string
  happened(happening: Happening): void
  hear(heard: Heard): void
  /** Names of our PLCs on this entry, now. */
  plcNames(): readonly string[]
  /** Since when requests are taken in on this connection; undefined while they are not. */
  intakeSince(): Clock | undefined
  /** Something a person should know. */
  warn(text: string): void
}

/** Rights to hear strangers may have been given since: so many beats later the lease is opened anew. */
const deafBeats = 12

export interface Keeper {
  /** Keeps it until the signal aborts, which it does with the connection. Resolves then, never rejects. */
  keep(connection: BridgeConnection, signal: AbortSignal): Promise<void>
  /** The facts are different: does at once what is wanted other than before. */
  look(): void
  /** The PLCs are others: listens for them too. */
  plcsChanged(): void
  /** Does the next step at once. */
  hurry(): void
  /** Gives everything back, in good order. Bounded in time, never rejects. */
  leave(): Promise<void>
}

export function createKeeper(options: KeeperOptions): Keeper {
  const { key, happened } = options
  let lease: Lease | undefined
  let done = ''
  let wake = () => {}
  let leaving = false
  let heardFor = ''
  let reopen = () => {}
  let failure = ''

  async function keep(connection: BridgeConnection, signal: AbortSignal) {
    happened({ kind: 'connected', key })
    try {
      while (!signal.aborted && !leaving) {
        await withController(signal, async (ending) => {
          const opened = await open(connection, ending.signal)
          if (signal.aborted) return
          if (opened) {
            reopen = () => ending.abort(new Error('the PLCs are others'))
            lease = opened
            done = ''
            const deaf = missing(opened)
            happened({ kind: 'hearing', key, ...(deaf ? { deaf } : {}) })
            await work(opened, ending.signal)
          } else await sleep(options.beatMs, undefined, { signal }).catch(() => {})
        })
        // The lease is given back with its signal: a connection has one at a time.
      }
    } finally {
      reopen = () => {}
      lease = undefined
      happened({ kind: 'disconnected', key })
    }
  }

  /** Undefined where it can't be opened now: nothing is claimed, published or taken in until it is. */
  async function open(connection: BridgeConnection, signal: AbortSignal): Promise<Lease | undefined> {
    const plcs = options.plcNames()
    heardFor = plcs.join('\n')
    try {
      const opened = await connection.openLease({ plcs, hear: options.hear }, signal)
      failure = ''
      return opened
    } catch (error) {
      const { message } = asError(error)
      // With the connection it ends too, and its link tells why.
      if (!signal.aborted && message !== failure) {
        failure = message
        options.warn(`claim: who else is there can not be heard, it is tried again: ${message}`)
      }
      return undefined
    }
  }

  /** Until the lease is given back, is to be opened anew, or the connection is gone. */
  async function work(opened: Lease, signal: AbortSignal) {
    const wasDeaf = missing(opened) !== undefined
    for (let beat = 0; !signal.aborted && !leaving; beat++) {
      const deaf = missing(opened)
      if (deaf && wasDeaf && beat >= deafBeats) return
      if (deaf && !wasDeaf) happened({ kind: 'deaf', key, deaf })
      happened({ kind: 'tick' })
      const step = options.wanted()
      const begun = performance.now()
      if (step) {
        done = signature(step)
        if (step.kind === 'release') {
          await opened.release(options.presence('gone'))
          happened({ kind: 'released', key })
          return
        }
        await run(opened, step, signal)
      }
      await pause(options.beatMs - (performance.now() - begun), signal)
    }
  }

  async function run(opened: Lease, step: Step, signal: AbortSignal) {
    const sentAt = options.now()
    const presence = options.presence(step.state)
    if (step.kind === 'claim' || step.kind === 'renew') {
      const records = { presence, owner: options.owner() }
      const intake = options.intakeSince()
      const joined = intake !== undefined && intake.mono <= sentAt.mono
      const claimed = await opened[step.kind](records, signal)
      if (!signal.aborted) claimedTo(claimed, sentAt, joined)
      // Who else is there is seen by looking; a holder looks as often as it renews.
      if (claimed.kind === 'held') await lookAround(opened, signal)
      return
    }
    const told = await opened.announce(presence, signal)
    if (signal.aborted) return
    if (told.kind === 'told') happened({ kind: 'told', key, state: step.state, sentAt })
    else failed(told, 'announce')
    if (told.kind !== 'unproven') await lookAround(opened, signal)
  }

  async function lookAround(opened: Lease, signal: AbortSignal) {
    const sentAt = options.now()
    const found = await opened.look(signal)
    if (signal.aborted) return
    if (found.kind === 'seen') happened({ kind: 'looked', key, found: foundOf(found), sentAt })
    else failed(found, 'announce')
  }

  function claimedTo(claimed: Claimed | Lost, sentAt: Clock, joined: boolean) {
    switch (claimed.kind) {
      case 'held':
        return happened({ kind: 'held', key, sentAt, joined })
      case 'taken':
        return happened({ kind: 'taken', key, holders: holdersOf(claimed.holders) })
      case 'lost':
        return happened({ kind: 'lost', key })
      case 'unproven':
      case 'silent':
        return failed(claimed, 'claim')
    }
  }

  function failed(how: Exclude<Told | Look, { kind: 'told' | 'seen' }>, by: 'announce' | 'claim') {
    happened(how.kind === 'silent' ? { kind: 'silent', key } : unproven(by, how.text, how.rules))
  }

  function unproven(by: 'announce' | 'claim', error: string, rules: readonly string[]): Happening {
    const reason = options.service === 'mqtt' ? 'no-echo' : 'may-not-look'
    return { kind: 'unproven', key, facts: { reason, error, rules, by } }
  }

  function missing({ hearing }: Lease) {
    if (hearing.kind === 'ok') return undefined
    return { reason: 'may-not-look', error: hearing.text, rules: hearing.rules } as const
  }

  function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const over = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', over)
        wake = () => {}
        resolve()
      }
      const timer = setTimeout(over, Math.max(0, ms))
      signal.addEventListener('abort', over, { once: true })
      wake = over
      if (signal.aborted) over()
      else look()
    })
  }

  function look() {
    const step = options.wanted()
    if (step && signature(step) !== done) wake()
  }

  return {
    keep,
    look,
    plcsChanged: () => {
      if (options.plcNames().join('\n') !== heardFor) reopen()
    },
    hurry: () => wake(),
    leave: async () => {
      leaving = true
      const held = lease
      wake()
      await held?.release(options.presence('gone'))
    },
  }
}

const signature = ({ kind, state }: Step) => `${kind} ${state}`

function foundOf({ holders, present, owner }: Extract<Look, { kind: 'seen' }>): Found {
  const record = owner === undefined ? undefined : parseOwner(owner)
  return { holders: holdersOf(holders), present: present.flatMap(presentOf), ...(record ? { owner: record } : {}) }
}

function holdersOf(holders: readonly Holder[]): FoundHolder[] {
  return holders
    .filter(({ self }) => !self)
    .map(({ who, name, record }) => {
      const parsed = record === undefined ? undefined : parsePresence(record)
      return { name, ...(who === undefined ? {} : { who }), ...(parsed ? { record: parsed } : {}) }
    })
}

function presentOf({ who, record, at }: Presence): { who: string; record: PresenceRecord; ageMs: number }[] {
  const parsed = parsePresence(record)
  return parsed ? [{ who, record: parsed, ageMs: Math.max(0, Date.now() - at) }] : []
}
