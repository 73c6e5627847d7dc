/** The claim of a gateway on its namespace, made from its configuration; and the gate's part of it. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type Claim, type ClaimJournalEvent, createClaim } from '#main/isolation/claim'
import type { ClaimTimes } from '#main/isolation/model'
import type { HeldNote } from '#main/isolation/note'
import type { Log } from '#main/log'
import type { GatePart } from '#main/writeback/gate'
import type { Journal } from '#main/writeback/journal'
import type { DecisionLine } from '#main/writeback/journal-lines'
import { type EntryId, entryText } from '#shared/broker'
import type { BrokerConfig, Config, PlcConfig } from '#shared/config'
import { shortIdentity } from '#shared/names/build'
import { servedPlcs } from '#shared/names/table'
import type { PlcState } from '#shared/plc'

/** What the claim needs of the process. */
export interface ClaimSources {
  readonly version: string
  readonly note: HeldNote
  /** `host:port` of brokers inside this process: nobody else can be on them. */
  readonly embedded?: readonly string[]
  /** Shorter ones are for tests alone. */
  readonly times?: Partial<ClaimTimes>
}

export interface GatewayClaimOptions {
  /** `off`: a gateway that surely is alone, in tests and measurements. */
  readonly sources: ClaimSources | 'off'
  /** The configuration now. */
  config(): Pick<Config, 'namespace' | 'site'>
  plcs(): readonly PlcConfig[]
  readonly identity: { readonly instance: string; readonly boot: string }
  readonly journal: Journal
  readonly log: Log
}

/** An entry as the claim sees it. */
export interface ClaimedEntry {
  readonly id: EntryId
  readonly config: BrokerConfig
  readonly base: string
  readonly broker: string
}

export interface GatewayClaim extends Claim {
  addEntry(entry: ClaimedEntry): ReturnType<Claim['add']>
  /** The state of a PLC as it is now: its controller belongs to the records. */
  plc(name: string, state: PlcState): void
  removePlc(name: string): void
  readonly gatePart: GatePart
}

export function createGatewayClaim(options: GatewayClaimOptions): GatewayClaim {
  const { sources, identity, journal, log } = options
  const controllers = new Map<string, { name: string; vendor: number; serial: number; connected: boolean }>()
  const served = new Map<string, BrokerConfig>()
  const claim = createClaim({
    identity: { ...identity, who: shortIdentity(identity) },
    namespace: () => options.config().namespace,
    mark: () => ({
      host: hostname(),
      site: options.config().site ?? '',
      version: sources === 'off' ? '' : sources.version,
    }),
    plcNames: (key) => {
      const plcs = options.plcs()
      const entry = key === undefined ? undefined : served.get(key)
      return (entry ? servedPlcs({ plcs }, entry) : plcs).map(({ name }) => name)
    },
    note: noteOf(sources),
    journal: (event) => {
      const line = decisionLine(event, identity, options.config().namespace)
      journal.append(line).catch((error: unknown) => log.error('claim: a decision is not in the journal', error))
    },
    log,
    ...(sources === 'off' || !sources.times ? {} : { times: sources.times }),
  })
  const tellControllers = () => claim.plcs([...controllers.values()])
  return {
    ...claim,
    addEntry: ({ id, config, base, broker }) => {
      served.set(entryText(id), config)
      return claim.add({
        entry: id,
        key: entryText(id),
        base,
        broker,
        claims: sources !== 'off' && config.claim === 'on',
        allowUnproven: config.allow_unproven,
        joins: id.service === 'kafka' && config.enable_writeback,
        embedded: sources !== 'off' && (sources.embedded ?? []).includes(broker),
      })
    },
    plc: (name, state) => {
      const before = controllers.get(name) ?? { name, vendor: 0, serial: 0, connected: false }
      const online = state.kind === 'online'
      const { vendor, serial } = online ? state.identity : before
      if (before.connected === online && before.vendor === vendor && before.serial === serial && controllers.has(name))
        return
      controllers.set(name, { name, vendor, serial, connected: online })
      tellControllers()
    },
    removePlc: (name) => {
      if (controllers.delete(name)) tellControllers()
    },
    gatePart: (entry) => {
      const state = claim.gate(entryText(entry))
      return state.open ? undefined : state
    },
  }
}

function noteOf(sources: ClaimSources | 'off') {
  if (sources === 'off') return { holds: () => false, set: () => {}, isNews: () => false }
  const { note } = sources
  const baseOf = ({ entry, broker, base }: { entry: EntryId; broker: string; base: string }) => ({
    service: entry.service,
    broker,
    base,
  })
  return {
    holds: (entry: Parameters<typeof baseOf>[0]) => note.holds(baseOf(entry)),
    set: (entry: Parameters<typeof baseOf>[0], held: boolean) => note.set(baseOf(entry), held),
    isNews: note.isNews,
  }
}

function decisionLine(
  event: ClaimJournalEvent,
  identity: { readonly instance: string; readonly boot: string },
  namespace: string,
): DecisionLine {
  const head = { line: 'decision', id: randomUUID(), time: new Date().toISOString(), ...identity, namespace } as const
  switch (event.kind) {
    case 'takeover': {
      const { name, reason, from } = event.takeover
      return {
        ...head,
        what: 'takeover',
        by: name,
        text: `taken over from ${from.host} (instance ${from.instance}): ${reason}`,
      }
    }
    case 'taken-over': {
      const { name, reason, time } = event.takeover
      return { ...head, what: 'taken-over', by: name, text: `taken over from us by ${event.by} at ${time}: ${reason}` }
    }
    case 'contest-cleared':
      return { ...head, what: 'contest-cleared', by: '', text: event.was }
  }
}
