/**
 * The claim as a function: facts × event → facts. It decides who may write and asks for nothing itself: `claim.ts` does at
 * the brokers what `wanted.ts` says of the facts.
 */
import { elapsed, isFresh, longest } from './clock.ts'
import {
  type ClaimEvent,
  type ClaimFacts,
  type ClaimSetup,
  type Clock,
  type EntryFacts,
  type EntrySetup,
  emptyEntry,
  type MissingRight,
  type Phase,
} from './model.ts'
import { nextPhase } from './phase.ts'
import { allRivals, competes, heardRival, isLive, isOwnInstance, withHolders, withoutPast } from './rivals.ts'

/** Before anything was seen. */
export function firstFacts(at: Clock): ClaimFacts {
  return { phase: { kind: 'off' }, entries: {}, plcs: [], seenAt: at, startedAt: at }
}

/** The facts when other entries run than before. `noted`: keys of the entries whose base we held last. */
export function withEntries(
  facts: ClaimFacts,
  setup: ClaimSetup,
  noted: (key: string) => boolean,
  at: Clock,
): ClaimFacts {
  const entries = Object.fromEntries(
    setup.entries.map(({ key }) => [key, facts.entries[key] ?? emptyEntry(noted(key))]),
  )
  const claiming = setup.entries.some(({ claims }) => claims)
  if (!claiming) return { ...facts, entries, phase: { kind: 'off' } }
  return { ...facts, entries, phase: facts.phase.kind === 'off' ? { kind: 'observing', since: at } : facts.phase }
}

/** A person's takeover is over: the namespace is another one. */
export function withoutGrant({ grant, ...facts }: ClaimFacts): ClaimFacts {
  return facts
}

/** The facts after an event. The same object where nothing is different. */
export function nextFacts(before: ClaimFacts, event: ClaimEvent, setup: ClaimSetup): ClaimFacts {
  if (before.phase.kind === 'off') return before
  const awake = afterAbsence(before, event.at, setup)
  const learnt = learn(awake, event, setup)
  return settle({ ...learnt, seenAt: event.at }, event, setup)
}

/**
 * Where this process was stopped, or the computer slept, what came meanwhile has not been read yet: nothing that was
 * heard before counts as listening. A claim is only as good as its own confirmation.
 */
function afterAbsence(facts: ClaimFacts, now: Clock, { times }: ClaimSetup): ClaimFacts {
  const away = longest(facts.seenAt, now) > times.absentMs || now.wall - facts.seenAt.wall < -times.absentMs
  if (!away) return facts
  return eachEntry(facts, (entry) => (isFresh(entry, now, times) ? entry : listeningAnew(entry, now)))
}

function listeningAnew(entry: EntryFacts, now: Clock): EntryFacts {
  const { told, ...rest } = entry
  return { ...rest, looked: false, ...(entry.hearingSince ? { hearingSince: now } : {}) }
}

function learn(facts: ClaimFacts, event: ClaimEvent, setup: ClaimSetup): ClaimFacts {
  switch (event.kind) {
    case 'tick':
    case 'clear':
    case 'act':
      return facts
    case 'plcs':
      return { ...facts, plcs: event.plcs }
    case 'take':
      return { ...facts, grant: { takeover: event.takeover, from: event.from } }
    default:
      return oneEntry(facts, event.key, (entry) => learnOfEntry(entry, event, setup))
  }
}

type EntryEvent = Extract<ClaimEvent, { readonly key: string }>

function learnOfEntry(entry: EntryFacts, event: EntryEvent, setup: ClaimSetup): EntryFacts {
  const { at } = event
  const own = setup.entries.find(({ key }) => key === event.key)
  const joins = own?.joins === true
  switch (event.kind) {
    case 'connected':
      return { ...fresh(entry), connected: true }
    case 'disconnected':
      // The claim is still ours for its time: a short loss changes nothing.
      return { ...fresh(entry), connected: false }
    case 'hearing':
      return { ...withDeaf(entry, event.deaf, at, own), hearingSince: at, looked: false }
    case 'deaf':
      return withDeaf(entry, event.deaf, at, own)
    case 'told': {
      const { unproven, ...rest } = entry
      const kept = unproven?.by === 'claim' ? { unproven } : {}
      return { ...rest, ...kept, told: { state: event.state, at: event.sentAt } }
    }
    case 'looked':
      return looked(entry, event, setup.self.instance)
    case 'presence':
      return { ...entry, rivals: heardRival(entry.rivals, event, at) }
    case 'owner':
      return withOwner(entry, event.record, setup.self.instance)
    case 'held': {
      const { unproven, ...rest } = entry
      return {
        ...rest,
        claimed: true,
        noted: true,
        claimedAt: entry.claimedAt ?? at,
        ...(joins && !event.joined ? {} : { confirmed: event.sentAt }),
      }
    }
    case 'taken':
      // Two members of a group see each other as holders, both: who gives way is decided by their names.
      return { ...(joins ? entry : unclaimed(entry)), rivals: withHolders(entry.rivals, event.holders, at) }
    case 'lost':
      // Somebody may have held it meanwhile.
      return listeningAnew(unclaimed(entry), at)
    case 'silent':
      return entry
    case 'unproven':
      return { ...unclaimed(entry), unproven: { since: at.wall, ...entry.unproven, ...event.facts } }
    case 'released': {
      const { hearingSince, told, ...rest } = unclaimed(entry)
      return { ...rest, looked: false, releasing: false }
    }
    case 'act':
      return entry
    case 'stored-health':
      return entry.owner && event.madeAt > Date.parse(entry.owner.time) + setup.times.lifeMs
        ? { ...entry, lateHealth: true }
        : entry
  }
}

