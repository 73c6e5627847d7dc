/**
 * What the window knows of the site: the gateway's cells and its configuration, mirrored. Screens read it by the hooks
 * below; nobody but `startSite` writes it.
 */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { api } from '#renderer/api/index'
import { type BrokerState, type EntryId, entryText } from '#shared/broker'
import type { AppInfo } from '#shared/contract/app'
import { type Cell, cellKey, type SiteCell, type Traffic } from '#shared/contract/cells'
import type { PollFigures } from '#shared/contract/gateway'
import type { ClaimStatus } from '#shared/isolation'
import type { Identity } from '#shared/names/table'
import type { BrowseState, PlcState } from '#shared/plc'
import type { ConfigState, ConfigView } from '#shared/site'
import type { WriteMode } from '#shared/write'

export interface SiteView {
  /** By `cellKey`. Absent until told. */
  readonly cells: { readonly [key: string]: Cell }
  readonly config?: ConfigState
  readonly info?: AppInfo
  /** Who the running gateway is; absent where none runs. */
  readonly identity?: Identity
}

export const site = createStore<SiteView>(() => ({ cells: {} }))

/** Mirrors until stopped. */
export function startSite(client: Pick<typeof api, 'call' | 'subscribe'>): () => void {
  async function ask() {
    const info = await client.call('app.info', {}).catch(() => undefined)
    if (info) site.setState({ info })
  }
  async function askIdentity() {
    const status = await client.call('gateway.status', {}).catch(() => undefined)
    if (status) site.setState({ identity: { instance: status.instance, boot: status.boot } })
  }
  const stops = [
    client.subscribe(
      'cells',
      {},
      {
        onBegin: () => site.setState({ cells: {} }),
        onItems: (items) => {
          const news = Object.fromEntries(items.map((cell) => [cellKey(cell), cell]))
          site.setState(({ cells }) => ({ cells: { ...cells, ...news } }))
        },
      },
    ),
    client.subscribe(
      'config',
      {},
      {
        onBegin: () => void ask(),
        onItems: (items) => {
          const config = items.at(-1)
          if (!config) return
          site.setState({ config })
          if (config.site.kind === 'running') void askIdentity()
        },
      },
    ),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

export function useSiteCell(): SiteCell | undefined {
  return useStore(site, ({ cells }) => (cells.site?.kind === 'site' ? cells.site.value : undefined))
}

/** '' without a configuration. */
export function useNamespace(): string {
  return useStore(site, ({ cells, config }) => {
    const cell = cells.site
    return config?.config?.namespace ?? (cell?.kind === 'site' ? cell.value.namespace : '')
  })
}

export function useConfigState(): ConfigState | undefined {
  return useStore(site, ({ config }) => config)
}

/** The configuration that runs, or would; absent where the file is missing or broken. */
export function useConfig(): ConfigView | undefined {
  return useStore(site, ({ config }) => config?.config)
}

export function useInfo(): AppInfo | undefined {
  return useStore(site, ({ info }) => info)
}

export function useIdentity(): Identity | undefined {
  return useStore(site, ({ identity }) => identity)
}

export function useWriteMode(): WriteMode | undefined {
  return useStore(site, ({ cells }) => {
    const cell = cells['write-mode']
    return cell?.kind === 'write-mode' ? cell.value : undefined
  })
}

export function usePlcState(plc: string): PlcState | undefined {
  return useStore(site, ({ cells }) => {
    const cell = cells[`plc ${plc}`]
    return cell?.kind === 'plc' ? cell.value : undefined
  })
}

export function usePoll(plc: string): PollFigures | undefined {
  return useStore(site, ({ cells }) => {
    const cell = cells[`poll ${plc}`]
    return cell?.kind === 'poll' ? cell.value : undefined
  })
}

export function useBrowse(plc: string): BrowseState | undefined {
  return useStore(site, ({ cells }) => {
    const cell = cells[`browse ${plc}`]
    return cell?.kind === 'browse' ? cell.value : undefined
  })
}

export function useBrokerState(entry: EntryId): BrokerState | undefined {
  return useStore(site, ({ cells }) => {
    const cell = cells[`broker ${entryText(entry)}`]
    return cell?.kind === 'broker' ? cell.value : undefined
  })
}

export function useTraffic(entry: EntryId): Traffic | undefined {
  return useStore(site, ({ cells }) => {
    const cell = cells[`traffic ${entryText(entry)}`]
    return cell?.kind === 'traffic' ? cell.value : undefined
  })
}

/** Who may write, of the whole gateway and of each entry; absent until told. */
export function useClaim(): ClaimStatus | undefined {
  return useStore(site, ({ cells }) => (cells.claim?.kind === 'claim' ? cells.claim.value : undefined))
}

/** States of the entries that are configured now; cells of others are of an earlier configuration. */
export function brokerStates({ cells }: Pick<SiteView, 'cells'>): readonly BrokerState[] {
  const entries = cells.site?.kind === 'site' ? cells.site.value.entries : []
  return entries.flatMap((entry) => {
    const cell = cells[`broker ${entryText(entry)}`]
    return cell?.kind === 'broker' ? [cell.value] : []
  })
}

/** Messages of the entries that are configured now. */
export function trafficOf({ cells }: Pick<SiteView, 'cells'>): readonly (readonly [entry: EntryId, of: Traffic])[] {
  const entries = cells.site?.kind === 'site' ? cells.site.value.entries : []
  return entries.flatMap((entry) => {
    const cell = cells[`traffic ${entryText(entry)}`]
    return cell?.kind === 'traffic' ? [[entry, cell.value] as const] : []
  })
}

/** States of the PLCs that are configured now, by name. */
export function plcStates({ cells }: Pick<SiteView, 'cells'>): readonly (readonly [plc: string, state: PlcState])[] {
  const plcs = cells.site?.kind === 'site' ? cells.site.value.plcs : []
  return plcs.flatMap((plc) => {
    const cell = cells[`plc ${plc}`]
    return cell?.kind === 'plc' ? [[plc, cell.value] as const] : []
  })
}
