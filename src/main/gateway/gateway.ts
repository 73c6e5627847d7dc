/**
 * The gateway: builds the parts from a configuration and joins them into the two ways.
 * read: plcs → tags → bridges. write: bridges → writeback → plcs.
 * A new configuration is taken over while it runs: `apply.ts` says in which steps, here they are done.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Message } from '#main/bridges/bridge'
import type { Log } from '#main/log'
import type { Driver } from '#main/plcs/driver'
import { healthEveryMs } from '#main/tags/health'
import { createTagTable, type TagTable } from '#main/tags/table'
import { createGate, type Gate, type GatePart, journalPart, testPart, writeModePart } from '#main/writeback/gate'
import { openJournal } from '#main/writeback/journal'
import { createPipeline, type Pipeline, type PipelineOptions } from '#main/writeback/pipeline'
import { type EntryId, entryText } from '#shared/broker'
import type { Config, PlcConfig } from '#shared/config'
import type { EndedRequest, WriteMode } from '#shared/write'
import { planChanges, type Step } from './apply.ts'
import type { BrokerPart } from './broker-part.ts'
import { createBrokerParts } from './broker-parts.ts'
import { type ClaimSources, createGatewayClaim, type GatewayClaim } from './claim-part.ts'
import { createIsolationPart, type IsolationPart, type IsolationSources } from './isolation-part.ts'
import { createPartSet, type EntryBridge, type Parts } from './parts.ts'
import { pinPart } from './pin-part.ts'
import type { PlcPart } from './plc-part.ts'
import { createPlcParts } from './plc-parts.ts'
import { openPublished } from './published.ts'
import type { ReadableCell } from './view.ts'

export interface GatewayOptions {
  readonly config: Config
  readonly identity: { readonly instance: string; readonly boot: string }
  /** Enabled entries. */
  readonly entries: readonly EntryBridge[]
  driverFor(plc: PlcConfig): Driver
  /** Where the journal and the list of published names are kept. */
  readonly journalPath: string
  readonly publishedPath: string
  /** Who may write under this namespace. */
  readonly claim: ClaimSources | 'off'
  /** Absent: no isolation runs. */
  readonly isolation?: IsolationSources
  /** More reasons not to write. */
  readonly gateParts?: readonly GatePart[]
  log(area: string): Log
  onWrite?: PipelineOptions['onEvent']
  /** Each batch of messages as it leaves for a broker. On the hot path: it must cost nothing where nobody listens. */
  onSend?: SendListener
  /** Each new good value, with the tag's index. */
  onValue?(index: number): void
}

export interface Gateway {
  /** What runs now; changes with `apply`. The fields below are those of its newest content. */
  readonly parts: ReadableCell<Parts>
  readonly config: Config
  readonly plcs: readonly PlcPart[]
  readonly brokers: readonly BrokerPart[]
  readonly blocked: Parts['blocked']
  readonly tags: TagTable
  readonly writeMode: StoreApi<WriteMode>
  readonly pipeline: Pipeline
  /** Whether a write may leave for a PLC now. */
  readonly gate: Gate
  readonly claim: GatewayClaim
  readonly isolation: IsolationPart | undefined
  /**
   * Takes a new configuration over. `entries` as in the options, made for it; `touched` restart though the file says
   * the same of them. One after the other; requests under way get their answers. Resolves with the steps done.
   * Rejects only on a bug, or after `stop`: then stop it and start a new one.
   */
  apply(config: Config, entries: readonly EntryBridge[], touched?: readonly EntryId[]): Promise<readonly Step[]>
  /** Connects a PLC or an entry that a person disconnected; one that waits tries at once. False: no such part. */
  connect(what: PartName): Promise<boolean>
  /** Until `connect`, also over changes of the configuration. */
  disconnect(what: PartName): Promise<boolean>
  /** Ends in good order within 3 s: intake, writes, PLCs, then what still has to be told, then the brokers. */
  stop(): Promise<void>
}