/** What a connection knew goes with it; rivals are forgotten by time alone. */
function fresh(entry: EntryFacts): EntryFacts {
  const { hearingSince, told, unproven, deaf, ...rest } = entry
  return { ...rest, looked: false, releasing: false, lateHealth: false }
}

/** Who may not hear strangers claims nothing, unless writes are allowed all the same: then a claim is better than none. */
function withDeaf(
  entry: EntryFacts,
  missing: Omit<MissingRight, 'since'> | undefined,
  at: Clock,
  own: EntrySetup | undefined,
): EntryFacts {
  const { deaf, ...rest } = entry
  if (!missing) return rest
  return { ...(own?.allowUnproven ? rest : unclaimed(rest)), deaf: { since: deaf?.since ?? at.wall, ...missing } }
}

function unclaimed(entry: EntryFacts): EntryFacts {
  const { confirmed, claimedAt, ...rest } = entry
  return { ...rest, claimed: false }
}

function looked(entry: EntryFacts, event: Extract<ClaimEvent, { kind: 'looked' }>, instance: string): EntryFacts {
  const { found, sentAt, at } = event
  let rivals = withHolders(entry.rivals, found.holders, at)
  for (const { who, record, ageMs } of found.present) {
    const known = rivals.find((rival) => rival.who === who)
    const arrived = { mono: at.mono - ageMs, wall: at.wall - ageMs }
    // Heard already, as it arrived.
    if (known?.record && known.heardAt.mono >= arrived.mono) continue
    rivals = heardRival(rivals, { who, record, stored: true }, arrived)
  }
  // What was asked before this process was away says nothing about now.
  const isNew = entry.hearingSince !== undefined && elapsed(entry.hearingSince, sentAt) >= 0
  return { ...withOwner({ ...entry, rivals }, found.owner, instance), looked: entry.looked || isNew }
}

function withOwner(entry: EntryFacts, owner: EntryFacts['owner'], instance: string): EntryFacts {
  if (owner) return owner.instance === instance ? { ...entry, owner } : { ...entry, owner, noted: false }
  const { owner: gone, ...rest } = entry
  return rest
}

/** What follows from the facts: claims that ran out, others that are forgotten, and the phase, until it stands still. */
function settle(facts: ClaimFacts, event: ClaimEvent, setup: ClaimSetup): ClaimFacts {
  const { at } = event
  let now = eachEntry(facts, (entry) => {
    const rivals = withoutPast(entry.rivals, at, setup.times)
    const kept = rivals === entry.rivals ? entry : { ...entry, rivals }
    // A claim with a join under way has no confirmation yet.
    if (!kept.claimed || !kept.confirmed || isFresh(kept, at, setup.times)) return kept
    return kept.connected ? listeningAnew(unclaimed(kept), at) : unclaimed(kept)
  })
  for (let turns = 0; turns < 6; turns++) {
    const phase = nextPhase(now, turns === 0 ? event : { kind: 'tick', at }, setup)
    if (phase === now.phase) break
    now = entered(now, phase)
  }
  const active = allRivals(now).some(
    (rival) => isLive(rival, at, setup.times) && competes(rival) && !isOwnInstance(rival, setup.self),
  )
  return active ? { ...now, rivalAt: at } : now
}

/** A gateway that no longer holds gives all its claims back, before others may rely on that. */
function entered(facts: ClaimFacts, phase: Phase): ClaimFacts {
  const gives = phase.kind === 'standby' || (phase.kind === 'contested' && !phase.holding)
  const next = { ...facts, phase }
  return gives ? eachEntry(next, (entry) => (entry.claimed ? { ...unclaimed(entry), releasing: true } : entry)) : next
}

function oneEntry(facts: ClaimFacts, key: string, change: (entry: EntryFacts) => EntryFacts): ClaimFacts {
  const entry = facts.entries[key]
  return entry ? { ...facts, entries: { ...facts.entries, [key]: change(entry) } } : facts
}

function eachEntry(facts: ClaimFacts, change: (entry: EntryFacts) => EntryFacts): ClaimFacts {
  let changed = false
  const entries = Object.fromEntries(
    Object.entries(facts.entries).map(([key, entry]) => {
      const next = change(entry)
      changed ||= next !== entry
      return [key, next]
    }),
  )
  return changed ? { ...facts, entries } : facts
}
