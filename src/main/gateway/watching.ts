/**
 * The monitor on the brokers of the configuration: what the gateway sends is heard at its outboxes, the rest is watched at
 * the brokers by clients of their own, as long as a window listens.
 */
import { createStore } from 'zustand/vanilla'
import type { Message } from '#main/bridges/bridge'
import { createSentMemory } from '#main/bridges/sent'
import { asError, keepLinked, type Link } from '#main/link'
import { createMonitor, type Monitor } from '#main/monitor/monitor'
import { createRecorder, type Recorder } from '#main/monitor/record'
import { untilAborted } from '#main/waiting'
import { type EntryId, entryText } from '#shared/broker'
import type { BrokerConfig, Config } from '#shared/config'
import type { MonitorFilter } from '#shared/contract/monitor'
import type { WatchState } from '#shared/monitor'
import { base, everythingUnder, shortIdentity } from '#shared/names/build'
import { isUnder } from '#shared/names/parse'
import type { ClientsOf } from './clients.ts'
import { outgoing } from './outgoing.ts'
import { entryConfig, entryIds } from './parts.ts'
import type { Site } from './site.ts'
import type { ReadableCell } from './view.ts'

export interface Watching {
  readonly monitor: Monitor
  readonly recorder: Recorder
  /** By `entryText`: whether what comes in is seen. */
  readonly states: ReadableCell<Readonly<Record<string, { readonly entry: EntryId; readonly value: WatchState }>>>
  close(): Promise<void>
}

interface Want {
  readonly entry: EntryId
  readonly filters: readonly string[]
  /** Those of this site alone, where the login may not see more. */
  readonly own?: readonly string[]
}

/** A window that changes its filter leaves and comes back: until then the watch stays, in ms. */
const lingerMs = 3_000

/** Filters that see everything on a broker. On Kafka that would be every record of every topic. */
const everything = { mqtt: ['#'], valkey: ['*'] } as const

