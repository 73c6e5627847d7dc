/** Many rounds at once, each in a place of its own. */
import { randomBytes } from 'node:crypto'
import { startNetwork } from './network.ts'
import { planRound } from './plan.ts'
import { type RoundResult, runRound } from './round.ts'

export interface RoundsOptions {
  readonly seed: number
  readonly rounds: readonly number[]
  /** So many at the same time. */
  readonly places: number
  /** Which rounds end in a takeover. */
  takeover(round: number): boolean
  /** No round begins later, ms since the epoch; absent: all are run. */
  readonly until?: number
  onRound(result: RoundResult): void
}

/** The same rounds for the same seed; what happens between the machines' clocks is not the same. */
export async function runRounds({
  seed,
  rounds,
  places,
  takeover,
  until = Number.POSITIVE_INFINITY,
  onRound,
}: RoundsOptions): Promise<readonly RoundResult[]> {
  const network = await startNetwork(places)
  const waiting = [...rounds]
  const results: RoundResult[] = []
  try {
    // A round that breaks must not pull the brokers from under the others.
    const ended = await Promise.allSettled(
      network.slots.map(async (slot) => {
        for (let round = waiting.shift(); round !== undefined && Date.now() < until; round = waiting.shift()) {
          const namespace = `round-${round}-${randomBytes(3).toString('hex')}`
          const plan = planRound(seed, round)
          const result = await runRound({ network, slot, namespace, plan, takeover: takeover(round) })
          results.push(result)
          onRound(result)
        }
      }),
    )
    for (const end of ended) if (end.status === 'rejected') throw end.reason
  } finally {
    await network.stop()
  }
  return results.sort((x, y) => x.plan.round - y.plan.round)
}