/** `base` is the first part of the entry's names. */
export type SendListener = (entry: EntryId, base: string, messages: readonly Message[]) => void

export type PartName = { readonly plc: string } | { readonly entry: EntryId }

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const log = options.log('gateway')
  const tags = createTagTable([])
  const writeMode = createStore<WriteMode>(() => options.config.write_mode)
  const { journal, before, unread } = await openJournal({ path: options.journalPath, log: options.log('writeback') })
  if (unread)
    log.error(
      `journal ${options.journalPath}: can't be read (${unread}); requests interrupted earlier can't be answered`,
    )
  const published = await openPublished(options.publishedPath, log)
  const set = createPartSet(withoutParts(options.config))
  const { cell } = set
  const stopping = new AbortController()
  const claim = createGatewayClaim({
    sources: options.claim,
    config: () => cell.getState().config,
    plcs: () => [...set.plcs.values()].map(({ part }) => part.config),
    identity: options.identity,
    journal,
    log: options.log('isolation'),
  })

  const closedFor = new Set<string>()
  const gate = createGate([
    claim.gatePart,
    pinPart((name) => set.plcs.get(name)?.part.pin()),
    ...(options.gateParts ?? []),
    writeModePart(() => writeMode.getState()),
    journalPart(() => journal.problem()),
    testPart(closedFor),
  ])
  const endedListeners = new Set<(request: EndedRequest) => void>()

  const pipeline: Pipeline = createPipeline(before, {
    identity: options.identity,
    settings: () => {
      const { config, plcs } = cell.getState()
      return {
        plcs: plcs.map((part) => part.config),
        maxAgeMs: config.write_max_age,
        timeoutMs: config.write_timeout,
      }
    },
    plc: (name) => set.plcs.get(name)?.part.writable,
    entry: (id) => brokers.intakeOf(id),
    gate,
    journal,
    log: options.log('writeback'),
    onEvent: (event) => {
      options.onWrite?.(event)
      if (event.kind === 'ended') for (const listener of endedListeners) listener(event.request)
    },
  })
  const brokers = createBrokerParts({
    set,
    tags,
    pipeline,
    published,
    claim,
    ...(options.onSend ? { onSend: options.onSend } : {}),
    stopping: stopping.signal,
    log: options.log,
  })
  const plcs = createPlcParts({
    set,
    tags,
    driverFor: options.driverFor,
    onChange: (index) => {
      for (const { part } of set.entries.values()) part.outbox.offer(index)
      options.onValue?.(index)
    },
    onHealth: brokers.tellHealth,
    claim,
    stopping: stopping.signal,
    log: options.log,
  })
  const everyTenSeconds = setInterval(() => {
    for (const { part } of set.plcs.values()) brokers.tellHealth(part)
  }, healthEveryMs)

  async function perform(step: Step, next: Config, entries: readonly EntryBridge[]): Promise<void> {
    const plcOf = (name: string) => next.plcs.find((plc) => plc.name === name) as PlcConfig
    switch (step.kind) {
      case 'write-mode':
        writeMode.setState(step.mode, true)
        return
      case 'stop-entry':
        await brokers.end(step.entry, { why: step.why, next: entries })
        return set.tell()
      case 'start-entry': {
        // Entries of the old namespace have ended by now: the claim is on the new one.
        set.tell({ ...cell.getState().config, namespace: next.namespace })
        const made = entries.find(({ id }) => entryText(id) === entryText(step.entry))
        if (made) await brokers.add(made, next.namespace)
        set.tell()
        return brokers.begin(step.entry)
      }
      case 'remove-plc':
        await plcs.remove(step.plc)
        return brokers.published()
      case 'add-plc':
        await brokers.published([plcOf(step.plc)])
        plcs.add(plcOf(step.plc))
        return plcs.begin(step.plc)
      case 'restart-plc':
        await brokers.published([plcOf(step.plc)])
        await plcs.restart(plcOf(step.plc))
        return brokers.published()
      case 'retag-plc':
        await brokers.published([plcOf(step.plc)])
        plcs.retag(plcOf(step.plc))
        return brokers.published()
      case 'settings':
        return set.tell({ ...next, ...partsOf(cell.getState().config) })
    }
  }

  const isolation =
    options.isolation &&
    (await createIsolationPart(before, {
      sources: options.isolation,
      set,
      claim,
      identity: options.identity,
      journal,
      onEnded: (listener) => {
        endedListeners.add(listener)
        return () => endedListeners.delete(listener)
      },
      closeGateFor: (requestId) => {
        closedFor.add(requestId)
        return () => closedFor.delete(requestId)
      },
      log: options.log('isolation'),
    }))

  let last: Promise<unknown> = Promise.resolve()
  function inTurn<T>(job: () => Promise<T>): Promise<T> {
    const result = last.then(() => {
      if (stopping.signal.aborted) throw new Error('the gateway has stopped; start it anew')
      return job()
    })
    last = result.catch(() => {})
    return result
  }

  async function apply(next: Config, entries: readonly EntryBridge[], touched: readonly EntryId[]) {
    const { config, blocked } = cell.getState()
    // What could not start before is tried again: its secret may be there now.
    const steps = planChanges(config, next, [...touched, ...blocked.map(({ id }) => id)])
    for (const step of steps) await perform(step, next, entries)
    set.tell(next)
    return steps
  }

  for (const plc of options.config.plcs) plcs.add(plc)
  for (const made of options.entries) await brokers.add(made, options.config.namespace)
  set.tell(options.config)
  await pipeline
    .recover()
    .catch((error: unknown) => log.error('write-back: interrupted requests could not be answered', error))
  for (const { id } of options.entries) brokers.begin(id)
  for (const { name } of options.config.plcs) plcs.begin(name)

  return {
    parts: cell,
    get config() {
      return cell.getState().config
    },
    get plcs() {
      return cell.getState().plcs
    },
    get brokers() {
      return cell.getState().brokers
    },
    get blocked() {
      return cell.getState().blocked
    },
    tags,
    writeMode,
    pipeline,
    gate,
    claim,
    isolation,
    apply: (next, entries, touched = []) => inTurn(() => apply(next, entries, touched)),
    connect: (what) => inTurn(async () => ('plc' in what ? plcs.connect(what.plc) : brokers.connect(what.entry))),
    disconnect: (what) => inTurn(() => ('plc' in what ? plcs.disconnect(what.plc) : brokers.disconnect(what.entry))),
    stop: async () => {
      stopping.abort(new Error('the gateway stops'))
      await last
      const plcParts = [...set.plcs.values()].map(({ part }) => part)
      const brokerParts = [...set.entries.values()].map(({ part }) => part)
      // A run that can not clean up in time is cleaned up after at the next start.
      await within(runEndsMs, isolation?.stop() ?? Promise.resolve())
      for (const part of brokerParts) part.closeIntake()
      clearInterval(everyTenSeconds)
      for (const { release } of set.entries.values()) release()
      await within(lastWritesMs, Promise.all(plcParts.map((plc) => plc.writable.queue.close())))
      await Promise.all(plcParts.map((plc) => plc.stop()))
      for (const { release } of set.plcs.values()) release()
      await Promise.all(brokerParts.map((part) => part.stop(lastMessagesMs)))
      claim.stop()
      await pipeline.close()
      await published.close()
      await journal.close()
    },
  }
}

/** What may take how long at the end, in ms. */
const runEndsMs = 700
const lastWritesMs = 800
const lastMessagesMs = 1_200

/** What the configuration says of the whole gateway: as long as there are no parts. */
function withoutParts(config: Config): Config {
  return { ...config, plcs: [], mqtt: [], valkey: [], kafka: [] }
}

/** The other way round: settings of a new configuration may count before its parts run. */
function partsOf({ namespace, plcs, mqtt, valkey, kafka, write_mode }: Config) {
  return { namespace, plcs, mqtt, valkey, kafka, write_mode }
}

function within(ms: number, work: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer))
}
