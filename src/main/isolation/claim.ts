/**
 * The claim of this gateway on its namespace, running: it keeps the facts, lets keepers do at the brokers what they want,
 * and answers whether values may go out, requests come in, and a write may leave now (isolation.md §3).
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { BridgeConnection } from '#main/bridges/bridge'
import type { Heard } from '#main/bridges/lease'
import type { Log } from '#main/log'
import type { EntryId, Service } from '#shared/broker'
import type { ClaimState, ClaimStatus, GatewayMark, RecordState, Takeover } from '#shared/isolation'
import { claimWords, markText, otherText } from '#shared/isolation-words'
import type { GateState } from '#shared/write'
import { blocking, mayPublish, mayTakeIn } from './allowed.ts'
import { longest, readClock } from './clock.ts'
import { createEar, type Ear } from './ear.ts'
import { createKeeper, type Keeper } from './keeper.ts'
import {
  type ClaimFacts,
  type ClaimSetup,
  type ClaimTimes,
  type Clock,
  claimTimes,
  type EntrySetup,
  type Happening,
} from './model.ts'
import { claimingEntries } from './phase.ts'
import { allRivals, competes, isLive, isOwnInstance } from './rivals.ts'
import { claimStatus, entryState, gatewayState } from './show.ts'
import { firstFacts, nextFacts, withEntries, withoutGrant } from './state.ts'
import { wantedStep } from './wanted.ts'

/** An entry that runs, as the claim needs it. */
export interface ClaimEntry {
  readonly entry: EntryId
  readonly key: string
  readonly base: string
  /** `host:port` of the broker: the order of claims. */
  readonly broker: string
  readonly claims: boolean
  readonly allowUnproven: boolean
  /** Its requests come in through a group: being in it is the claim. */
  readonly joins: boolean
  /** A broker inside this process: nobody else can be on it. */
  readonly embedded: boolean
}

export interface ClaimOptions {
  readonly identity: { readonly instance: string; readonly boot: string; readonly who: string }
  namespace(): string
  /** What records say of this gateway, but who it is, its controllers and the time. */
  mark(): Pick<GatewayMark, 'host' | 'site' | 'version'>
  /** Names of our PLCs now; of those an entry serves, where one is named. */
  plcNames(key?: string): readonly string[]
  /** Whether we held this base last; and what to remember. */
  readonly note: {
    holds(entry: ClaimEntry): boolean
    set(entry: ClaimEntry, held: boolean): void
    isNews(takeoverTime: string): boolean
  }
  /** A person's decision, or what was learnt of one: for the journal. */
  journal(event: ClaimJournalEvent): void
  readonly log: Log
  readonly times?: Partial<ClaimTimes>
  now?(): Clock
}

export type ClaimJournalEvent =
  /** We took it over. */
  | { readonly kind: 'takeover'; readonly takeover: Takeover }
  /** It was taken over from us. */
  | { readonly kind: 'taken-over'; readonly takeover: Takeover; readonly by: string }
  | { readonly kind: 'contest-cleared'; readonly was: string }

export type TakeOutcome = { readonly ok: true } | { readonly ok: false; readonly error: string }

export interface Claim {
  /** Changes only where people would see a difference. */
  readonly status: StoreApi<ClaimStatus>
  /** As `status`, with the newest figures. */
  now(): ClaimStatus
  /** An entry runs from now on. */
  add(entry: ClaimEntry): EntryClaimKeeper
  /** The controllers of this gateway as they are now. */
  plcs(plcs: ClaimFacts['plcs']): void
  /** Whether the claim lets a write that came in through this entry leave now. Asked last, synchronously. */
  gate(key: string): GateState
  /** A person takes the namespace over from those it belongs to. */
  take(name: string, reason: string): TakeOutcome
  /** A person says that a contest is over. */
  clearContested(): TakeOutcome
  stop(): void
}

/** The claim as one entry's connection needs it. */
export interface EntryClaimKeeper {
  /** Whether values, health and answers may go out now. */
  mayPublish(): boolean
  mayTakeIn(): boolean
  /** Called whenever one of the two may be different. Returns how to stop. */
  onAllowed(listener: () => void): () => void
  /** Keeps the claim on a fresh connection until the signal aborts. Never rejects. */
  keep(connection: BridgeConnection, signal: AbortSignal): Promise<void>
  /** Our record for the broker to publish when this process dies; undefined where nothing is claimed. */
  lastWill(): string | undefined
  /** Requests are taken in from now on, or not. */
  intake(open: boolean): void
  /** Gives the claim back, before the connection is closed and after the last write. */
  leave(): Promise<void>
  /** The entry runs no more. */
  remove(): void
}

const order: readonly Service[] = ['mqtt', 'valkey', 'kafka']
/** The status is told at most this often while only its figures change, in ms. */
const statusEveryMs = 500

