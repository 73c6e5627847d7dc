/** What is to be done next at each broker, as the facts stand. Pure; `claim.ts` does it. */
import type { RecordState } from '#shared/isolation'
import { elapsed, longest } from './clock.ts'
import type { ClaimFacts, ClaimSetup, Clock, Rival } from './model.ts'
import { type Claiming, claimingEntries, hasListened, isUnproven, somebodyMayStillWrite } from './phase.ts'
import { allRivals, competes, isLive } from './rivals.ts'

/** One step at a broker. `announce` is followed by a look. */
export type Step = { readonly kind: 'announce' | 'claim' | 'renew' | 'release'; readonly state: RecordState }

/** The next step for an entry; undefined for one that does not claim, or where nothing may be done now. */
export function wantedStep(facts: ClaimFacts, key: string, now: Clock, setup: ClaimSetup): Step | undefined {
  const entries = claimingEntries(facts, setup)
  const entry = entries.find(({ setup: { key: own } }) => own === key)
  // Away since the last event: what happened meanwhile has to be learnt first.
  if (!entry || longest(facts.seenAt, now) > setup.times.absentMs) return undefined
  const state = recordState(facts, entry)
  if (entry.facts.releasing) return { kind: 'release', state: 'standby' }
  if (entry.facts.claimed) return { kind: 'renew', state: facts.phase.kind === 'contested' ? 'contested' : 'held' }
  return mayClaim(facts, entry, entries, now, setup) ? { kind: 'claim', state: 'held' } : { kind: 'announce', state }
}

/** What our record says on this entry. A gateway that holds says so everywhere: who looks for one finds it. */
function recordState({ phase }: ClaimFacts, { facts }: Claiming): RecordState {
  switch (phase.kind) {
    case 'holding':
      return 'held'
    case 'contested':
      return phase.holding ? 'contested' : 'standby'
    case 'standby':
      return 'standby'
    case 'observing':
    case 'off':
      return facts.claimed ? 'held' : 'observing'
  }
}

/** Listened long enough, told and looked, nobody in the way, and every entry before it has its claim. */
function mayClaim(
  facts: ClaimFacts,
  entry: Claiming,
  entries: readonly Claiming[],
  now: Clock,
  setup: ClaimSetup,
): boolean {
  const { phase } = facts
  if (phase.kind !== 'observing' && phase.kind !== 'holding') return false
  if (!isReady(facts, entry, now, setup)) return false
  const before = entries.slice(0, entries.indexOf(entry))
  return before.every((one) => !one.facts.connected || one.facts.claimed || isUnproven(one))
}

function isReady(facts: ClaimFacts, entry: Claiming, now: Clock, setup: ClaimSetup): boolean {
  const { connected, looked, unproven, deaf } = entry.facts
  if (!connected || !looked || unproven?.by === 'announce' || entry.ownership === 'foreign') return false
  if (deaf && !entry.setup.allowUnproven) return false
  return isTold(facts, entry) && hasListened(entry, now) && inTheWay(facts, now, setup) === undefined
}

/**
 * Whether others can hear us as what we are now. Of two that begin at once, the one whose record came to the broker
 * later has heard the other before its own came back.
 */
export function isTold(facts: ClaimFacts, { facts: { told, hearingSince } }: Claiming): boolean {
  const { phase } = facts
  if (!told || !hearingSince || told.state === 'standby') return false
  if (elapsed(hearingSince, told.at) < 0) return false
  return phase.kind !== 'observing' || elapsed(phase.since, told.at) >= 0
}

/** Who has to go, or to expire, before a claim may be made. */
export function inTheWay(facts: ClaimFacts, now: Clock, setup: ClaimSetup): Rival | undefined {
  const live = allRivals(facts).find((rival) => isLive(rival, now, setup.times) && competes(rival))
  return live ?? somebodyMayStillWrite(facts, now, setup)
}
