/** Discovery of a controller's tags for the window: one at a time a PLC, its result kept until the next one. */
import { createStore } from 'zustand/vanilla'
import { asError } from '#main/link'
import type { CataloguePage } from '#shared/contract/tags'
import {
  type BrowseState,
  type CatalogueEntry,
  type DataType,
  hiddenReasons,
  type TagListEntry,
  type TypeRef,
} from '#shared/plc'
import { neededPlc } from './needed.ts'
import type { Site } from './site.ts'
import type { ReadableCell } from './view.ts'

export interface Browser {
  /** By PLC; absent: never asked. */
  readonly states: ReadableCell<Readonly<Record<string, BrowseState>>>
  /** Begins, or leaves one under way alone. Refused where the PLC can't be asked now. */
  start(plc: string): BrowseState
  stop(plc: string): BrowseState
  page(plc: string, offset: number, limit: number): CataloguePage
}

/** More tags than any controller has memory for. */
const mostTags = 300_000

export function createBrowser(site: Site): Browser {
  const states = createStore<Readonly<Record<string, BrowseState>>>(() => ({}))
  const found = new Map<string, readonly TagListEntry[]>()
  const under = new Map<string, AbortController>()
  const stateOf = (plc: string): BrowseState => states.getState()[plc] ?? { kind: 'none' }
  const tell = (plc: string, state: BrowseState) => states.setState({ ...states.getState(), [plc]: state }, true)

  async function run(
    plc: string,
    pages: AsyncIterable<{ readonly entries: readonly TagListEntry[]; readonly total: number }>,
    signal: AbortSignal,
  ) {
    const before = stateOf(plc)
    const since = Date.now()
    const entries: TagListEntry[] = []
    tell(plc, { kind: 'running', since, tags: 0, total: 0 })
    try {
      for await (const page of pages) {
        for (const entry of page.entries) if (entries.length < mostTags) entries.push(entry)
        tell(plc, { kind: 'running', since, tags: entries.length, total: page.total })
      }
      found.set(plc, entries)
      tell(plc, { kind: 'done', at: Date.now(), tags: entries.length })
    } catch (error) {
      if (signal.aborted) tell(plc, before.kind === 'done' ? before : { kind: 'none' })
      else tell(plc, { kind: 'failed', at: Date.now(), error: `${plc}: ${asError(error).message}` })
    } finally {
      under.delete(plc)
    }
  }

  function forgetOthers() {
    const there = new Set(site.gateway()?.plcs.map(({ config }) => config.name))
    for (const plc of [...found.keys(), ...under.keys()]) {
      if (there.has(plc)) continue
      under.get(plc)?.abort()
      found.delete(plc)
    }
  }

  return {
    states,
    start: (plc) => {
      forgetOthers()
      const connection = neededPlc(site, plc).connection()
      if (under.has(plc)) return stateOf(plc)
      if (!connection) {
        const error = `${plc}: not connected, so its tags can't be listed. Wait until it is online.`
        tell(plc, { kind: 'failed', at: Date.now(), error })
      } else if (!connection.browse) {
        const error = `${plc}: this controller can't list its tags. Type their names as the controller project has them.`
        tell(plc, { kind: 'failed', at: Date.now(), error })
      } else {
        const controller = new AbortController()
        under.set(plc, controller)
        void run(plc, connection.browse(controller.signal), controller.signal)
      }
      return stateOf(plc)
    },
    stop: (plc) => {
      under.get(plc)?.abort(new Error('stopped'))
      return stateOf(plc)
    },
    page: (plc, offset, limit) => {
      const all = found.get(plc) ?? []
      const entries = all.slice(offset, offset + limit)
      return {
        plc,
        state: stateOf(plc),
        total: all.length,
        entries: entries.map(toEntry),
        types: structsOf(entries.map(({ type }) => type)),
      }
    },
  }
}

function toEntry({ name, type, access, hidden }: TagListEntry): CatalogueEntry {
  return {
    name,
    type: typeRef(type),
    access,
    hidden: hidden !== undefined,
    ...(hidden ? { why: hiddenReasons[hidden] } : {}),
  }
}

function typeRef(type: DataType): TypeRef {
  if (type.kind === 'array') return { ...typeRef(type.of), dims: type.dims }
  const capacity = type.kind === 'string' ? { capacity: type.capacity } : {}
  return { kind: type.kind, name: type.name, dims: [], ...capacity }
}

/** Members of every structure in these types, by its name. */
function structsOf(types: readonly DataType[]): CataloguePage['types'] {
  const structs: Record<string, readonly { readonly name: string; readonly type: TypeRef }[]> = {}
  const open = [...types]
  for (let type = open.pop(); type; type = open.pop()) {
    if (type.kind === 'array') open.push(type.of)
    if (type.kind !== 'struct' || Object.hasOwn(structs, type.name)) continue
    structs[type.name] = type.members.map((member) => ({ name: member.name, type: typeRef(member.type) }))
    for (const member of type.members) open.push(member.type)
  }
  return structs
}