/** One entry with what belongs to it. */
interface Kept {
  readonly entry: ClaimEntry
  readonly ear: Ear
  /** Absent where nothing is claimed. */
  readonly keeper?: Keeper
  intakeSince?: Clock
}

export function createClaim(options: ClaimOptions): Claim {
  const { identity, log } = options
  const now = options.now ?? readClock
  const times = { ...claimTimes, ...options.times }
  const kept = new Map<string, Kept>()
  let setup: ClaimSetup = { self: identity, namespace: options.namespace(), entries: [], times }
  let facts = firstFacts(now())
  let ended = false
  const listeners = new Set<() => void>()
  const made = () => claimStatus(facts, now(), setup, (key) => kept.get(key)?.ear.list() ?? [])
  const status = createStore<ClaimStatus>(made)
  const ticking = setInterval(() => happened({ kind: 'tick' }), Math.min(1_000, times.beatMs))
  ticking.unref()
  let telling: NodeJS.Timeout | undefined

  function happened(happening: Happening) {
    if (ended) return
    const before = facts
    facts = nextFacts(before, { ...happening, at: now() }, setup)
    if (facts.phase.kind !== before.phase.kind || reasonOf(facts) !== reasonOf(before)) logPhase()
    for (const { entry } of kept.values()) remember(entry, before)
    for (const { keeper } of kept.values()) keeper?.look()
    for (const listener of listeners) listener()
    if (facts.phase !== before.phase) tell()
    else tellSoon()
  }

  function tell() {
    clearTimeout(telling)
    telling = undefined
    const next = made()
    if (!isSame(status.getState(), next)) status.setState(next, true)
  }

  function tellSoon() {
    telling ??= setTimeout(tell, statusEveryMs).unref()
  }

  /** What has to survive this process, and what a person did elsewhere. */
  function remember(entry: ClaimEntry, before: ClaimFacts) {
    const [was, is] = [before.entries[entry.key], facts.entries[entry.key]]
    if (!is || was === is) return
    if (was?.noted !== is.noted) options.note.set(entry, is.noted)
    const { owner } = is
    if (was?.owner === owner || !owner?.takeover || owner.takeover.from.instance !== identity.instance) return
    if (owner.instance === identity.instance || !options.note.isNews(owner.takeover.time)) return
    options.journal({ kind: 'taken-over', takeover: owner.takeover, by: markText(owner) })
    const { name, reason } = owner.takeover
    log.warn(`claim: ${name} took namespace ${options.namespace()} over for ${markText(owner)}: ${reason}`)
  }

  function logPhase() {
    const state = gatewayState(facts, now(), setup)
    const { text, hint } = claimWords(state, options.namespace(), now().wall)
    const line = `claim on ${options.namespace()}: ${text}${hint ? `. ${hint}` : ''}`
    if (state.kind === 'standby' || state.kind === 'contested') log.warn(line)
    else log.info(line)
  }

  function keeperOf(entry: ClaimEntry) {
    const { key } = entry
    return createKeeper({
      key,
      service: entry.entry.service,
      beatMs: times.beatMs,
      now,
      wanted: () => wantedStep(facts, key, now(), setup),
      presence: (state) => recordText(state),
      owner: () => ownerText(key),
      happened,
      plcNames: () => options.plcNames(key),
      hear: (heard: Heard) => kept.get(key)?.ear.hear(heard),
      intakeSince: () => kept.get(key)?.intakeSince,
      warn: (text) => log.warn(text),
    })
  }

  function entriesAre() {
    const entries = [...kept.values()]
      .map(({ entry }) => entry)
      .sort((a, b) => order.indexOf(a.entry.service) - order.indexOf(b.entry.service) || (a.broker < b.broker ? -1 : 1))
    const namespace = options.namespace()
    // A takeover is of one namespace.
    if (namespace !== setup.namespace) facts = withoutGrant(facts)
    setup = { ...setup, namespace, entries: entries.map((entry) => setupOf(entry, times)) }
    const holds = (key: string) => entries.some((entry) => entry.key === key && options.note.holds(entry))
    facts = withEntries(facts, setup, holds, now())
    happened({ kind: 'tick' })
    tell()
  }

  function add(entry: ClaimEntry): EntryClaimKeeper {
    const { key } = entry
    const ear = createEar({
      key,
      entry: entry.entry,
      isOurPlc: (name) => options.plcNames().includes(name),
      happened,
      onHeard: tellSoon,
    })
    const one: Kept = { entry, ear, ...(entry.claims ? { keeper: keeperOf(entry) } : {}) }
    kept.set(key, one)
    entriesAre()
    return {
      mayPublish: () => !ended && mayPublish(facts, key, now(), setup),
      mayTakeIn: () => !ended && mayTakeIn(facts, key, setup),
      onAllowed: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      keep: async (connection, signal) => one.keeper?.keep(connection, signal),
      lastWill: () => (entry.claims ? recordText('gone') : undefined),
      intake: (open) => {
        if (open === (one.intakeSince !== undefined)) return
        if (!open) return void delete one.intakeSince
        one.intakeSince = now()
        // In the group: whether we are alone in it decides.
        if (entry.joins) one.keeper?.hurry()
      },
      leave: async () => one.keeper?.leave(),
      remove: () => {
        if (kept.get(key) !== one) return
        kept.delete(key)
        entriesAre()
      },
    }
  }

  function markNow(): GatewayMark {
    const { instance, boot } = identity
    const plcs = facts.plcs.map(({ name, vendor, serial }) => ({ name, vendor, serial }))
    return {
      instance,
      boot,
      ...options.mark(),
      namespace: options.namespace(),
      plcs,
      time: new Date(now().wall).toISOString(),
    }
  }

  function recordText(state: RecordState): string {
    return JSON.stringify({ ...markNow(), state })
  }

  function ownerText(key: string): string {
    const known = facts.entries[key]?.owner
    const takeover = facts.grant?.takeover ?? (known?.instance === identity.instance ? known.takeover : undefined)
    return JSON.stringify({ ...markNow(), ...(takeover ? { takeover } : {}) })
  }

  /** The state a text is about: the gateway's, or of one entry with its name before it. */
  function blockedBy(key: string): { readonly state: ClaimState; readonly where: string } {
    if (key === '') return { state: gatewayState(facts, now(), setup), where: '' }
    return { state: entryState(facts, key, now(), setup), where: `${key} ` }
  }

  return {
    status,
    now: made,
    add,
    gate: (key) => {
      const by = ended ? '' : blocking(facts, key, now(), setup)
      if (by === undefined) return { open: true }
      // Away too long: what the facts say is of before.
      if (longest(facts.seenAt, now()) > times.confirmMs)
        return { open: false, why: 'claim observing: this gateway stood still', hint: 'It looks anew who is there.' }
      const { state, where } = blockedBy(by)
      const { text, hint } = claimWords(state, options.namespace(), now().wall)
      return { open: false, why: `claim ${where}${text}`, hint }
    },
    plcs: (plcs) => {
      happened({ kind: 'plcs', plcs })
      for (const { keeper } of kept.values()) keeper?.plcsChanged()
    },
    take: (name, reason) => {
      const owners = claimingEntries(facts, setup).flatMap(({ ownership, facts: { owner } }) =>
        ownership === 'foreign' && owner ? [owner] : [],
      )
      const [owner] = owners
      if (!owner)
        return refused(`namespace ${options.namespace()} belongs to nobody else: there is nothing to take over.`)
      const live = allRivals(facts).find(
        (one) => isLive(one, now(), times) && competes(one) && !isOwnInstance(one, identity),
      )
      if (live) {
        const who = otherText({ who: live.name, heardAt: 0, ...(live.record ? { record: live.record } : {}) })
        return refused(`${who} is live and ${live.state} now. Stop it first; then take the namespace over.`)
      }
      const { instance, host, site } = owner
      const time = new Date(now().wall).toISOString()
      const takeover: Takeover = { name, reason, time, from: { instance, host, site } }
      options.journal({ kind: 'takeover', takeover })
      log.warn(`claim: ${name} takes namespace ${options.namespace()} over from ${markText(owner)}: ${reason}`)
      happened({ kind: 'take', takeover, from: owners.map((one) => one.instance) })
      return { ok: true }
    },
    clearContested: () => {
      if (facts.phase.kind !== 'contested') return refused(`namespace ${options.namespace()} is not contested now.`)
      const state = gatewayState(facts, now(), setup)
      options.journal({ kind: 'contest-cleared', was: claimWords(state, options.namespace(), now().wall).text })
      happened({ kind: 'clear' })
      return { ok: true }
    },
    stop: () => {
      ended = true
      clearInterval(ticking)
      clearTimeout(telling)
    },
  }
}

function refused(error: string): TakeOutcome {
  return { ok: false, error: `claim: ${error}` }
}

function setupOf(
  { key, entry, base, claims, allowUnproven, joins, embedded }: ClaimEntry,
  times: ClaimTimes,
): EntrySetup {
  const { shortMs, longMs } = embedded ? { shortMs: 0, longMs: 0 } : times
  return { key, entry, base, claims, allowUnproven, joins, shortMs, longMs }
}

function reasonOf({ phase }: ClaimFacts): string {
  return phase.kind === 'standby' || phase.kind === 'contested' ? `${phase.reason} ${phase.by.who}` : ''
}

/** Whether people would see a difference. */
function isSame(a: ClaimStatus, b: ClaimStatus): boolean {
  const moving = new Set(['heardAt', 'confirmedAt', 'lastAt', 'count', 'quietUntil', 'time'])
  const text = (status: ClaimStatus) =>
    JSON.stringify(status, (key, value: unknown) => (moving.has(key) ? undefined : value))
  return text(a) === text(b)
}
