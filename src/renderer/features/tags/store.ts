/** The tags of all PLCs, as the screen has read them: pages of the configuration and of the controllers' lists. */
import { createStore } from 'zustand/vanilla'
import { api } from '#renderer/api/index'
import { onSaved, type SavedChange } from '#renderer/site/change'
import { site } from '#renderer/site/site'
import { mostTagsInPage, type TagPageRow } from '#shared/contract/tags'
import type { BrowseState, CatalogueEntry } from '#shared/plc'
import { RpcError } from '#shared/rpc'
import { withEdits } from './local-edits.ts'
import { createTagIndex, type TagIndex, type TypeMembers } from './tag-index.ts'

interface Catalogue {
  readonly entries: readonly CatalogueEntry[]
  readonly types: TypeMembers
}

interface Configured {
  readonly version: string
  readonly rows: readonly TagPageRow[]
}

export interface TagStore {
  /** By PLC; one that is not read yet is absent. */
  readonly indexes: { readonly [plc: string]: TagIndex }
  /** PLCs being read now. */
  readonly loading: ReadonlySet<string>
  /** By PLC: why its tags could not be read. */
  readonly errors: { readonly [plc: string]: string }
}

export const tagStore = createStore<TagStore>(() => ({ indexes: {}, loading: new Set(), errors: {} }))

const configuredOf = new Map<string, Configured>()
const catalogueOf = new Map<string, Catalogue>()
const noCatalogue: Catalogue = { entries: [], types: {} }
/** Most entries of a controller's list that are read. */
const mostEntries = 200_000
/** How long the answer to a change of our own may be behind the news of it. */
const answerMs = 200

function show(plc: string): void {
  const { rows } = configuredOf.get(plc) ?? { rows: [] }
  const { entries, types } = catalogueOf.get(plc) ?? noCatalogue
  const index = createTagIndex(plc, rows, entries, types)
  tagStore.setState(({ indexes, errors }) => ({
    indexes: { ...indexes, [plc]: index },
    errors: { ...errors, [plc]: '' },
  }))
}

/** Keeps the tags of all PLCs up to date until stopped: after each change of the configuration, and each discovery. */
export function followTags(): () => void {
  /** By PLC: the versions that are read, or being read. */
  const seen = new Map<string, { configured?: string; catalogue?: string }>()
  function look() {
    const { config, cells } = site.getState()
    const plcs = config?.config?.plcs.map(({ name }) => name) ?? []
    forget(plcs)
    for (const plc of seen.keys()) if (!plcs.includes(plc)) seen.delete(plc)
    for (const plc of plcs) {
      const cell = cells[`browse ${plc}`]
      const browsed = cell?.kind === 'browse' && cell.value.kind === 'done' ? String(cell.value.at) : ''
      const version = config?.version ?? ''
      see(plc, 'configured', version, () => loadConfigured(plc, version))
      if (browsed) see(plc, 'catalogue', browsed, () => loadCatalogue(plc))
      else delete seen.get(plc)?.catalogue
    }
  }
  /** Loads what is not seen yet. What a lost connection cut off is not seen: all cells come anew with the next one. */
  function see(plc: string, what: 'configured' | 'catalogue', version: string, load: () => Promise<void>) {
    const versions = seen.get(plc) ?? {}
    if (versions[what] === version) return
    versions[what] = version
    seen.set(plc, versions)
    void loadOnce(plc, load).then((error) => {
      if (error instanceof RpcError && error.code === 'closed') delete versions[what]
    })
  }
  look()
  const stops = [
    onSaved(takeOver),
    site.subscribe((now, before) => {
      if (now.config !== before.config || now.cells !== before.cells) look()
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** What this window has changed itself is carried out on what was read before. */
function takeOver({ edits, before, after }: SavedChange): void {
  for (const [plc, { version, rows }] of configuredOf) {
    const next = version === before ? withEdits(plc, rows, edits) : undefined
    if (!next) continue
    configuredOf.set(plc, { version: after, rows: next })
    if (next !== rows) show(plc)
  }
}

/** A PLC that is gone or called otherwise leaves nothing behind. */
function forget(plcs: readonly string[]): void {
  const gone = Object.keys(tagStore.getState().indexes).filter((plc) => !plcs.includes(plc))
  if (gone.length === 0) return
  for (const plc of gone) {
    configuredOf.delete(plc)
    catalogueOf.delete(plc)
  }
  tagStore.setState(({ indexes }) => ({
    indexes: Object.fromEntries(Object.entries(indexes).filter(([plc]) => !gone.includes(plc))),
  }))
}

/** Resolves with what went wrong. */
async function loadOnce(plc: string, load: () => Promise<void>): Promise<unknown> {
  setLoading(plc, true)
  try {
    await load()
    return undefined
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    tagStore.setState(({ errors }) => ({ errors: { ...errors, [plc]: why } }))
    return error
  } finally {
    setLoading(plc, false)
  }
}

function setLoading(plc: string, on: boolean): void {
  tagStore.setState(({ loading }) => {
    const next = new Set(loading)
    if (on) next.add(plc)
    else next.delete(plc)
    return { loading: next }
  })
}

/** `wanted`: the configuration these should belong to; what we have of it already is not read again. */
async function loadConfigured(plc: string, wanted: string): Promise<void> {
  const isKnown = () => configuredOf.get(plc)?.version === wanted && wanted !== ''
  // The news of a change can be quicker than the answer to who made it.
  if (configuredOf.has(plc) && !isKnown()) await new Promise((later) => setTimeout(later, answerMs))
  if (isKnown()) return
  for (;;) {
    const loaded = await allPages(plc)
    if (!loaded) continue
    configuredOf.set(plc, loaded)
    return show(plc)
  }
}

/** Undefined where the configuration changed in between. */
async function allPages(plc: string): Promise<Configured | undefined> {
  const rows: TagPageRow[] = []
  let version: string | undefined
  for (;;) {
    const page = await api.call('tags.page', { plc, offset: rows.length, limit: mostTagsInPage })
    if (version !== undefined && page.version !== version) return undefined
    version = page.version
    rows.push(...page.rows)
    if (rows.length >= page.total || page.rows.length === 0) return { version, rows }
  }
}

async function loadCatalogue(plc: string): Promise<void> {
  const entries: CatalogueEntry[] = []
  const types: { [name: string]: TypeMembers[string] } = {}
  for (;;) {
    const page = await api.call('tags.catalogue', { plc, offset: entries.length, limit: mostTagsInPage })
    entries.push(...page.entries)
    Object.assign(types, page.types)
    if (entries.length >= Math.min(page.total, mostEntries) || page.entries.length === 0) break
  }
  catalogueOf.set(plc, { entries, types })
  show(plc)
}

/** Asks the controller for all its tags. The cell `browse` tells how far it is. */
export async function discoverTags(
  plc: string,
): Promise<BrowseState | { readonly kind: 'failed'; readonly error: string }> {
  try {
    return await api.call('tags.browse', { plc })
  } catch (error) {
    return { kind: 'failed', error: error instanceof Error ? error.message : String(error) }
  }
}

export function stopDiscovery(plc: string): void {
  api.call('tags.stopBrowse', { plc }).catch(() => undefined)
}
