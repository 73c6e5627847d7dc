/** The broker entries of a gateway: how one is added, told of others' changes, and ended with nothing of it left alive. */
import type { Message } from '#main/bridges/bridge'
import type { Log } from '#main/log'
import type { TagTable } from '#main/tags/table'
import type { PipelineEntry } from '#main/writeback/job'
import type { Pipeline } from '#main/writeback/pipeline'
import { type EntryId, entryText } from '#shared/broker'
import type { PlcConfig } from '#shared/config'
import type { StopReason } from './apply.ts'
import { type BrokerPart, createBrokerPart } from './broker-part.ts'
import type { GatewayClaim } from './claim-part.ts'
import type { EntryBridge, EntryParts, PartSet } from './parts.ts'
import type { PlcPart } from './plc-part.ts'
import type { Published, PublishedPlace } from './published.ts'
import { createClearing, keepKeysAlive, namesLeft, offerHealth, publishes, serves } from './publishing.ts'

export interface BrokerParts {
  /** Makes an entry's parts, or notes why it can't start. Nothing connects yet. */
  add(made: EntryBridge, namespace: string): Promise<void>
  /** Connects, unless a person disconnected it. */
  begin(id: EntryId): void
  /** No request more, those under way are answered, then it is gone. `next`: the entries of the new configuration. */
  end(id: EntryId, how: { readonly why: StopReason; readonly next: readonly EntryBridge[] }): Promise<void>
  /**
   * The PLCs or their tags are others: notes what is published now, with the tags of `coming` before they are there, and
   * clears what is no more.
   */
  published(coming?: readonly PlcConfig[]): Promise<void>
  tellHealth(plc: PlcPart): void
  intakeOf(id: EntryId): PipelineEntry | undefined
  connect(id: EntryId): Promise<boolean>
  disconnect(id: EntryId): Promise<boolean>
}

export interface BrokerPartsOptions {
  readonly set: PartSet
  readonly tags: TagTable
  readonly pipeline: Pipeline
  readonly published: Published
  readonly claim: GatewayClaim
  onSend?(entry: EntryId, base: string, messages: readonly Message[]): void
  /** Waits end early: the gateway stops. */
  readonly stopping: AbortSignal
  log(area: string): Log
}

/** Requests under way may take this much longer than `write_timeout`, in ms. */
const answerSlackMs = 1_000
/** Last messages, and clearings of a removed entry, may take so long, in ms. */
const drainMs = { last: 1_200, clearing: 5_000 }

