/** From the facts to what the gateway as a whole is: observing, holding, standby or contested (isolation.md §3). Pure. */
import type { ContestedReason, StandbyReason } from '#shared/isolation'
import { elapsed, isFresh, isStuck } from './clock.ts'
import type { ClaimEvent, ClaimFacts, ClaimSetup, Clock, EntryFacts, EntrySetup, Phase, Rival, Seen } from './model.ts'
import { listeningMs, type Ownership, ownershipOf } from './ownership.ts'
import { allRivals, competes, goesBefore, holds, isLive, isOwnInstance, mayStillWrite, seenOf } from './rivals.ts'

/** An entry with what was set and what is known of it. */
export interface Claiming {
  readonly setup: EntrySetup
  readonly facts: EntryFacts
  readonly ownership: Ownership
}

export function claimingEntries(facts: ClaimFacts, setup: ClaimSetup): readonly Claiming[] {
  return setup.entries.flatMap((entry) => {
    const known = facts.entries[entry.key]
    return entry.claims && known
      ? [{ setup: entry, facts: known, ownership: ownershipOf(known, facts, setup.self) }]
      : []
  })
}

/** The same phase where nothing is different. */
export function nextPhase(facts: ClaimFacts, event: ClaimEvent, setup: ClaimSetup): Phase {
  const { phase } = facts
  if (phase.kind === 'off') return phase
  const { at } = event
  const view = viewOf(facts, at, setup)
  const cause = contestOf(view, facts, event, setup)
  if (cause) return contested(phase, cause, view, at)
  switch (phase.kind) {
    case 'observing':
      return observed(phase, view, at)
    case 'holding':
      return held(phase, view, at)
    case 'standby':
      return view.mayObserve ? { kind: 'observing', since: at } : freshStandby(phase, view)
    case 'contested':
      return disputed(phase, view, event, setup)
  }
}

interface View {
  readonly holder?: Rival
  readonly observer?: Rival
  readonly clone?: Rival
  /** The owner record of an entry that belongs to somebody else. */
  readonly foreign?: Seen
  /** Claims are announced or held: others see us as a holder. */
  readonly claimed: boolean
  /** At least one claim is good, or the broker does not let us prove it. */
  readonly standing: boolean
  /** Every connected entry is held or unproven, and there is one. */
  readonly complete: boolean
  /** Somebody left without a word and may still write. */
  readonly grace: boolean
  /** Nobody is in the way of looking anew. */
  readonly mayObserve: boolean
  readonly self: string
}

function viewOf(facts: ClaimFacts, at: Clock, setup: ClaimSetup): View {
  const { times, self } = setup
  const entries = claimingEntries(facts, setup)
  const live = allRivals(facts).filter((rival) => isLive(rival, at, times) && competes(rival))
  const others = live.filter((rival) => !isOwnInstance(rival, self))
  const old = elapsed(facts.startedAt, at) > times.predecessorMs
  const clone = live.find((rival) => isOwnInstance(rival, self) && (rival.live || old))
  const holder = others.find(holds)
  const observer = others.find(({ state }) => state === 'observing')
  const foreign = entries.find(({ facts: { connected }, ownership }) => connected && ownership === 'foreign')?.facts
    .owner
  const connected = entries.filter((entry) => entry.facts.connected)
  const good = (entry: Claiming) =>
    isFresh(entry.facts, at, times) || isStuck(entry.facts, at, times) || (isUnproven(entry) && hasListened(entry, at))
  return {
    ...(holder ? { holder } : {}),
    ...(observer ? { observer } : {}),
    ...(clone ? { clone } : {}),
    ...(foreign ? { foreign: { who: foreign.host, record: foreign, at: Date.parse(foreign.time) || at.wall } } : {}),
    claimed: entries.some((entry) => entry.facts.claimed),
    standing:
      entries.some((entry) => isFresh(entry.facts, at, times)) ||
      connected.some((entry) => isUnproven(entry) && hasListened(entry, at)),
    complete: connected.length > 0 && connected.every(good),
    grace: somebodyMayStillWrite(facts, at, setup) !== undefined,
    mayObserve: others.length === 0 && !foreign && !clone && entries.every((entry) => !entry.facts.releasing),
    self: self.who,
  }
}

/** The broker does not let us claim here, or nothing is claimed since we may not hear strangers. */
export function isUnproven({ setup, facts }: Claiming): boolean {
  return facts.unproven !== undefined || (facts.deaf !== undefined && !setup.allowUnproven)
}

/** Listened for as long as it takes here. An entry that may not write needs no listening. */
export function hasListened(entry: Claiming, now: Clock): boolean {
  const { setup, facts, ownership } = entry
  if (isUnproven(entry) && !setup.allowUnproven) return true
  return facts.hearingSince !== undefined && elapsed(facts.hearingSince, now) >= listeningMs(setup, facts, ownership)
}

