/** The report of many rounds, in Markdown. Pure. */
import { type Plan, planText, troubleMs } from './plan.ts'
import type { RoundResult } from './round.ts'

export interface ReportInput {
  readonly seed: number
  readonly version: string
  readonly results: readonly RoundResult[]
  readonly planned: number
}

export function reportText({ seed, version, results, planned }: ReportInput): string {
  const bad = results.filter(({ violations }) => violations.length > 0)
  const late = results.filter((result) => result.late).length
  const sum = (of: (result: RoundResult) => number) => results.reduce((all, result) => all + of(result), 0)
  const troubles = (kind: string) => sum(({ plan }) => plan.troubles.filter((trouble) => trouble.kind === kind).length)
  const long = sum(({ plan }) => plan.troubles.filter(({ kind, ms }) => kind === 'pause' && ms > 10_000).length)
  const taken = results.flatMap(({ takenOverMs }) => (takenOverMs === undefined ? [] : [takenOverMs]))
  const after = results.flatMap(({ holder }) => (holder ? [holder.afterMs] : []))
  return `# Rounds of two gateways in one namespace

Written by \`npm run rounds\` (seed ${seed}, WarLink ${version}); its plans are the same again for the same seed. In each round two
gateway processes with the same namespace and different controllers (both called \`Main PLC\`) share real brokers, mosquitto, Redis
and Kafka, each through a network of its own. Troubles befall them for ${troubleMs / 1000} s while numbered requests go to the namespace five times
a second, on each broker in turn. Then the holder is ended; the other is asked, and a person takes the namespace over for it
(\`warlink claim --take\`). The write logs of both simulated controllers are the judges:

- no request is executed twice, at one controller or at both;
- the writer changes only by a person's takeover. On Kafka alone, where there is no place for an owner record, also when the one
  that wrote is gone, stopped or cut off;
- no request is executed later than \`write_max_age\` (2 s) after it was sent (and 1 s until it stands in the log, and the time in which
  the controllers' own process stood still);
- somebody holds the namespace when the troubles are over; when it is gone, the other says whose the namespace is; after the takeover it writes.

**${results.length - bad.length} of ${results.length} rounds without a violation.**${results.length < planned ? ` ${planned} were planned; the run was ended before (\`npm run rounds -- --continue\` goes on).` : ''}
${
  late > 0
    ? `In ${late} of them the machine stood still for more than 3 s: there only who wrote, what and when was judged, not what did not happen in time.
`
    : ''
}
| | |
|---|---|
${brokers(results)}
| start at the same moment | ${results.filter(({ plan }) => plan.startMs.a === plan.startMs.b).length} rounds |
| first A, first B | ${results.filter(({ plan }) => plan.startMs.a < plan.startMs.b).length}, ${results.filter(({ plan }) => plan.startMs.a > plan.startMs.b).length} rounds |
| network cut, stalled, broken once, slow | ${['cut', 'stall', 'reset', 'slow'].map(troubles).join(', ')} times |
| process stopped (SIGSTOP); of these for longer than a claim is good (10 s) | ${troubles('pause')}, ${long} times |
| killed and started again, ended and started again | ${troubles('kill')}, ${troubles('end')} times |
| requests sent, executed | ${sum(({ sent }) => sent)}, ${sum(({ executed }) => executed)} |
| from the end of the troubles until somebody holds: median, longest | ${spread(after)} |
| from a person's takeover to the first write: median, longest | ${spread(taken)} (${taken.length} takeovers) |

Two gateways that share no reachable broker can't see each other: while each lacks one broker of three, one is left on which they do.
${bad.length === 0 ? '' : `\n## Violations\n\n${bad.map(violation).join('\n')}\n`}
## The rounds

| round | plan | executed of sent | held at the end |
|---|---|---|---|
${results.map(row).join('\n')}
`
}

function brokers(results: readonly RoundResult[]): string {
  const counts = new Map<string, number>()
  for (const { plan } of results) counts.set(where(plan), (counts.get(where(plan)) ?? 0) + 1)
  return [...counts].map(([name, count]) => `| on ${name} | ${count} rounds |`).join('\n')
}

const where = ({ services }: Plan) => (services.length > 1 ? 'all three' : `${services[0]} alone`)

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((x, y) => x - y)
  const text = (ms: number | undefined) => (ms === undefined ? '–' : `${(ms / 1000).toFixed(1)} s`)
  return `${text(sorted[Math.floor(sorted.length / 2)])}, ${text(sorted.at(-1))}`
}

const violation = ({ plan, violations }: RoundResult) => `- round ${plan.round}: ${violations.join('; ')}`

function row({ plan, executed, sent, holder }: RoundResult): string {
  const held = holder ? holder.site.toUpperCase() : 'nobody'
  return `| ${plan.round} | ${planText(plan)} | ${executed} of ${sent} | ${held} |`
}
