/**
 * The isolation run of a gateway: one at a time, with its newest report kept in a file, accepted by persons, and watched
 * for 72 h after. In come orders, out goes the state of the run.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { asError } from '#main/link'
import type { Log } from '#main/log'
import type {
  Acceptance,
  Amendment,
  CheckNumber,
  CheckResult,
  LeftBehind,
  Report,
  RunState,
} from '#shared/isolation-run'
import { checks } from '#shared/isolation-run'
import { isGone, withFirst } from './commissioning.ts'
import type { RunContext, Sibling } from './context.ts'
import { accepted, amended, carriedOver, configDigest, makeReport, overall, sealOf, withLeft } from './report.ts'
import { runChecks } from './run.ts'

export interface RunnerOptions {
  context(sibling?: Sibling): RunContext
  readonly version: string
  readonly host: string
  readonly configPath: string
  /** File of the newest report. */
  readonly keepAt: string
  /** What earlier processes left behind, where no report has it. */
  readonly left: readonly LeftBehind[]
  /** Values are heard from now on, or no longer: own ones have to be told from foreign ones. */
  noteValues(on: boolean): void
  /** A person accepted a check: for the journal. */
  onAccepted(check: CheckNumber, acceptance: Acceptance): void
  readonly log: Log
}

export type RunOrder = { readonly ok: true } | { readonly ok: false; readonly error: string }

export interface Runner {
  readonly state: StoreApi<RunState>
  /** Starts a run; a part of the checks is joined to the last report. */
  start(order: { readonly checks?: readonly CheckNumber[]; readonly sibling?: Sibling }): RunOrder
  cancel(): RunOrder
  /** The newest, also of an earlier process. */
  report(): Report | undefined
  accept(check: CheckNumber, acceptance: Omit<Acceptance, 'at'>): RunOrder
  /** Something was found to be left behind: the newest report and every later one say so. */
  leave(one: LeftBehind): void
  /** Resolves when no run is under way. */
  idle(): Promise<void>
  stop(): Promise<void>
}

const unwritten = 'isolation run: that a value was given up is not in the journal: the next start may write it'
const hourMs = 3_600_000
/** After go-live. */
const watchMs = 72 * hourMs
/** From one look to the next; health, answers and contests are heard all the time. */
const lookMs = 10 * 60_000
/** Longest wait for the value of a tag, when it is asked whether it was set back. */
const readMs = 5_000
const watched: readonly CheckNumber[] = [2, 3, 10, 12]

