/** An isolation run in lines for a terminal. Pure. */
import { entryText } from '#shared/broker'
import {
  type CheckNumber,
  type CheckResult,
  checks,
  type Evidence,
  type Report,
  type RunState,
  verdictWords,
} from '#shared/isolation-run'

/** What was told already: the next state adds lines for what is new. */
export interface Told {
  readonly doing: ReadonlyMap<CheckNumber, string>
  readonly results: ReadonlySet<CheckNumber>
}

export const nothingTold: Told = { doing: new Map(), results: new Set() }

/** Lines for what a state of the run adds to what was told: what is being done, and each verdict. */
export function progressLines(
  state: Extract<RunState, { kind: 'running' }>,
  told: Told,
): { readonly lines: readonly string[]; readonly told: Told } {
  const fresh = state.results.filter(({ check }) => !told.results.has(check))
  const begun = state.now.filter(({ check, doing }) => told.doing.get(check) !== doing)
  const lines = [
    ...begun.map(({ check, doing }) => `${heading(check)} ${doing}`),
    ...fresh.map(({ check, verdict, summary }) => `${heading(check)} ${verdictWords[verdict]}: ${summary}`),
  ]
  return {
    lines,
    told: {
      doing: new Map([...told.doing, ...begun.map(({ check, doing }) => [check, doing] as const)]),
      results: new Set([...told.results, ...fresh.map(({ check }) => check)]),
    },
  }
}

/** The whole result: each check in a line, and of those that did not pass what was found and how to mend it. */
export function resultText(report: Report): string {
  const { verdict, namespace, tookMs, checks: results, left = [] } = report
  const passed = results.filter((one) => one.verdict === 'pass').length
  const took = `${(tookMs / 1000).toFixed(0)} s`
  return [
    `isolation of ${namespace}: ${verdictWords[verdict]}, ${passed} of ${checks.length} checks passed, ${took}`,
    ...left.map(({ text }) => `not undone: ${text}`),
    '',
    ...results.flatMap(resultLines),
    '',
  ].join('\n')
}

function resultLines(result: CheckResult): readonly string[] {
  const { check, verdict, summary, evidence, mend, accepted } = result
  const first = `${heading(check)} ${verdictWords[verdict]}: ${summary}`
  if (verdict === 'pass') return [first]
  return [
    first,
    ...(accepted ? [`${indent}accepted by ${accepted.name}: ${accepted.reason}`] : []),
    ...evidence.filter((one) => one.verdict && one.verdict !== 'pass').map(evidenceLine),
    ...(mend ? [`${indent}→ ${mend.text}`, ...mend.lines.map((line) => `${indent}  ${line}`)] : []),
  ]
}

function evidenceLine({ entry, verdict, word, text, address }: Evidence): string {
  const where = entry ? `${entryText(entry)}: ` : ''
  return `${indent}${verdict ? verdictWords[verdict] : ''} ${where}${word}: ${text}${address ? ` (${address})` : ''}`
}

const indent = '     '
const width = Math.max(...checks.map(({ title }) => title.length))

function heading(number: CheckNumber): string {
  const title = checks.find((check) => check.number === number)?.title ?? ''
  return `${String(number).padStart(2)}  ${title.padEnd(width)} `
}