export function createWatching(site: Site, clientsOf: ClientsOf): Watching {
  const states = createStore<Readonly<Record<string, { readonly entry: EntryId; readonly value: WatchState }>>>(
    () => ({}),
  )
  const sent = createSentMemory()
  const running = new Map<string, { readonly wanted: string; readonly link: Link }>()
  const who = shortIdentity(site.identity)
  let filters: readonly MonitorFilter[] = []
  let linger: NodeJS.Timeout | undefined
  let closed = false

  const basesOf = (service: EntryId['service']) => {
    const config = site.now.getState().config
    return config
      ? (config[service] as readonly BrokerConfig[]).map((entry) => base(service, config.namespace, entry.selector))
      : []
  }
  const recorder = createRecorder()
  const monitor = createMonitor({
    bases: basesOf,
    recorder,
    watch: (wanted) => {
      clearTimeout(linger)
      filters = wanted
      if (wanted.length > 0) reconcile()
      else linger = setTimeout(reconcile, lingerMs)
    },
  })

  const stopSending = site.onSend((entry, ownBase, messages) => {
    if (!monitor.listening) return
    for (const message of messages) passOutgoing(entry, ownBase, message)
  })

  function passOutgoing(entry: EntryId, ownBase: string, message: Message) {
    const out = outgoing(entry.service, ownBase, message)
    if (!out) return
    sent.note(entry.service, out.payload)
    const { address, key, retained, payload } = out
    monitor.pass({
      entry,
      direction: 'out',
      at: Date.now(),
      address,
      ...(key === undefined ? {} : { key }),
      payload: Buffer.from(payload),
      retained,
    })
  }

  function tell(entry: EntryId, value: WatchState) {
    states.setState({ ...states.getState(), [entryText(entry)]: { entry, value } }, true)
  }

  /** Which entry's broker is watched, and with which filters. */
  function wantedOf(config: Config): ReadonlyMap<string, Want> {
    const seeing = filters.filter(({ direction }) => direction !== 'out')
    const foreign = seeing.some(({ owner }) => owner !== 'own')
    const wanted = new Map<string, Want>()
    const brokersSeen = new Set<string>()
    for (const entry of entryIds(config)) {
      const found = entryConfig(config, entry)
      const asked = seeing.some(({ entries }) => !entries || entries.some((one) => entryText(one) === entryText(entry)))
      if (!asked || !found?.enabled) continue
      const { service } = entry
      const own = everythingUnder(service, base(service, config.namespace, found.selector))
      if (service === 'kafka' || !foreign) {
        wanted.set(entryText(entry), { entry, filters: own })
        continue
      }
      // One watch sees all of a broker, whatever entries are on it.
      const broker = JSON.stringify([service, placeOf(found)])
      if (brokersSeen.has(broker)) continue
      brokersSeen.add(broker)
      wanted.set(entryText(entry), { entry, filters: everything[service], own })
    }
    return wanted
  }

  function reconcile() {
    const { config } = site.now.getState()
    const wanted = config && !closed && filters.length > 0 ? wantedOf(config) : new Map<string, never>()
    for (const [key, watch] of running) {
      const now = wanted.get(key)
      if (now && config && keyOf(config, now) === watch.wanted) continue
      running.delete(key)
      void watch.link.stop()
    }
    for (const [key, want] of wanted) {
      if (!config || running.has(key)) continue
      running.set(key, { wanted: keyOf(config, want), link: watchEntry(config, want) })
    }
  }

  const keyOf = (config: Config, want: Want) =>
    JSON.stringify([config.namespace, entryConfig(config, want.entry), want.filters])

  function watchEntry(config: Config, want: Want): Link {
    const { entry } = want
    return keepLinked({
      connect: async (signal) => {
        const clients = await clientsOf(config, entry)
        if (!clients.ok) throw new Error(clients.error)
        const inspector = clients.value.inspector()
        const see = (filters: readonly string[]) =>
          inspector.watch(filters, (message) => passIncoming(entry, message), signal)
        if (!want.own) return await see(want.filters)
        try {
          return await see(want.filters)
        } catch (error) {
          signal.throwIfAborted()
          // A login with rights under its own base alone; where the broker is gone this fails, too.
          const watch = await see(want.own)
          const why = asError(error).message.replace(`${entryText(entry)}: `, '')
          return { ...watch, note: `only this site's names are seen: ${why}` }
        }
      },
      use: async (watch, signal) => {
        tell(entry, { kind: 'on', note: watch.note })
        await untilAborted(signal)
      },
      onState: (state) => {
        if (state.kind === 'waiting')
          tell(entry, { kind: 'waiting', error: state.error.message, retryAt: state.retryAt })
        if (state.kind === 'stopped') tell(entry, { kind: 'off' })
      },
    })
  }

  function passIncoming(
    watched: EntryId,
    message: { address: string; key?: string; payload: Uint8Array; at: number; retained: boolean },
  ) {
    const { service } = watched
    const { address, key, payload, at, retained } = message
    if (!retained && payload.byteLength > 0 && sent.has(service, payload)) return
    const ours = address.includes(`_gw`) && address.includes(who)
    monitor.pass({
      entry: entryOf(watched, address),
      direction: ours ? 'out' : 'in',
      at,
      address,
      ...(key === undefined ? {} : { key }),
      payload,
      retained,
    })
  }

  /** Of the entries of a service, the one under whose base it is; the longest base is the most exact. */
  function entryOf(watched: EntryId, address: string): EntryId {
    const { config } = site.now.getState()
    if (!config) return watched
    const { service } = watched
    const under = (config[service] as readonly BrokerConfig[])
      .map((entry) => ({ name: entry.name, base: base(service, config.namespace, entry.selector) }))
      .filter((entry) => isUnder(service, entry.base, address))
      .toSorted((a, b) => b.base.length - a.base.length)
    return under[0] ? { service, name: under[0].name } : watched
  }

  const stopSite = site.now.subscribe(reconcile)
  return {
    monitor,
    recorder,
    states,
    close: async () => {
      closed = true
      clearTimeout(linger)
      stopSending()
      stopSite()
      await recorder.stop()
      const links = [...running.values()].map(({ link }) => link.stop())
      running.clear()
      await Promise.all(links)
    },
  }
}

/** Address of an entry's broker. */
function placeOf(entry: BrokerConfig): unknown {
  if ('broker' in entry) return [entry.broker, entry.port]
  return 'address' in entry ? entry.address : entry.brokers
}