export async function createRunner(options: RunnerOptions): Promise<Runner> {
  const { log } = options
  let report = await readReport(options.keepAt, log)
  /** What runs left behind, also those without a report of their own. */
  let left: readonly LeftBehind[] = report?.left ?? []
  left = [...left, ...options.left.filter(({ id }) => !left.some((one) => one.id === id))]
  const state = createStore<RunState>(() => (report ? endedState(report, 'complete') : { kind: 'none' }))
  let stopping = false
  let ending: AbortController | undefined
  let running: Promise<void> = Promise.resolve()
  let writing: Promise<void> = Promise.resolve()
  let looking: AbortController | undefined
  let looked: Promise<void> = Promise.resolve()
  /** Runs and looks under way. */
  let listening = 0
  const timer = setInterval(() => {
    if (!looking) looked = lookAgain()
  }, lookMs)
  timer.unref()

  function keep(next: Report) {
    report = next
    writing = writing
      .then(async () => {
        await writeFile(`${options.keepAt}.new`, JSON.stringify(next), { mode: 0o600 })
        await rename(`${options.keepAt}.new`, options.keepAt)
      })
      .catch((error: unknown) => log.error(`${options.keepAt}: the report can't be kept (${asError(error).message})`))
  }

  /** Own values are noted meanwhile. */
  async function noting<T>(work: () => Promise<T>): Promise<T> {
    if (++listening === 1) options.noteValues(true)
    try {
      return await work()
    } finally {
      if (--listening === 0) options.noteValues(false)
    }
  }

  async function run(order: Parameters<Runner['start']>[0], signal: AbortSignal) {
    const context = options.context(order.sibling)
    const startedAt = context.now()
    const wanted = order.checks ?? checks.map(({ number }) => number)
    const end = await noting(() =>
      runChecks({
        context,
        wanted,
        signal,
        onProgress: (progress) => state.setState({ kind: 'running', startedAt, wanted, ...progress }, true),
      }),
    )
    const leftNow = end.left.map((one) => withFirst(one, left))
    for (const one of leftNow) {
      log.error(`isolation run: ${one.text}`)
      // Whatever stands there later may be meant. Where the process stops, the next one tries it soon after.
      if (!stopping) await context.gaveUp(one).catch((error: unknown) => log.error(unwritten, error))
    }
    const gone = await seenGone(context)
    left = [...left.filter((one) => !gone.includes(one)), ...leftNow]
    const carried = carriedOver(report, wanted, configDigest(context.config))
    const results = [...carried.results, ...end.results].sort((a, b) => a.check - b.check)
    const endedAt = context.now()
    const { amendments, watch = { since: endedAt, until: endedAt + watchMs, lastAt: endedAt } } = carried
    const { version, host, configPath } = options
    const made = makeReport(context, {
      version,
      host,
      configPath,
      startedAt,
      tookMs: endedAt - startedAt,
      results,
      left,
      amendments,
      watch,
    })
    if (end.how === 'complete') keep(made)
    else if (report) keep(withLeft(report, left))
    const error = leftNow.map(({ text }) => text).join(' ')
    state.setState({ kind: 'ended', startedAt, endedAt, how: end.how, error, report: made }, true)
  }

  /** What earlier runs left behind and is seen to be gone now, with that in the journal. */
  async function seenGone(context: RunContext): Promise<readonly LeftBehind[]> {
    const gone: LeftBehind[] = []
    for (const one of left) {
      if (!(await isGone(context, one, AbortSignal.timeout(readMs)))) continue
      await context.restored(one).then(
        () => gone.push(one),
        (error: unknown) =>
          log.error(
            `isolation run: ${one.plc}/${one.tag} is no longer what was left, but that is not in the journal`,
            error,
          ),
      )
    }
    return gone
  }

  async function begin(order: Parameters<Runner['start']>[0], signal: AbortSignal) {
    const startedAt = Date.now()
    try {
      await run(order, signal)
    } catch (error) {
      log.error('isolation run: internal error', error)
      const empty = makeReport(options.context(), {
        version: options.version,
        host: options.host,
        configPath: options.configPath,
        startedAt,
        tookMs: 0,
        results: [],
        left,
      })
      state.setState(
        { kind: 'ended', startedAt, endedAt: Date.now(), how: 'failed', error: asError(error).message, report: empty },
        true,
      )
    } finally {
      ending = undefined
    }
  }

  /** Checks that go on after go-live; what is no longer as it was is written into the report, by name. */
  async function lookAgain() {
    const old = report
    if (!old?.watch || ending || Date.now() > old.watch.until) return
    const context = options.context()
    looking = new AbortController()
    const { signal } = looking
    try {
      const { results } = await noting(() => runChecks({ context, wanted: watched, signal, onProgress: () => {} }))
      const news = [
        ...worse(old, results, context.now()),
        ...changedConfig(old, context),
        ...strangers(old, context),
        ...publishers(results),
      ]
      // A person may have accepted a check meanwhile; another run is another matter.
      if (report?.startedAt !== old.startedAt) return
      const next = news.reduce(amended, report)
      if (next !== report) log.warn(`isolation report: no longer true: ${news.map(({ text }) => text).join('; ')}`)
      tell({ ...next, watch: { ...old.watch, lastAt: context.now() } })
    } catch (error) {
      log.error('isolation: the look after go-live failed', error)
    } finally {
      looking = undefined
    }
  }

  function tell(next: Report) {
    keep(next)
    const now = state.getState()
    if (now.kind === 'ended') state.setState({ ...now, report: next }, true)
  }

  return {
    state,
    start: (order) => {
      if (ending) return refused('a run is under way; cancel it first')
      const controller = new AbortController()
      ending = controller
      looking?.abort(new Error('a run begins'))
      running = begin(order, controller.signal)
      return { ok: true }
    },
    cancel: () => {
      if (!ending) return refused('no run is under way')
      ending.abort(new Error('cancelled by a person'))
      return { ok: true }
    },
    report: () => report,
    accept: (check, { name, reason }) => {
      const acceptance = { name, reason, at: Date.now() }
      const next = report && accepted(report, check, acceptance)
      if (!next) return refused(`check ${check} is not NOT PROVEN in the newest report: there is nothing to accept`)
      options.onAccepted(check, acceptance)
      tell(next)
      return { ok: true }
    },
    leave: (one) => {
      left = [...left.filter(({ id }) => id !== one.id), one]
      if (report) tell(withLeft(report, left))
    },
    idle: () => running,
    stop: async () => {
      clearInterval(timer)
      stopping = true
      ending?.abort(new Error('the gateway stops'))
      looking?.abort(new Error('the gateway stops'))
      await running
      await looked
      await writing
    },
  }
}

