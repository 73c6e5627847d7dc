/** The claim as people see it: of each entry and of the gateway, made from the facts. Pure. */
import type {
  ClaimState,
  ClaimStatus,
  EntryClaim,
  Heard,
  ObservingReason,
  Other,
  PresenceRecord,
} from '#shared/isolation'
import { isPassive } from './allowed.ts'
import { elapsed, isFresh } from './clock.ts'
import type { ClaimFacts, ClaimSetup, Clock, EntrySetup, Rival, Seen } from './model.ts'
import { listeningMs } from './ownership.ts'
import { type Claiming, claimingEntries } from './phase.ts'
import { competes, isLive, isOwnInstance } from './rivals.ts'
import { inTheWay, isTold } from './wanted.ts'

/** All of it, with what was heard of others on each entry. */
export function claimStatus(
  facts: ClaimFacts,
  now: Clock,
  setup: ClaimSetup,
  heard: (key: string) => readonly Heard[],
): ClaimStatus {
  const owner = claimingEntries(facts, setup).find(({ ownership }) => ownership === 'foreign')?.facts.owner
  return {
    namespace: setup.namespace,
    gateway: gatewayState(facts, now, setup),
    entries: setup.entries.map((entry) => entryClaim(facts, entry, now, setup, heard(entry.key))),
    ...(owner ? { owner } : {}),
  }
}

function entryClaim(
  facts: ClaimFacts,
  { key, entry, base }: EntrySetup,
  now: Clock,
  setup: ClaimSetup,
  heard: readonly Heard[],
): EntryClaim {
  const known = facts.entries[key]
  const others = (known?.rivals ?? []).filter((rival) => isLive(rival, now, setup.times))
  return {
    entry,
    base,
    state: entryState(facts, key, now, setup),
    confirmedAt: known?.confirmed?.wall ?? 0,
    others: others.slice(0, 20).map(otherOf),
    ...(known?.owner ? { owner: known.owner } : {}),
    ownerIsOurs: known?.owner?.instance === setup.self.instance,
    heard,
  }
}

/** The whole gateway: what decides whether it writes. */
export function gatewayState(facts: ClaimFacts, now: Clock, setup: ClaimSetup): ClaimState {
  const { phase } = facts
  switch (phase.kind) {
    case 'off':
      return { kind: 'off' }
    case 'standby':
      return { kind: 'standby', since: phase.since.wall, reason: phase.reason, by: seenOther(phase.by) }
    case 'contested': {
      const quiet = phase.reason === 'rival-holder' ? undefined : phase.lastSign.wall + setup.times.quietMs
      return {
        kind: 'contested',
        since: phase.since.wall,
        reason: phase.reason,
        by: seenOther(phase.by),
        address: phase.address,
        ...(quiet === undefined ? {} : { quietUntil: quiet }),
      }
    }
    case 'holding': {
      const entries = claimingEntries(facts, setup).filter((entry) => entry.facts.connected)
      if (entries.some((entry) => isFresh(entry.facts, now, setup.times) && !entry.facts.deaf))
        return { kind: 'held', since: phase.since.wall }
      const first = entries[0]
      return first ? entryState(facts, first.setup.key, now, setup) : { kind: 'held', since: phase.since.wall }
    }
    case 'observing': {
      const entries = claimingEntries(facts, setup).filter((entry) => entry.facts.connected)
      const open = entries.find((entry) => !isFresh(entry.facts, now, setup.times)) ?? entries[0]
      return open
        ? observing(facts, open, now, setup)
        : { kind: 'observing', since: phase.since.wall, reason: 'not-connected' }
    }
  }
}

/** One entry. A standby is one everywhere, and so is a contest. */
export function entryState(facts: ClaimFacts, key: string, now: Clock, setup: ClaimSetup): ClaimState {
  const entry = claimingEntries(facts, setup).find(({ setup: { key: own } }) => own === key)
  if (!entry || facts.phase.kind === 'off') return { kind: 'off' }
  if (isPassive(facts) || facts.phase.kind === 'contested') return gatewayState(facts, now, setup)
  const missing = entry.facts.unproven ?? entry.facts.deaf
  if (missing) {
    const { since, reason, error, rules } = missing
    return { kind: 'unproven', since, reason, error, allowed: entry.setup.allowUnproven, aclLines: rules }
  }
  if (isFresh(entry.facts, now, setup.times)) return { kind: 'held', since: entry.facts.claimedAt?.wall ?? now.wall }
  return observing(facts, entry, now, setup)
}

function observing(facts: ClaimFacts, entry: Claiming, now: Clock, setup: ClaimSetup): ClaimState {
  const { connected, hearingSince, looked, claimed } = entry.facts
  const state = (reason: ObservingReason, until?: number, by?: Rival): ClaimState => ({
    kind: 'observing',
    since: (hearingSince ?? facts.startedAt).wall,
    reason,
    ...(until === undefined ? {} : { until: Math.round(until) }),
    ...(by ? { by: otherOf(by) } : {}),
  })
  if (!connected) return state('not-connected')
  if (!hearingSince || !looked || !isTold(facts, entry)) return state('first-look')
  const rival = inTheWay(facts, now, setup)
  if (rival) {
    const { lifeMs, graceMs } = setup.times
    const live = isLive(rival, now, setup.times) && competes(rival)
    const left = live ? lifeMs - elapsed(rival.heardAt, now) : graceMs - elapsed(rival.heldAt ?? rival.heardAt, now)
    return state(isOwnInstance(rival, setup.self) ? 'predecessor' : 'rival', now.wall + left, rival)
  }
  const left = listeningMs(entry.setup, entry.facts, entry.ownership) - elapsed(hearingSince, now)
  return left > 0 && !claimed ? state('listening', now.wall + left) : state('claiming')
}

function otherOf({ name, record, state, heardAt }: Rival): Other {
  return { who: name, heardAt: Math.round(heardAt.wall), state, ...(record ? { record: withoutState(record) } : {}) }
}

function seenOther({ who, record, state, at }: Seen): Other {
  return {
    who,
    heardAt: Math.round(at),
    ...(state ? { state } : {}),
    ...(record ? { record: 'state' in record ? withoutState(record) : record } : {}),
  }
}

function withoutState({ state, ...mark }: PresenceRecord): Omit<PresenceRecord, 'state'> {
  return mark
}