export function createBrokerParts(options: BrokerPartsOptions): BrokerParts {
  const { set, tags, pipeline, published, claim, stopping } = options
  const heldByPerson = new Set<string>()

  async function add(made: EntryBridge, namespace: string): Promise<void> {
    const { id, config, bridge, broker } = made
    const key = entryText(id)
    if (typeof bridge === 'string') {
      set.blocked.set(key, { id, error: bridge, since: Date.now() })
      return
    }
    const place: PublishedPlace = { service: id.service, broker, base: bridge.base }
    await published.declare([{ place, names: namesLeft(id.service, config, configs()) }])
    const clearing = createClearing(published, place)
    let values = true
    let health = true
    const part = createBrokerPart({
      bridge,
      config,
      source: tags,
      includes: (index) => values && publishes(tags, index, id.service, config),
      includesHealth: (plc) => health && publishesHealth(made, plc),
      onSend: (messages) => options.onSend?.(id, bridge.base, messages),
      claim: claim.addEntry({ id, config, base: bridge.base, broker }),
      ...(config.enable_writeback ? { take: pipeline.take } : {}),
      onConnected: (outbox) => {
        clearing(outbox)
        for (const plc of set.plcs.values()) tellOne(part, plc.part)
      },
      log: options.log(id.service),
    })
    const intake: PipelineEntry = {
      id,
      broker,
      namespace,
      base: bridge.base,
      ...(config.plcs ? { plcs: config.plcs } : {}),
      respond: (message, until, done) => part.outbox.offerEvent({ message, until, done }),
    }
    set.blocked.delete(key)
    set.entries.set(key, {
      made,
      place,
      part,
      intake,
      clear: () => clearing(part.outbox),
      quiet: (what) => {
        values = false
        health = what === 'values'
      },
      release: keepKeysAlive(config, part.outbox, tags),
    })
  }

  const configs = () => [...set.plcs.values()].map(({ part }) => part.config)

  function publishesHealth({ config }: EntryBridge, plc: string): boolean {
    return serves(config, plc) && set.plcs.get(plc)?.part.config.health_check_enabled === true
  }

  function tellOne(part: BrokerPart, plc: PlcPart) {
    if (serves(part.config, plc.config.name)) offerHealth(part.outbox, plc)
  }

  function sayGoodbye({ part }: EntryParts) {
    for (const plc of set.plcs.values()) {
      if (serves(part.config, plc.part.config.name)) offerHealth(part.outbox, plc.part, { kind: 'stopped' })
    }
  }

  /** Deaf at once; resolves when what it took in is answered. */
  function deafen({ made, part }: EntryParts): Promise<void> {
    part.closeIntake()
    const { write_timeout } = set.cell.getState().config
    return unlessStopped(stopping, pipeline.settled(made.id, write_timeout + answerSlackMs))
  }

  async function end(
    id: EntryId,
    { why, next }: { readonly why: StopReason; readonly next: readonly EntryBridge[] },
  ): Promise<void> {
    const key = entryText(id)
    set.blocked.delete(key)
    const parts = set.entries.get(key)
    if (!parts) return
    if (why === 'removed') heldByPerson.delete(key)
    await deafen(parts)
    set.entries.delete(key)
    const { place, part } = parts
    const staysThere = next.some((made) => samePlace(made, place))
    const clears = why === 'removed' && !staysThere
    if (clears) {
      parts.quiet('values-and-health')
      await published.declare([{ place, names: [] }])
      parts.clear()
    } else if (!staysThere) {
      sayGoodbye(parts)
      published.leave(place)
    }
    parts.release()
    await unlessStopped(stopping, part.stop(clears ? drainMs.clearing : drainMs.last))
    const left = clears ? published.leftOver(place).length : 0
    if (left > 0) {
      options
        .log(id.service)
        .warn(
          `${key}: ${left} names could not be cleared at ${place.broker}. Remove them there: names under ${place.base}.`,
        )
    }
  }

  return {
    add,
    begin: (id) => {
      const key = entryText(id)
      if (!heldByPerson.has(key)) set.entries.get(key)?.part.start()
    },
    end,
    published: async (coming = []) => {
      const plcs = [...configs(), ...coming]
      const places = [...set.entries.values()].map(({ made, place }) => ({
        place,
        names: namesLeft(made.id.service, made.config, plcs),
      }))
      await published.declare(places)
      for (const parts of set.entries.values()) parts.clear()
    },
    tellHealth: (plc) => {
      for (const { part } of set.entries.values()) tellOne(part, plc)
    },
    intakeOf: (id) => set.entries.get(entryText(id))?.intake,
    connect: async (id) => {
      const key = entryText(id)
      const parts = set.entries.get(key)
      if (!parts) return set.blocked.has(key)
      if (heldByPerson.delete(key)) {
        parts.release()
        await add(parts.made, parts.intake.namespace)
        set.tell()
      }
      set.entries.get(key)?.part.start()
      return true
    },
    disconnect: async (id) => {
      const key = entryText(id)
      const parts = set.entries.get(key)
      if (!parts || heldByPerson.has(key)) return parts !== undefined
      heldByPerson.add(key)
      await deafen(parts)
      sayGoodbye(parts)
      await unlessStopped(stopping, parts.part.stop(drainMs.last))
      return true
    },
  }
}

function samePlace({ id, broker, bridge }: EntryBridge, place: PublishedPlace): boolean {
  return (
    typeof bridge !== 'string' && id.service === place.service && broker === place.broker && bridge.base === place.base
  )
}

/** Resolves with the work, or as soon as `signal` aborts. */
export function unlessStopped(signal: AbortSignal, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', done, { once: true })
    work.then(done, reject)
  })
}
