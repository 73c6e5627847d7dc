/** `npm run rounds`: many rounds of two gateways of one namespace; the report goes to docs/isolation-rounds.md. */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { planText } from './plan.ts'
import { reportText } from './report.ts'
import type { RoundResult } from './round.ts'
import { runRounds } from './rounds.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '2026' },
    rounds: { type: 'string', default: '200' },
    places: { type: 'string', default: '10' },
    only: { type: 'string' },
    /** Goes on where the run before was ended: its results are kept in `out`. */
    continue: { type: 'boolean', default: false },
    /** No round begins later. */
    minutes: { type: 'string', default: '600' },
    out: { type: 'string', default: 'docs/isolation-rounds.md' },
  },
})
const seed = Number(values.seed)
const only = values.only?.split(',').map(Number)
const planned = only ?? Array.from({ length: Number(values.rounds) }, (_, index) => index)
const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'))
const kept = `out/rounds-${seed}.jsonl`
if (!values.continue && !only) rmSync(kept, { force: true })
const before = existsSync(kept) && !only ? readFileSync(kept, 'utf8').trim().split('\n').map(keptResult) : []
const rounds = planned.filter((round) => !before.some(({ plan }) => plan.round === round))

// With `exit` every gateway and broker of this process ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const begun = Date.now()
let done = 0
const fresh = await runRounds({
  seed,
  rounds,
  places: Math.min(Number(values.places), rounds.length),
  takeover: () => true,
  until: begun + Number(values.minutes) * 60_000,
  onRound: (result) => {
    const { plan, violations, holder, executed, sent, takenOverMs, logs } = result
    if (!only) appendFileSync(kept, `${JSON.stringify({ ...result, logs: { a: [], b: [] } })}\n`)
    const end = holder ? `${holder.site} held after ${holder.afterMs} ms` : 'nobody held'
    const taken = takenOverMs === undefined ? '' : `, takeover ${takenOverMs} ms`
    console.info(
      `${++done}/${rounds.length} round ${plan.round}: ${executed} of ${sent}, ${end}${taken}; ${planText(plan)}`,
    )
    for (const text of violations) console.error(`  VIOLATION ${text}`)
    if (violations.length > 0 || only)
      for (const site of ['a', 'b'] as const)
        writeFileSync(`out/round-${plan.round}-${site}.log`, `${logs[site].join('\n')}\n`)
  },
})
const results = [...before, ...fresh].sort((x, y) => x.plan.round - y.plan.round)
const text = reportText({ seed, version, results, planned: planned.length })
if (only) console.info(text)
else writeFileSync(values.out, text)
// A client of a broker that was stalled may keep the process alive.
process.exit(results.some(({ violations }) => violations.length > 0) ? 1 : 0)

/** A line that this script wrote. */
function keptResult(line: string): RoundResult {
  return JSON.parse(line) as RoundResult
}
