/**
 * One isolation run: listening goes on beside everything, the looking checks run together, those that write one after
 * the other. In come checks and what they work with, out go states; what was made is removed at the end in any case.
 */
import { setMaxListeners } from 'node:events'
import type { Requester } from '#main/bridges/requester'
import { asError } from '#main/link'
import {
  type CheckNumber,
  type CheckResult,
  checks,
  type Evidence,
  type LeftBehind,
  worst,
} from '#shared/isolation-run'
import { type Check, type CheckContext, type Findings, type RunContext, verdictOf } from './context.ts'
import { checkList } from './list.ts'

export interface RunOptions {
  readonly context: RunContext
  /** Absent: all. */
  readonly wanted?: readonly CheckNumber[]
  readonly signal: AbortSignal
  onProgress(progress: Progress): void
  /** Absent: the twelve. */
  readonly list?: readonly Check[]
}

export interface Progress {
  readonly now: readonly { readonly check: CheckNumber; readonly doing: string }[]
  readonly results: readonly CheckResult[]
  readonly leftMs: number
}

export interface RunEnd {
  readonly how: 'complete' | 'cancelled'
  /** In the order of the checks; those that were cut off by a cancel are missing. */
  readonly results: readonly CheckResult[]
  /** What could not be undone; a person has to. */
  readonly left: readonly LeftBehind[]
}

/** What each check takes at a healthy site, in ms: for the time that is left. */
const usualMs: Readonly<Record<CheckNumber, number>> = {
  1: 100,
  2: 1_500,
  3: 25_000,
  4: 3_000,
  5: 4_000,
  6: 3_000,
  7: 12_000,
  8: 9_000,
  9: 5_000,
  10: 2_000,
  11: 2_000,
  12: 100,
}

/** Undoing goes on for so long after a cancel, in ms. */
const undoMs = 20_000

/** Never rejects for what a check meets: that is evidence. */
export async function runChecks(options: RunOptions): Promise<RunEnd> {
  const { context, wanted, onProgress } = options
  const list = (options.list ?? checkList).filter(({ number }) => wanted?.includes(number) ?? true)
  const ending = new AbortController()
  const signal = AbortSignal.any([options.signal, ending.signal])
  // Every check, and every client that one opens, listens to it.
  setMaxListeners(0, signal)
  const clients = new Map<string, Requester>()
  const undos: Parameters<CheckContext['atEnd']>[0][] = []
  const doing = new Map<CheckNumber, string>()
  const results = new Map<CheckNumber, CheckResult>()

  const client: CheckContext['client'] = ({ key, requester }) => {
    const known = clients.get(key) ?? requester()
    clients.set(key, known)
    return known
  }
  const contextOf = (check: CheckNumber, signalOf: AbortSignal): CheckContext => ({
    ...context,
    signal: signalOf,
    say: (text) => {
      doing.set(check, text)
      tell()
    },
    client,
    atEnd: (undo) => undos.push(undo),
  })

  function tell() {
    const left = list.filter(({ number }) => !results.has(number))
    const beside = Math.max(0, ...left.filter(isBeside).map(({ number }) => usualMs[number]))
    const inTurn = left.filter((check) => !isBeside(check)).reduce((sum, { number }) => sum + usualMs[number], 0)
    onProgress({
      now: [...doing].map(([check, text]) => ({ check, doing: text })),
      results: inOrder(results),
      leftMs: Math.max(beside, inTurn),
    })
  }

  async function make(check: Check) {
    const { number } = check
    const startedAt = context.now()
    doing.set(number, titleOf(number))
    tell()
    const findings = await find(check, contextOf(number, signal)).catch((error: unknown): Findings | undefined =>
      signal.aborted ? undefined : broken(error),
    )
    doing.delete(number)
    if (findings) results.set(number, resultOf(number, findings, startedAt, context.now() - startedAt))
    tell()
  }

  /** With a signal of its own: what undoing needs must not be cut off by what ended the run. */
  async function undo(): Promise<readonly LeftBehind[]> {
    const left: LeftBehind[] = []
    const undoing = contextOf(1, AbortSignal.timeout(undoMs))
    try {
      for (const one of undos.reverse()) left.push(...[(await one(undoing)) ?? []].flat())
    } finally {
      doing.clear()
      await Promise.all([...clients.values()].map((one) => one.close()))
    }
    return left
  }

  try {
    await Promise.all([
      ...list.filter(isBeside).map(make),
      (async () => {
        for (const check of list) if (!isBeside(check) && !signal.aborted) await make(check)
      })(),
    ])
  } finally {
    ending.abort(new Error('the run is over'))
  }
  const left = await undo()
  return { how: options.signal.aborted ? 'cancelled' : 'complete', results: inOrder(results), left }
}

/** Looks only, and takes its time: goes on beside those that write. */
function isBeside({ number }: Check): boolean {
  return number === 3 || number === 9 || number === 10 || number === 11
}

async function find(check: Check, context: CheckContext): Promise<Findings> {
  const { kind } = context.claim().gateway
  if (check.needsHolder && (kind === 'standby' || kind === 'observing' || kind === 'contested')) {
    const text = `this gateway does not hold the namespace (claim ${kind}): only its holder can make this check`
    return { evidence: [{ verdict: kind === 'contested' ? 'fail' : 'not-proven', word: kind, text }] }
  }
  return await check.run(context)
}

function broken(error: unknown): Findings {
  return {
    evidence: [
      { verdict: 'not-proven', word: 'broken off', text: `the check could not be made: ${asError(error).message}` },
    ],
  }
}

function resultOf(check: CheckNumber, findings: Findings, startedAt: number, tookMs: number): CheckResult {
  const { evidence, notTried = [], mend } = findings
  return {
    check,
    verdict: verdictOf(findings),
    summary: findings.summary ?? summaryOf(evidence),
    evidence,
    notTried,
    ...(mend ? { mend } : {}),
    startedAt,
    tookMs,
  }
}

/** The worst line, with where it was seen; all of them where none is worse. */
function summaryOf(evidence: readonly Evidence[]): string {
  const decisive = worst(evidence.flatMap(({ verdict }) => verdict ?? []))
  const lines = evidence.filter(({ verdict }) => verdict === decisive)
  const text = ({ entry, text: what }: Evidence) => (entry ? `${serviceNames[entry.service]}: ${what}` : what)
  const [first] = lines
  if (!first) return 'nothing could be looked at'
  if (decisive !== 'pass') return lines.length > 1 ? `${text(first)} (and ${lines.length - 1} more)` : text(first)
  return lines.length === 1 ? text(first) : `${lines.length} of ${lines.length}: ${text(first)}`
}

const serviceNames = { mqtt: 'MQTT', valkey: 'Valkey', kafka: 'Kafka' } as const

function titleOf(number: CheckNumber): string {
  return checks.find((check) => check.number === number)?.question ?? ''
}

function inOrder(results: ReadonlyMap<CheckNumber, CheckResult>): CheckResult[] {
  return [...results.values()].sort((a, b) => a.check - b.check)
}
