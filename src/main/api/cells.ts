import type { Browser } from '#main/gateway/browse'
import { entryIds } from '#main/gateway/parts'
import type { Site } from '#main/gateway/site'
import type { ReadableCell } from '#main/gateway/view'
import type { Watching } from '#main/gateway/watching'
import { type EntryId, entryText } from '#shared/broker'
import type { Cell, Traffic } from '#shared/contract/cells'
import type { RecordState } from '#shared/monitor'

export interface CellSources {
  readonly site: Site
  readonly browser: Pick<Browser, 'states'>
  readonly recording: ReadableCell<RecordState>
  readonly watches: Watching['states']
}

/** Traffic is told this often where it changed, in ms. */
const trafficMs = 1_000

/** Tells every cell as it is, then each change, until stopped. Other parts and another gateway are told when they come. */
export function cellSource({ site, browser, recording, watches }: CellSources, emit: (cell: Cell) => void): () => void {
  let ofParts: (() => void)[] = []
  let ofGateway: (() => void)[] = []
  let gatewayNow: unknown
  function mirror<T>(stops: (() => void)[], cell: ReadableCell<T>, toCell: (value: T) => Cell) {
    emit(toCell(cell.getState()))
    stops.push(cell.subscribe((value) => emit(toCell(value))))
  }

  function tellSite() {
    const { state, config } = site.now.getState()
    emit({
      kind: 'site',
      value: {
        state,
        namespace: config?.namespace ?? '',
        site: config?.site ?? '',
        plcs: config?.plcs.map(({ name }) => name) ?? [],
        entries: config ? entryIds(config) : [],
      },
    })
  }

  function mirrorParts() {
    release(ofParts)
    ofParts = []
    const gateway = site.gateway()
    for (const { config, state, pollStats } of gateway?.plcs ?? []) {
      mirror(ofParts, state, (value) => ({ kind: 'plc', plc: config.name, value }))
      mirror(ofParts, pollStats, (value) => ({ kind: 'poll', plc: config.name, value }))
    }
    for (const { bridge, state } of gateway?.brokers ?? []) {
      mirror(ofParts, state, (value) => ({ kind: 'broker', entry: bridge.entry, value }))
    }
    const { config } = site.now.getState()
    const running = new Set(gateway?.brokers.map(({ bridge }) => entryText(bridge.entry)))
    for (const entry of config ? entryIds(config) : []) {
      if (running.has(entryText(entry))) continue
      const blocked = gateway?.blocked.find(({ id }) => entryText(id) === entryText(entry))
      emit({
        kind: 'broker',
        entry,
        value: blocked ? { kind: 'blocked', since: blocked.since, error: blocked.error } : { kind: 'disabled' },
      })
    }
  }

  function mirrorGateway() {
    tellSite()
    const gateway = site.gateway()
    if (gateway === gatewayNow) return
    gatewayNow = gateway
    release(ofGateway)
    ofGateway = []
    if (gateway) {
      mirror(ofGateway, gateway.writeMode, (value) => ({ kind: 'write-mode', value }))
      mirror(ofGateway, gateway.claim.status, (value) => ({ kind: 'claim', value }))
      ofGateway.push(gateway.parts.subscribe(mirrorParts))
    }
    mirrorParts()
  }

  gatewayNow = null
  mirrorGateway()
  const always = [site.now.subscribe(mirrorGateway), tellTraffic(site, emit)]
  mirror(always, recording, (value) => ({ kind: 'recording', value }))
  const tellBrowse = () => {
    for (const [plc, value] of Object.entries(browser.states.getState())) emit({ kind: 'browse', plc, value })
  }
  tellBrowse()
  const tellWatches = () => {
    for (const watch of Object.values(watches.getState())) emit({ kind: 'watch', ...watch })
  }
  tellWatches()
  always.push(watches.subscribe(tellWatches))
  always.push(browser.states.subscribe(tellBrowse))
  return () => {
    for (const stops of [always, ofGateway, ofParts]) release(stops)
  }
}

function release(stops: readonly (() => void)[]) {
  for (const stop of stops) stop()
}

const noTraffic: Traffic = { waiting: 0, confirmed: 0, coalesced: 0, dropped: 0, perSecond: 0 }

/** Messages of each entry, once a second where they changed. What no longer runs has none, which is told once. */
function tellTraffic(site: Site, emit: (cell: Cell) => void): () => void {
  const told = new Map<string, { readonly entry: EntryId; readonly value: Traffic }>()
  function tell() {
    const running = new Set<string>()
    for (const { bridge, outbox } of site.gateway()?.brokers ?? []) {
      const { entry } = bridge
      const key = entryText(entry)
      running.add(key)
      const figures = outbox.stats()
      const before = told.get(key)?.value
      const perSecond = before ? Math.max(0, figures.confirmed - before.confirmed) : 0
      const value: Traffic = { ...figures, perSecond }
      if (before && JSON.stringify(before) === JSON.stringify(value)) continue
      told.set(key, { entry, value })
      emit({ kind: 'traffic', entry, value })
    }
    for (const [key, { entry }] of told) {
      if (running.has(key)) continue
      told.delete(key)
      emit({ kind: 'traffic', entry, value: noTraffic })
    }
  }
  tell()
  const timer = setInterval(tell, trafficMs)
  return () => clearInterval(timer)
}
