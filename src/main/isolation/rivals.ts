/** Others seen on a broker: who of them is live, who may write, and who of two goes first. Pure. */
import { createHash } from 'node:crypto'
import type { RecordState } from '#shared/isolation'
import { elapsed } from './clock.ts'
import type { ClaimFacts, ClaimTimes, Clock, FoundHolder, Rival, Seen, Self } from './model.ts'

const holding: readonly RecordState[] = ['held', 'contested', 'unproven']

/** Whether it says that it holds, or has the broker's own claim. */
export function holds({ state }: Rival): boolean {
  return holding.includes(state)
}

export function isLive(rival: Rival, now: Clock, { lifeMs }: ClaimTimes): boolean {
  return rival.state !== 'gone' && elapsed(rival.heardAt, now) <= lifeMs
}

/** It wants the namespace, or has it. */
export function competes(rival: Rival): boolean {
  return rival.state === 'observing' || holds(rival)
}

/** It left without giving back, and its last confirmation may still be good. */
export function mayStillWrite(rival: Rival, now: Clock, { graceMs }: ClaimTimes): boolean {
  return rival.heldAt !== undefined && elapsed(rival.heldAt, now) <= graceMs
}

/** Of our own instance, with another boot: our last process, or a copy of this computer. */
export function isOwnInstance(rival: Rival, self: Self): boolean {
  if (rival.record) return rival.record.instance === self.instance
  return rival.who?.startsWith(`${self.instance.slice(0, 8)}-`) ?? false
}

/** Of two, the one with the smaller digest of its short name goes on. `boot` is new each time: nobody wins for ever. */
export function goesBefore(who: string, other: string): boolean {
  return digest(who) < digest(other)
}

function digest(who: string): string {
  return createHash('sha256').update(who).digest('hex')
}

export function seenOf(rival: Rival): Seen {
  const { name, record, state, heardAt } = rival
  return { who: name, state, at: heardAt.wall, ...(record ? { record } : {}) }
}

/** Every rival of every entry. */
export function allRivals(facts: ClaimFacts): readonly Rival[] {
  return Object.values(facts.entries).flatMap(({ rivals }) => rivals)
}

/** A presence record arrived; without one it was taken back, and with it every claim. */
export function heardRival(
  rivals: readonly Rival[],
  heard: { readonly who: string; readonly record?: Rival['record']; readonly stored: boolean },
  now: Clock,
): readonly Rival[] {
  const { who, record } = heard
  const before = rivals.find((rival) => rival.who === who)
  const rest = rivals.filter((rival) => rival !== before)
  if (!record) return rest
  return bounded([
    ...rest,
    {
      name: who,
      who,
      record,
      state: record.state,
      heardAt: now,
      live: isAlive(before, heard),
      ...heldAt(before, record.state, now),
    },
  ])
}

function isAlive(
  before: Rival | undefined,
  { stored, record }: { readonly stored: boolean; readonly record?: Rival['record'] },
): boolean {
  return before?.live || (!stored && record?.state !== 'gone')
}

/** `gone` is told by the broker, not by the gateway: it promises nothing. All else it says itself. */
function heldAt(before: Rival | undefined, state: RecordState, now: Clock): { readonly heldAt?: Clock } {
  if (holding.includes(state)) return { heldAt: now }
  if (state !== 'gone') return {}
  if (!before) return { heldAt: now }
  return before.heldAt ? { heldAt: before.heldAt } : {}
}

/**
 * Who has the broker's own claim now. Who had it and has not is kept as gone. The broker keeps a claim for its life time
 * after its holder died: with a record that is the same as before, it says nothing new of the holder.
 */
export function withHolders(rivals: readonly Rival[], holders: readonly FoundHolder[], now: Clock): readonly Rival[] {
  const found = holders.map((holder): Rival => {
    const before = rivals.find((rival) => isSame(rival, holder))
    const record = holder.record ?? before?.record
    const state = before && holds(before) ? before.state : 'held'
    const known = before?.heldAt && holder.record && isSameRecord(before, holder.record)
    return {
      name: holder.name,
      ...(holder.who === undefined ? {} : { who: holder.who }),
      ...(record ? { record } : {}),
      state,
      heardAt: known ? before.heardAt : now,
      live: before?.live ?? false,
      heldAt: known ? before.heldAt : now,
    }
  })
  const others = rivals.filter((rival) => !holders.some((holder) => isSame(rival, holder)))
  return bounded([
    ...others.map((rival) => (rival.record || !holds(rival) ? rival : { ...rival, state: 'gone' as const })),
    ...found,
  ])
}

/** Each renewal comes with a record of its own moment. */
function isSameRecord({ record }: Rival, { boot, state, time }: NonNullable<Rival['record']>): boolean {
  return record !== undefined && record.boot === boot && record.state === state && record.time === time
}

function isSame(rival: Rival, holder: FoundHolder): boolean {
  return holder.who === undefined ? rival.who === undefined && rival.name === holder.name : rival.who === holder.who
}

/** Without those that can no longer matter. */
export function withoutPast(rivals: readonly Rival[], now: Clock, times: ClaimTimes): readonly Rival[] {
  const kept = rivals.filter((rival) => elapsed(rival.heardAt, now) <= times.lifeMs || mayStillWrite(rival, now, times))
  return kept.length === rivals.length ? rivals : kept
}

/** A flood of records must not fill the memory: the newest stay. */
function bounded(rivals: readonly Rival[]): readonly Rival[] {
  return rivals.length <= 50 ? rivals : [...rivals].sort((a, b) => b.heardAt.mono - a.heardAt.mono).slice(0, 50)
}