function refused(error: string): RunOrder {
  return { ok: false, error: `isolation run: ${error}.` }
}

function endedState(report: Report, how: 'complete'): RunState {
  return {
    kind: 'ended',
    startedAt: report.startedAt,
    endedAt: report.startedAt + report.tookMs,
    how,
    error: '',
    report,
  }
}

/** A check that was better when the report was written. Silence does not make check 3 untrue; see `publishers`. */
function worse(old: Report, results: readonly CheckResult[], at: number): readonly Amendment[] {
  return results.flatMap((result) => {
    if (result.check === 3) return []
    const before = old.checks.find(({ check }) => check === result.check)
    const both = before ? [before.verdict, result.verdict] : []
    const isWorse = before && overallOf(both[1]) > overallOf(both[0])
    return isWorse ? [{ at, check: result.check, text: result.summary }] : []
  })
}

function overallOf(verdict: CheckResult['verdict'] | undefined): number {
  return verdict === 'pass' ? 0 : verdict === 'not-proven' ? 1 : 2
}

function changedConfig(old: Report, context: RunContext): readonly Amendment[] {
  if (configDigest(context.config) === old.digest) return []
  return [{ at: context.now(), check: 1, text: 'the configuration is another one than the report is about' }]
}

/** Heard since check 3 listened, also between the looks. */
function strangers({ checks: results, startedAt }: Report, context: RunContext): readonly Amendment[] {
  const listened = results.find(({ check }) => check === 3)
  const since = listened ? listened.startedAt + listened.tookMs : startedAt
  const heard = context
    .claim()
    .entries.flatMap((entry) => entry.heard.filter(({ kind, lastAt }) => kind === 'stranger' && lastAt > since))
  return heard.map(({ address, lastAt }) => publisher(address, lastAt))
}

/** Heard by check 3 in this look: values too. */
function publishers(results: readonly CheckResult[]): readonly Amendment[] {
  const listened = results.find(({ check }) => check === 3)
  return (listened?.evidence ?? []).flatMap(({ verdict, address }) =>
    listened && verdict === 'fail' && address ? [publisher(address, listened.startedAt)] : [],
  )
}

/** The same text however it was heard: it is told once. */
function publisher(address: string, at: number): Amendment {
  return { at, check: 3, text: `somebody else published ${address}` }
}

/** The kept report, where it is whole: one changed by hand does not count. */
async function readReport(path: string, log: Log): Promise<Report | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const report = JSON.parse(text) as Report
    const { seal, ...rest } = report
    const whole = (report.left ?? []).every(({ text }) => typeof text === 'string')
    if (whole && sealOf(rest) === seal && overall(report.checks, report.left) === report.verdict) return report
  } catch {
    // Told below.
  }
  log.warn(`${path}: the kept report is damaged and does not count. Run the checks anew.`)
  return undefined
}
