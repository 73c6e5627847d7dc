import { describe, expect, it } from 'vitest'
import { judge, type Mark, type RoundSeen, type Written } from './judge.ts'
import { planRound } from './plan.ts'

const write = (site: Written['site'], value: number, at: number): Written => ({ site, value, at })
const seen = (written: readonly Written[], more: Partial<RoundSeen> = {}): RoundSeen => ({
  written,
  sentAt: new Map(written.map(({ value, at }) => [value, at - 10])),
  marks: [],
  keepsOwner: true,
  maxAgeMs: 2_000,
  stoodStillMs: 0,
  ...more,
})
const mark = (site: Mark['site'], at: number, what: Mark['what']): Mark => ({ site, at, what })

describe('the judge of a round', () => {
  it('has nothing against one writer, nor against one that was taken over for by a person', () => {
    const written = [write('a', 1, 1_000), write('a', 2, 1_200), write('b', 3, 40_000)]
    expect(judge(seen(written, { marks: [mark('b', 30_000, 'taken-over')] }))).toEqual([])
  })

  it('finds a second writer, also when the first was gone: a namespace is not inherited', () => {
    const written = [write('a', 1, 1_000), write('b', 2, 40_000)]
    expect(judge(seen(written))).toHaveLength(1)
    expect(judge(seen(written, { marks: [mark('a', 1_500, 'down')] }))).toHaveLength(1)
  })

  it('on Kafka alone lets it pass on from one that was gone, and from no other', () => {
    const written = [write('a', 1, 1_000), write('b', 2, 40_000), write('a', 3, 40_100)]
    const kafka = { keepsOwner: false, marks: [mark('a', 1_500, 'down')] }
    expect(judge(seen(written.slice(0, 2), kafka))).toEqual([])
    const long = [{ ...mark('a', -20_000, 'down'), until: 500 }]
    expect(judge(seen(written.slice(0, 2), { ...kafka, marks: long }))).toEqual([])
    expect(
      judge(seen(written.slice(0, 2), { ...kafka, marks: [{ ...mark('a', -20_000, 'down'), until: -19_000 }] })),
    ).toHaveLength(1)
    expect(judge(seen(written, kafka))).toEqual([expect.stringMatching(/^a wrote 3 100 ms after b wrote 2/)])
  })

  it('finds a request that was executed twice, too late, or never sent', () => {
    expect(judge(seen([write('a', 1, 1_000), write('a', 1, 1_100)]))).toEqual([
      expect.stringContaining('at a and at a'),
    ])
    expect(judge(seen([write('a', 1, 9_000)], { sentAt: new Map([[1, 1_000]]) }))).toEqual([
      'request 1 was executed at a 8000 ms after it was sent',
    ])
    expect(judge(seen([write('a', 1, 9_000)], { sentAt: new Map() }))).toEqual([expect.stringContaining('nobody sent')])
  })
})

describe('the plan of a round', () => {
  it('is the same again for the same seed, and covers each broker, every order of starts and every trouble', () => {
    const plans = Array.from({ length: 200 }, (_, round) => planRound(2026, round))
    expect(plans).toEqual(plans.map(({ round }) => planRound(2026, round)))
    expect(planRound(1, 3)).not.toEqual(planRound(2, 3))
    const count = (fits: (plan: (typeof plans)[number]) => boolean) => plans.filter(fits).length
    for (const service of ['mqtt', 'valkey', 'kafka'] as const)
      expect(count(({ services }) => services.length === 1 && services[0] === service)).toBe(50)
    expect(count(({ services }) => services.length === 3)).toBe(50)
    for (const order of [-1, 0, 1])
      expect(count(({ startMs }) => Math.sign(startMs.a - startMs.b) === order)).toBeGreaterThan(30)
    for (const kind of ['cut', 'stall', 'reset', 'slow', 'pause', 'kill', 'end'])
      expect(count(({ troubles }) => troubles.some((trouble) => trouble.kind === kind))).toBeGreaterThan(15)
    // Longer than a claim is good, and than a record lives.
    expect(count(({ troubles }) => troubles.some(({ kind, ms }) => kind === 'pause' && ms > 10_000))).toBeGreaterThan(
      15,
    )
    expect(count(({ troubles }) => troubles.some(({ kind, ms }) => kind === 'pause' && ms > 15_000))).toBeGreaterThan(2)
  })
})
