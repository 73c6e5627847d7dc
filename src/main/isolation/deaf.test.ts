/** A broker that lets us look and claim, but not hear strangers: the claim where writes need proof, and where they do not. */
import { expect, it } from 'vitest'
import { blocking, mayPublish, mayTakeIn } from './allowed.ts'
import { type ClaimFacts, type ClaimSetup, claimTimes, type Happening } from './model.ts'
import { entryState, gatewayState } from './show.ts'
import { firstFacts, nextFacts, withEntries } from './state.ts'
import { wantedStep } from './wanted.ts'

const key = 'valkey "Central"'
const deaf = { reason: 'may-not-look', error: 'no right to factory:*:health', rules: ['ACL SETUSER x'] } as const
const at = (ms: number) => ({ mono: ms, wall: 1_000_000 + ms })

function setupWith(allowUnproven: boolean): ClaimSetup {
  const entry = { service: 'valkey', name: 'Central' } as const
  const { shortMs, longMs } = claimTimes
  return {
    self: { instance: 'a', boot: '1', who: 'a-1' },
    namespace: 'factory',
    entries: [{ key, entry, base: 'factory', claims: true, allowUnproven, joins: false, shortMs, longMs }],
    times: claimTimes,
  }
}

/** A gateway that does each beat what it wants, for half a minute. */
function live(setup: ClaimSetup, before: Happening) {
  let facts: ClaimFacts = withEntries(firstFacts(at(0)), setup, () => false, at(0))
  const happens = (ms: number, happening: Happening) => {
    facts = nextFacts(facts, { ...happening, at: at(ms) }, setup)
  }
  happens(1, { kind: 'connected', key })
  happens(2, before)
  const done: string[] = []
  let ms = 3
  for (; ms < 32_000; ms += 1_000) {
    happens(ms, { kind: 'tick' })
    const step = wantedStep(facts, key, at(ms), setup)
    if (!step) continue
    done.push(step.kind)
    if (step.kind === 'announce') {
      happens(ms, { kind: 'told', key, state: step.state, sentAt: at(ms) })
      happens(ms, { kind: 'looked', key, found: { holders: [], present: [] }, sentAt: at(ms) })
    } else happens(ms, { kind: 'held', key, sentAt: at(ms), joined: true })
  }
  return { facts, now: at(ms - 999), done }
}

it('claims nothing and takes nothing in where writes need proof, says which right is missing, and publishes', () => {
  const setup = setupWith(false)
  const { facts, now, done } = live(setup, { kind: 'hearing', key, deaf })
  expect(new Set(done)).toEqual(new Set(['announce']))
  expect(mayTakeIn(facts, key, setup)).toBe(false)
  expect(blocking(facts, key, now, setup)).toBe(key)
  expect(mayPublish(facts, key, now, setup)).toBe(true)
  expect(entryState(facts, key, now, setup)).toMatchObject({ kind: 'unproven', allowed: false, aclLines: deaf.rules })
  expect(gatewayState(facts, now, setup)).toMatchObject({ kind: 'unproven' })
})

it('claims all the same where writes are allowed without proof, and says that it is not proven', () => {
  const setup = setupWith(true)
  const { facts, now, done } = live(setup, { kind: 'hearing', key, deaf })
  expect(done.at(-1)).toBe('renew')
  expect(done.indexOf('claim')).toBeGreaterThanOrEqual(claimTimes.longMs / 1_000)
  expect(mayTakeIn(facts, key, setup)).toBe(true)
  expect(blocking(facts, key, now, setup)).toBeUndefined()
  // As every claim: good only while it is confirmed.
  expect(blocking(facts, key, at(now.mono + claimTimes.confirmMs + 2_000), setup)).toBeDefined()
  expect(entryState(facts, key, now, setup)).toMatchObject({ kind: 'unproven', allowed: true })
  expect(gatewayState(facts, now, setup)).toMatchObject({ kind: 'unproven' })
  expect(after(setup, facts, now.mono + 1, { kind: 'hearing', key })).toMatchObject({ kind: 'held' })
})

it('gives its claim up when the right goes, where writes need proof, and claims again when it is back', () => {
  const setup = setupWith(false)
  const { facts, now } = live(setup, { kind: 'hearing', key })
  expect(blocking(facts, key, now, setup)).toBeUndefined()
  const lost = nextFacts(facts, { kind: 'deaf', key, deaf, at: at(now.mono + 1) }, setup)
  expect(blocking(lost, key, at(now.mono + 1), setup)).toBe(key)
  expect(mayTakeIn(lost, key, setup)).toBe(false)
  expect(wantedStep(lost, key, at(now.mono + 1), setup)?.kind).toBe('announce')
  const back = nextFacts(lost, { kind: 'hearing', key, at: at(now.mono + 2) }, setup)
  expect(back.entries[key]?.deaf).toBeUndefined()
})

function after(setup: ClaimSetup, facts: ClaimFacts, ms: number, happening: Happening) {
  const next = nextFacts(facts, { ...happening, at: at(ms) }, setup)
  return entryState(next, key, at(ms), setup)
}
