/**
 * Two gateways of one namespace with different controllers, on each broker alone and on all three, in every start order,
 * with cuts, sleep, kills and restarts: one of them writes. Gaps of the clocks are among the troubles: SIGSTOP for longer
 * than a claim is good (10 s) and than a record lives (15 s). Many more of them: `npm run rounds`.
 */
import { expect, it } from 'vitest'
import { builtCli, liveDescribe } from '#scripts/brokers/live'
import { planText } from './plan.ts'
import { runRounds } from './rounds.ts'

builtCli()
const seed = 6
const count = 20

liveDescribe('mosquitto', 'two gateways of one namespace', () =>
  liveDescribe('redis', 'with different controllers', () =>
    liveDescribe('kafka', 'in random rounds', () => {
      it(`never write both, in ${count} rounds of seed ${seed}`, async () => {
        const rounds = Array.from({ length: count }, (_, index) => index)
        const results = await runRounds({
          seed,
          rounds,
          places: 10,
          takeover: (round) => round % 5 === 0,
          onRound: ({ plan, violations, logs }) => {
            if (violations.length === 0) return
            console.error(`round ${plan.round} (${planText(plan)}): ${violations.join('; ')}`)
            for (const site of ['a', 'b'] as const) console.error(`site ${site}:\n${logs[site].slice(-60).join('\n')}`)
          },
        })
        expect(results.flatMap(({ plan, violations }) => violations.map((text) => `${plan.round}: ${text}`))).toEqual(
          [],
        )
        expect(results).toHaveLength(count)
        expect(results.reduce((sum, { executed }) => sum + executed, 0)).toBeGreaterThan(10 * count)
      }, 300_000)
    }),
  ),
)
