/** Joins the isolation run to the running gateway: its entries, its PLCs, its journal; and clients beside its own. */
import { randomBytes, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { parseConfig } from '#main/config/parse'
import { bringBackAfterCrash, type OpenValue } from '#main/isolation/run/after-crash'
import { leftText } from '#main/isolation/run/commissioning'
import type { RunContext, RunEntry, RunPlc, RunTimes, Sibling } from '#main/isolation/run/context'
import { runTimes } from '#main/isolation/run/context'
import { reportHtml } from '#main/isolation/run/report-html'
import { createRunner, type Runner, type RunOrder } from '#main/isolation/run/runner'
import { openSites, type Sites } from '#main/isolation/sites'
import { asError } from '#main/link'
import type { Log } from '#main/log'
import type { Journal } from '#main/writeback/journal'
import type { DecisionLine, JournalLine } from '#main/writeback/journal-lines'
import { type BrokerState, entryText } from '#shared/broker'
import type { CheckNumber, CommissioningValue, LeftBehind } from '#shared/isolation-run'
import { base, shortIdentity } from '#shared/names/build'
import type { ReadOutcome } from '#shared/tag'
import type { EndedRequest } from '#shared/write'
import type { GatewayClaim } from './claim-part.ts'
import { hearOtherSites } from './other-sites.ts'
import { type EntryParts, entryConfig, entryIds, type PartSet } from './parts.ts'

/** What the isolation run needs of the process. */
export interface IsolationSources {
  readonly version: string
  readonly configPath: string
  /** Files of the newest report and of the list of other sites. */
  readonly reportPath: string
  readonly sitesPath: string
  /** Another site by its configuration file; a text says why not. */
  openSibling(path: string): Promise<Sibling | string>
  /** Shorter ones are for tests alone. */
  readonly times?: Partial<RunTimes>
}

export interface IsolationPartOptions {
  readonly sources: IsolationSources
  readonly set: PartSet
  readonly claim: GatewayClaim
  readonly identity: { readonly instance: string; readonly boot: string }
  readonly journal: Journal
  onEnded(listener: (request: EndedRequest) => void): () => void
  /** Closes the gate for the request with this id alone. Returns how to open it again. */
  closeGateFor(requestId: string): () => void
  readonly log: Log
}

export interface IsolationPart extends Omit<Runner, 'start'> {
  readonly sites: Sites & {
    /** A CSV list (site, namespace), or another site's configuration (YAML). */
    importText(text: string): ReturnType<Sites['importCsv']>
  }
  /** The newest report as a file; undefined where there is none. */
  reportFile(format: 'html' | 'json'): { readonly name: string; readonly text: string } | undefined
  /** `sibling`: configuration file of a site that agreed. */
  start(order: { readonly checks?: readonly CheckNumber[]; readonly sibling?: string }): Promise<RunOrder>
}

/** `before`: what the journal holds from before. It is read here and let go: it can be many megabytes. */
export async function createIsolationPart(
  before: readonly JournalLine[],
  options: IsolationPartOptions,
): Promise<IsolationPart> {
  const { sources, set, claim, identity, journal, log } = options
  const config = () => set.cell.getState().config
  const sites = await openSites(
    sources.sitesPath,
    () => config().namespace,
    (text) => log.warn(text),
  )

  async function decide(what: DecisionLine['what'], by: string, text: string): Promise<void> {
    const time = new Date().toISOString()
    const { namespace } = config()
    await journal.append({ line: 'decision', id: randomUUID(), time, ...identity, namespace, what, by, text })
  }

  const context = (sibling?: Sibling): RunContext => ({
    config: config(),
    identity: { ...identity, who: shortIdentity(identity) },
    entries: [...set.entries.values()].flatMap(runEntry),
    claim: () => claim.now(),
    sites: () => sites.list(),
    plcs: () =>
      [...set.plcs.values()].map(({ part }): RunPlc => {
        const { name, address } = part.config
        return { name, address, pin: part.pin(), online: part.connection() !== undefined }
      }),
    readTag: (plc, tag, signal) => readTag(set, plc, tag, signal),
    plcClock: async (plc, signal) => {
      const connection = set.plcs.get(plc)?.part.connection()
      if (!connection) throw new Error('the PLC is not connected')
      return await connection.clock?.(signal)
    },
    onEnded: options.onEnded,
    closeGateFor: options.closeGateFor,
    remember: (held) => decide('commissioning', '', JSON.stringify({ ...held, state: 'held' })),
    restored: (held) => decide('commissioning', '', JSON.stringify({ ...held, state: 'restored' })),
    gaveUp: (held) => decide('commissioning', '', JSON.stringify({ ...held, state: 'given-up' })),
    hex: (digits) =>
      randomBytes(Math.ceil(digits / 2))
        .toString('hex')
        .slice(0, digits),
    now: () => Date.now(),
    times: { ...runTimes, ...sources.times },
    ...(sibling ? { sibling } : {}),
  })

  const { open, left } = valuesFrom(before)
  const runner = await createRunner({
    context,
    version: sources.version,
    host: hostname(),
    configPath: sources.configPath,
    keepAt: sources.reportPath,
    left,
    noteValues: (on) => setNoting(set, on),
    onAccepted: (check, { name, reason }) =>
      void decide('check-accepted', name, `check ${check}: ${reason}`).catch((error: unknown) =>
        log.error('isolation: an acceptance is not in the journal', error),
      ),
    log,
  })

  const stopHearing = hearOtherSites({ parts: set.cell, entries: () => set.entries.values(), sites, log })

  const ending = new AbortController()
  if (open.length > 0) void bringBackAfterCrash({ context, open, onLeft: runner.leave, log, signal: ending.signal })
  return {
    ...runner,
    start: async ({ checks, sibling: path }) => {
      const sibling = path === undefined ? undefined : await sources.openSibling(path)
      if (typeof sibling === 'string') return { ok: false, error: `sibling ${sibling}` }
      return runner.start({ ...(checks ? { checks } : {}), ...(sibling ? { sibling } : {}) })
    },
    reportFile: (format) => {
      const report = runner.report()
      if (!report) return undefined
      const name = `isolation-${report.namespace}-${new Date(report.startedAt).toISOString().slice(0, 16).replace(':', '')}`
      if (format === 'json') return { name: `${name}.json`, text: `${JSON.stringify(report, null, 2)}\n` }
      return { name: `${name}.html`, text: reportHtml(report) }
    },
    sites: { ...sites, importText: (text) => importSites(sites, text) },
    stop: async () => {
      ending.abort(new Error('the gateway stops'))
      await stopHearing()
      await runner.stop()
      await sites.close()
    },
  }
}

function importSites(sites: Sites, text: string): ReturnType<Sites['importCsv']> {
  const parsed = parseConfig(text, 'imported.yaml')
  if (!parsed.ok) return sites.importCsv(text)
  const { namespace, site = '' } = parsed.config
  const bases = entryIds(parsed.config).flatMap(({ service, name }) => {
    const entry = entryConfig(parsed.config, { service, name })
    return entry?.enabled ? [{ service, base: base(service, namespace, entry.selector) }] : []
  })
  const problem = sites.add({ namespace, site, bases }, 'configuration')
  if (problem) return { added: [], problems: [{ line: 1, text: problem }] }
  return { added: sites.list().filter((one) => one.namespace === namespace), problems: [] }
}

/** Own values are told from foreign ones only while somebody listens for them. */
function setNoting(set: PartSet, on: boolean) {
  for (const { part } of set.entries.values()) part.bridge.noteValues(on)
}

function runEntry({ made, part }: EntryParts): RunEntry[] {
  const { id, config, broker, clients } = made
  if (!clients) return []
  const state = () => part.state.getState()
  return [
    {
      id,
      key: entryText(id),
      base: part.bridge.base,
      broker,
      config,
      problem: () => problemOf(state()),
      takesRequests: () => {
        const now = state()
        return now.kind === 'connected' && now.intake === 'open'
      },
      note: () => {
        const now = state()
        return now.kind === 'connected' ? (now.note ?? '') : ''
      },
      requester: clients.requester,
      inspector: clients.inspector,
      isOwn: (address, payload) => part.bridge.isOwn(address, payload),
      subscribeAgain: (signal) => part.subscribeAgain(signal),
      reopenIntake: (signal, whileClosed) => part.reopenIntake(signal, whileClosed),
    },
  ]
}

function problemOf(state: BrokerState): string {
  switch (state.kind) {
    case 'connected':
      return ''
    case 'waiting':
    case 'blocked':
      return state.error
    case 'disabled':
    case 'stopped':
    case 'connecting':
      return `not connected (${state.kind})`
  }
}

/** One read of its own, past the poll loop. */
async function readTag(set: PartSet, plc: string, tag: string, signal: AbortSignal): Promise<ReadOutcome> {
  const connection = set.plcs.get(plc)?.part.connection()
  const lost = (text: string): ReadOutcome => ({ ok: false, reason: 'not-connected', text })
  if (!connection) return lost('the PLC is not connected')
  try {
    const { outcomes } = await connection.plan([tag]).read(signal)
    return outcomes[0] ?? lost('nothing was read')
  } catch (error) {
    signal.throwIfAborted()
    return lost(asError(error).message)
  }
}

/**
 * Commissioning values of earlier processes: `open` of runs that did not come to their end, `left` those that were given
 * up. A reader that does not know `given-up` takes it for restored: nobody writes it.
 */
function valuesFrom(before: readonly JournalLine[]): {
  readonly open: readonly OpenValue[]
  readonly left: readonly LeftBehind[]
} {
  const open = new Map<string, OpenValue>()
  const left = new Map<string, LeftBehind>()
  for (const line of before) {
    if (line.line !== 'decision' || line.what !== 'commissioning') continue
    const parsed = parseHeld(line.text)
    if (!parsed) continue
    const { state, ...held } = parsed
    open.delete(held.id)
    left.delete(held.id)
    if (state === 'held') open.set(held.id, { ...held, heldAt: Date.parse(line.time) })
    if (state === 'given-up')
      left.set(held.id, { ...held, text: leftText(held, `it could not be set back, ${line.time}`) })
  }
  return { open: [...open.values()], left: [...left.values()] }
}

function parseHeld(text: string): (CommissioningValue & { readonly state: string }) | undefined {
  try {
    const value: Partial<Record<keyof CommissioningValue | 'state', unknown>> = JSON.parse(text) ?? {}
    const { id, plc, tag, before, written, state } = value
    const texts = [id, plc, tag, before, written, state]
    if (!texts.every((one) => typeof one === 'string')) return undefined
    return {
      id: String(id),
      plc: String(plc),
      tag: String(tag),
      before: String(before),
      written: String(written),
      state: String(state),
    }
  } catch {
    return undefined
  }
}
