/**
 * From an old configuration to a new one: a list of steps, in their order. Pure. Only the parts concerned restart; what
 * takes requests in goes first and comes back last, so that the old intake is deaf before a new one opens.
 */
import { type EntryId, entryText, services } from '#shared/broker'
import type { BrokerConfig, Config, PlcConfig, TagConfig } from '#shared/config'
import { sameData } from '#shared/same-data'
import type { WriteMode } from '#shared/write'

/** Why an entry stops: `removed` clears what it left at its broker, the others leave it. */
export type StopReason = 'removed' | 'switched-off' | 'changed'

export interface TagChanges {
  readonly added: number
  readonly removed: number
  readonly changed: number
}

export type Step =
  | { readonly kind: 'write-mode'; readonly mode: WriteMode }
  | { readonly kind: 'stop-entry'; readonly entry: EntryId; readonly why: StopReason }
  | { readonly kind: 'remove-plc'; readonly plc: string }
  /** Another controller, another way to it, or switched on or off: a new connection, no value of before. */
  | { readonly kind: 'restart-plc'; readonly plc: string }
  /** The connection stays. */
  | { readonly kind: 'retag-plc'; readonly plc: string; readonly tags: TagChanges }
  | { readonly kind: 'add-plc'; readonly plc: string }
  /** Age and time limits of requests, site, commissioning tag: nothing restarts. */
  | { readonly kind: 'settings' }
  | { readonly kind: 'start-entry'; readonly entry: EntryId }

/** `touched`: entries to restart though nothing of theirs is different in the file: their password changed. */
export function planChanges(old: Config, next: Config, touched: readonly EntryId[] = []): readonly Step[] {
  const entries = planEntries(old, next, touched)
  const mode: readonly Step[] =
    old.write_mode === next.write_mode ? [] : [{ kind: 'write-mode', mode: next.write_mode }]
  return [
    ...(next.write_mode === 'read-only' ? mode : []),
    ...entries.stops,
    ...planPlcs(old.plcs, next.plcs),
    ...(sameData(settingsOf(old), settingsOf(next)) ? [] : [{ kind: 'settings' } as const]),
    ...entries.starts,
    ...(next.write_mode === 'armed' ? mode : []),
  ]
}

function settingsOf({ plcs, mqtt, valkey, kafka, write_mode, namespace, poll_rate, ...rest }: Config) {
  return rest
}

function planEntries(old: Config, next: Config, touched: readonly EntryId[]) {
  const stops: Step[] = []
  const starts: Step[] = []
  const touchedTexts = new Set(touched.map(entryText))
  for (const service of services) {
    const before = byName<BrokerConfig>(old[service])
    const after = byName<BrokerConfig>(next[service])
    for (const [name, was] of before) {
      const entry: EntryId = { service, name }
      const is = after.get(name)
      const changed =
        old.namespace !== next.namespace || !is || !sameData(was, is) || touchedTexts.has(entryText(entry))
      if (!changed) continue
      const why = !is ? 'removed' : is.enabled ? 'changed' : 'switched-off'
      if (was.enabled) stops.push({ kind: 'stop-entry', entry, why })
      if (is?.enabled) starts.push({ kind: 'start-entry', entry })
    }
    for (const [name, is] of after) {
      if (!before.has(name) && is.enabled) starts.push({ kind: 'start-entry', entry: { service, name } })
    }
  }
  return { stops, starts }
}

function planPlcs(old: readonly PlcConfig[], next: readonly PlcConfig[]): readonly Step[] {
  const before = byName(old)
  const after = byName(next)
  const removed = old.filter(({ name }) => !after.has(name))
  return [
    ...removed.map(({ name }): Step => ({ kind: 'remove-plc', plc: name })),
    ...next.flatMap((plc): readonly Step[] => {
      const was = before.get(plc.name)
      if (!was) return [{ kind: 'add-plc', plc: plc.name }]
      if (sameData(was, plc)) return []
      if (!sameData(linkOf(was), linkOf(plc))) return [{ kind: 'restart-plc', plc: plc.name }]
      return [{ kind: 'retag-plc', plc: plc.name, tags: tagChanges(was.tags, plc.tags) }]
    }),
  ]
}

/** What a connection to a controller hangs on: all that is not told to the running part by `retag`. */
function linkOf({ name, poll_rate, health_check_enabled, pin, tags, ...rest }: PlcConfig) {
  return rest
}

function tagChanges(old: readonly TagConfig[], next: readonly TagConfig[]): TagChanges {
  const before = byName(old)
  const added = next.filter(({ name }) => !before.has(name)).length
  const changed = next.filter((tag) => {
    const was = before.get(tag.name)
    return was !== undefined && !sameData(was, tag)
  }).length
  return { added, removed: before.size - (next.length - added), changed }
}

/** A step for people: what is done and to what. */
export function stepText(step: Step): string {
  switch (step.kind) {
    case 'write-mode':
      return step.mode === 'armed' ? 'writes are armed' : 'writes are blocked: read-only'
    case 'stop-entry':
      return `${entryText(step.entry)}: ${{ removed: 'ends, and what it published is cleared', 'switched-off': 'ends', changed: 'takes no more requests and ends' }[step.why]}`
    case 'start-entry':
      return `${entryText(step.entry)}: connects`
    case 'remove-plc':
      return `${step.plc}: disconnects, and what was published of it is cleared`
    case 'restart-plc':
      return `${step.plc}: connects anew`
    case 'retag-plc':
      return `${step.plc}: ${tagsText(step.tags)}, without reconnecting`
    case 'add-plc':
      return `${step.plc}: connects`
    case 'settings':
      return 'settings of the whole gateway'
  }
}

function tagsText({ added, removed, changed }: TagChanges): string {
  const parts = [
    [added, 'added'],
    [changed, 'changed'],
    [removed, 'removed'],
  ] as const
  const told = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return told.length > 0 ? `tags ${told.join(', ')}` : 'settings'
}

function byName<T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]))
}
