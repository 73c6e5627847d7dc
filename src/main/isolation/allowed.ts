/** What may happen at an entry, as the facts stand: publishing, taking requests in, writing. Pure. */
import { isFresh, isStuck, longest } from './clock.ts'
import type { ClaimFacts, ClaimSetup, Clock } from './model.ts'
import { type Claiming, claimingEntries, isUnproven } from './phase.ts'
import { isTold } from './wanted.ts'

/** Whether values, health and answers may go out. A standby is dumb: it would overwrite the holder's. */
export function mayPublish(facts: ClaimFacts, key: string, now: Clock, setup: ClaimSetup): boolean {
  if (facts.phase.kind === 'off') return true
  // Stopped or asleep: others may have taken over since.
  if (longest(facts.seenAt, now) > setup.times.confirmMs || isPassive(facts)) return false
  const entries = claimingEntries(facts, setup)
  const entry = entries.find(({ setup: { key: own } }) => own === key)
  const seen = (one: Claiming) =>
    isUnproven(one) || isFresh(one.facts, now, setup.times) || (one.facts.looked && isTold(facts, one))
  return entry ? seen(entry) : entries.every((one) => !one.facts.connected || seen(one))
}

/** Whether requests may be taken in; what must not be written is then refused. */
export function mayTakeIn(facts: ClaimFacts, key: string, setup: ClaimSetup): boolean {
  if (facts.phase.kind === 'off') return true
  if (isPassive(facts)) return false
  const entries = claimingEntries(facts, setup)
  const entry = entries.find(({ setup: { key: own } }) => own === key)
  const observing = facts.phase.kind === 'observing'
  if (!entry) return !observing || noneConnected(entries)
  const { claimed } = entry.facts
  if (observing) return claimed && entry.setup.joins
  return isUnproven(entry) ? entry.setup.allowUnproven : claimed
}

/**
 * Which entry's claim, or the gateway's (`''`), forbids a write that came in through `key`; undefined where it may leave
 * for the PLC now. Asked immediately before the bytes leave.
 */
export function blocking(facts: ClaimFacts, key: string, now: Clock, setup: ClaimSetup): string | undefined {
  if (facts.phase.kind === 'off') return undefined
  const entries = claimingEntries(facts, setup)
  const own = entries.find(({ setup: { key: one } }) => one === key)
  if (longest(facts.seenAt, now) > setup.times.confirmMs || now.mono < facts.seenAt.mono) return ''
  if (facts.phase.kind !== 'holding') {
    return !own && facts.phase.kind === 'observing' && noneConnected(entries) ? undefined : ''
  }
  const closed = entries.find((entry) => entry.facts.connected && !isGood(entry, now, setup))
  if (closed) return closed.setup.key
  if (!own) return undefined
  const { unproven, deaf, connected } = own.facts
  if ((unproven || deaf) && !own.setup.allowUnproven) return key
  return isFresh(own.facts, now, setup.times) || (connected && unproven) ? undefined : key
}

function isGood(entry: Claiming, now: Clock, { times }: ClaimSetup): boolean {
  const { setup, facts } = entry
  if (isUnproven(entry) || isFresh(facts, now, times)) return true
  return setup.joins && isStuck(facts, now, times)
}

/** Neither publishes nor takes requests in. */
export function isPassive({ phase }: ClaimFacts): boolean {
  return phase.kind === 'standby' || (phase.kind === 'contested' && !phase.holding)
}

function noneConnected(entries: readonly Claiming[]): boolean {
  return entries.every(({ facts }) => !facts.connected)
}
