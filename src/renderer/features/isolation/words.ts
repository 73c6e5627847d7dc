/** Verdicts and claims as the screen shows them. Pure. */
import type { StateKind } from '#renderer/ui/State.tsx'
import type { ClaimStatus } from '#shared/isolation'
import {
  type CheckNumber,
  type CheckResult,
  checks,
  earlierResults,
  type RunState,
  type Verdict,
} from '#shared/isolation-run'

export const verdictLooks: Readonly<Record<Verdict, StateKind>> = { pass: 'ok', 'not-proven': 'unproven', fail: 'bad' }

export interface Row {
  readonly number: CheckNumber
  readonly title: string
  readonly question: string
  readonly state: 'not-run' | 'waiting' | 'running' | 'done'
  /** What a running check is doing. */
  readonly doing: string
  readonly result?: CheckResult
}

/** One row a check: of the run under way, else of the last report. */
export function rowsOf(run: RunState): readonly Row[] {
  const results = run.kind === 'running' ? run.results : run.kind === 'ended' ? run.report.checks : []
  return checks.map(({ number, title, question }) => {
    const result = results.find(({ check }) => check === number)
    const now = run.kind === 'running' ? run.now.find(({ check }) => check === number) : undefined
    const wanted = run.kind === 'running' && run.wanted.includes(number)
    const state = result ? 'done' : now ? 'running' : wanted ? 'waiting' : 'not-run'
    return { number, title, question, state, doing: now?.doing ?? '', ...(result ? { result } : {}) }
  })
}

export interface Summary {
  readonly verdict?: Verdict
  /** `9 of 12 checks passed` */
  readonly passed: string
  /** `1 FAIL, 2 NOT PROVEN` */
  readonly open: string
  /** `checks 1, 2 are of earlier runs`; '' where all are of the newest. */
  readonly earlier: string
  /** What has to be acted on: what was not set back, else what made the report untrue last; '' where nothing. */
  readonly alarm: string
}

/** The verdict of the report; accepted checks stay NOT PROVEN and are said to be accepted. */
export function summaryOf(run: RunState): Summary {
  if (run.kind !== 'ended') return { passed: '', open: '', earlier: '', alarm: '' }
  const { verdict, left = [], amendments } = run.report
  const all = run.report.checks
  const count = (verdict: Verdict) => all.filter((one) => one.verdict === verdict)
  const [passed, fails, open] = [count('pass').length, count('fail').length, count('not-proven')]
  const accepted = open.filter((one) => one.accepted).length
  const parts = [
    ...(fails > 0 ? [`${fails} FAIL`] : []),
    ...(open.length > 0 ? [`${open.length} NOT PROVEN${accepted > 0 ? ` (${accepted} accepted)` : ''}`] : []),
    ...(all.length < checks.length ? [`${checks.length - all.length} not made`] : []),
  ]
  const earlier = earlierResults(run.report).map(({ check }) => check)
  return {
    verdict,
    passed: `${passed} of ${checks.length} checks passed`,
    open: parts.length === 0 ? 'nothing' : parts.join(', '),
    earlier: earlier.length === 0 ? '' : `of earlier runs: ${earlier.join(', ')}`,
    alarm: left[0]?.text ?? amendments.at(-1)?.text ?? '',
  }
}

/** What must be acted on now, for the banner; undefined where nothing must. */
export function claimAlarm(claim: ClaimStatus | undefined): 'contested' | 'standby' | undefined {
  const kind = claim?.gateway.kind
  return kind === 'contested' || kind === 'standby' ? kind : undefined
}

/** Whether an address is under this namespace; `factory-a-canary-7be21f/…` is not under `factory-a`. */
export function isOwnAddress(address: string, namespace: string): boolean {
  if (namespace === '' || !address.startsWith(namespace)) return false
  const rest = address.slice(namespace.length)
  return rest === '' || /^[/:]/.test(rest) || ['-writes', '-write-responses', '-writers', '.health'].includes(rest)
}