interface Cause {
  readonly reason: ContestedReason
  readonly by: Seen
  readonly address: string
  readonly sign: Clock
}

/** A copy of ourselves, or somebody who acts as this gateway and is none that we know of. */
function contestOf(view: View, facts: ClaimFacts, event: ClaimEvent, { times }: ClaimSetup): Cause | undefined {
  if (view.clone) return { reason: 'clone', by: seenOf(view.clone), address: '', sign: view.clone.heardAt }
  if (event.kind !== 'act' || facts.phase.kind === 'standby') return undefined
  // Another gateway is known by its record, and decided about by that; its last messages come a little after it.
  if (view.holder || view.observer) return undefined
  if (facts.rivalAt && elapsed(facts.rivalAt, event.at) <= times.echoMs) return undefined
  return { reason: event.what, by: { who: event.address, at: event.at.wall }, address: event.address, sign: event.at }
}

function contested(phase: Phase, { reason, by, address, sign }: Cause, view: View, at: Clock): Phase {
  const holding =
    phase.kind === 'holding' ||
    (phase.kind === 'contested' && phase.holding) ||
    (phase.kind === 'observing' && view.claimed && view.standing)
  if (phase.kind === 'contested' && phase.reason === reason && phase.lastSign.mono === sign.mono) return phase
  const since = phase.kind === 'contested' ? phase.since : at
  return { kind: 'contested', since, reason, by, address, lastSign: sign, holding }
}

function observed(phase: Phase, view: View, at: Clock): Phase {
  if (view.foreign) return standby('foreign-owner', view.foreign, at)
  if (view.holder) {
    // Who has announced its own claim is seen as a holder too: both compare alike.
    if (!view.claimed || !goesFirst(view, view.holder)) return standby('live-holder', seenOf(view.holder), at)
    return phase
  }
  if (view.observer) return goesFirst(view, view.observer) ? phase : standby('gave-way', seenOf(view.observer), at)
  return view.complete && !view.grace ? { kind: 'holding', since: at } : phase
}

function held(phase: Phase, view: View, at: Clock): Phase {
  if (view.foreign) return standby('foreign-owner', view.foreign, at)
  if (!view.standing) return { kind: 'observing', since: at }
  if (!view.holder) return phase
  return rivalry(phase, view, view.holder, at)
}

function rivalry(phase: Phase, view: View, rival: Rival, at: Clock): Phase {
  if (rival.who !== undefined && !goesFirst(view, rival)) return standby('live-holder', seenOf(rival), at)
  return contested(phase, { reason: 'rival-holder', by: seenOf(rival), address: '', sign: rival.heardAt }, view, at)
}

/** Of a client without a name of ours nothing can be expected: we do not give way to it. */
function goesFirst(view: View, rival: Rival): boolean {
  return rival.who !== undefined && goesBefore(view.self, rival.who)
}

function standby(reason: StandbyReason, by: Seen, at: Clock): Phase {
  return { kind: 'standby', since: at, reason, by }
}

/** Names who is in the way now. */
function freshStandby(phase: Extract<Phase, { kind: 'standby' }>, view: View): Phase {
  const { holder, observer, foreign } = view
  const rival = holder ?? observer
  if (!holder && foreign)
    return phase.reason === 'foreign-owner' && phase.by.at === foreign.at
      ? phase
      : { ...phase, reason: 'foreign-owner', by: foreign }
  if (!rival) return phase
  const reason = holder ? 'live-holder' : 'gave-way'
  const same = phase.reason === reason && phase.by.who === rival.name && phase.by.at === rival.heardAt.wall
  return same ? phase : { ...phase, reason, by: seenOf(rival) }
}

function disputed(
  phase: Extract<Phase, { kind: 'contested' }>,
  view: View,
  event: ClaimEvent,
  setup: ClaimSetup,
): Phase {
  const { at } = event
  if (view.foreign) return standby('foreign-owner', view.foreign, at)
  if (view.holder) {
    if (!phase.holding) return standby('live-holder', seenOf(view.holder), at)
    return rivalry(phase, view, view.holder, at)
  }
  if (phase.reason === 'rival-holder' && view.grace) return phase
  const over =
    phase.reason === 'rival-holder' || event.kind === 'clear' || elapsed(phase.lastSign, at) > setup.times.quietMs
  if (!over) return phase.holding && !view.standing ? { ...phase, holding: false } : phase
  return phase.holding && view.standing ? { kind: 'holding', since: at } : { kind: 'observing', since: at }
}

/** Whether somebody who left without a word may still write, on any broker. */
export function somebodyMayStillWrite(facts: ClaimFacts, at: Clock, setup: ClaimSetup): Rival | undefined {
  return allRivals(facts).find(
    (rival) =>
      mayStillWrite(rival, at, setup.times) &&
      !(isLive(rival, at, setup.times) && competes(rival) && !isOwnInstance(rival, setup.self)),
  )
}
