/** Every derived name before and after a change of the namespace, as rows of a table. Pure. */
import type { EntryId, Service } from '#shared/broker'
import type { Config, TagConfig } from '#shared/config'
import { derivedNames, goesTo, type Identity, type NamePurpose, type NameRow, servedPlcs } from '#shared/names/table'
import { type ConfigView, configOf } from '#shared/site'

export type NameChange =
  | {
      readonly kind: 'entry'
      readonly key: string
      readonly entry: EntryId
      readonly address: string
      readonly names: number
    }
  | {
      readonly kind: 'name'
      readonly key: string
      readonly entry: EntryId
      readonly purpose: NamePurpose
      readonly what: NameRow['kind']
      readonly before: string
      readonly after: string
      /** How many names this one stands for: the tags of a PLC; 1 for itself alone. */
      readonly stands: number
    }

export interface NameChanges {
  readonly rows: readonly NameChange[]
  /** Names in all, and brokers they are on. */
  readonly names: number
  readonly entries: number
}

/**
 * `every`: each tag has rows of its own; else the first tag of a PLC stands for all of them. `next` may be anything that
 * is typed: it is only put in.
 */
export function nameChanges(
  view: ConfigView,
  tagsOf: (plc: string) => readonly TagConfig[],
  next: string,
  identity: Identity | undefined,
  every: boolean,
): NameChanges {
  const full = configOf(view, tagsOf)
  const shown = every ? full : { ...full, plcs: full.plcs.map((plc) => ({ ...plc, tags: firstTags(plc.tags) })) }
  const before = derivedNames(shown, identity)
  const after = derivedNames({ ...shown, namespace: next }, identity)
  const rows: NameChange[] = []
  let names = 0
  let head: { key: string; at: number; names: number } | undefined
  before.forEach((row, i) => {
    const entry = { service: row.service, name: row.entry }
    const key = `${row.service} ${row.entry}`
    if (head?.key !== key) {
      closeHead(rows, head)
      head = { key, at: rows.length, names: 0 }
      rows.push({ kind: 'entry', key, entry, address: addressOf(view, entry), names: 0 })
    }
    const stands = every || row.tag === undefined ? 1 : tagCount(full, row)
    head.names += stands
    names += stands
    rows.push({
      kind: 'name',
      key: `${key} ${i}`,
      entry,
      purpose: row.purpose,
      what: row.kind,
      before: row.name,
      after: after[i]?.name ?? row.name,
      stands,
    })
  })
  closeHead(rows, head)
  return { rows, names, entries: rows.filter(({ kind }) => kind === 'entry').length }
}

/** How many names a site uses, every tag counted. */
export function countNames(
  view: ConfigView,
  tagsOf: (plc: string) => readonly TagConfig[],
  identity: Identity | undefined,
): number {
  return nameChanges(view, tagsOf, view.namespace, identity, false).names
}

function closeHead(rows: NameChange[], head: { readonly at: number; readonly names: number } | undefined): void {
  const row = head && rows[head.at]
  if (head && row?.kind === 'entry') rows[head.at] = { ...row, names: head.names }
}

/** For each service the first tag that goes to it, so that it can stand for the others. */
function firstTags(tags: readonly TagConfig[]): readonly TagConfig[] {
  const services: readonly Service[] = ['mqtt', 'valkey', 'kafka']
  const all = tags.find((tag) => services.every((service) => goesTo(tag, service)))
  if (all) {
    return [all]
  }
  const firsts = services.map((service) => tags.find((tag) => goesTo(tag, service)))
  return [...new Set(firsts.flatMap((tag) => (tag ? [tag] : [])))].map((tag, i, some) =>
    onlyFirst(tag, some.slice(0, i)),
  )
}

/** Not on services that a tag before it stands for already. */
function onlyFirst(tag: TagConfig, before: readonly TagConfig[]): TagConfig {
  const taken = (service: Service) => before.some((one) => goesTo(one, service))
  return {
    ...tag,
    no_mqtt: tag.no_mqtt || taken('mqtt'),
    no_valkey: tag.no_valkey || taken('valkey'),
    no_kafka: tag.no_kafka || taken('kafka'),
  }
}

function tagCount(config: Config, { service, entry, plc }: NameRow): number {
  const settings = config[service].find(({ name }) => name === entry)
  const served = settings && servedPlcs(config, settings).find(({ name }) => name === plc)
  return served?.tags.filter((tag) => goesTo(tag, service)).length ?? 1
}

function addressOf(view: ConfigView, { service, name }: EntryId): string {
  switch (service) {
    case 'mqtt': {
      const entry = view.mqtt.find((one) => one.name === name)
      return entry ? `${entry.broker}:${entry.port}` : ''
    }
    case 'valkey':
      return view.valkey.find((one) => one.name === name)?.address ?? ''
    case 'kafka':
      return view.kafka.find((one) => one.name === name)?.brokers.join(', ') ?? ''
  }
}

/** Rows with a text in one of their names, and the heads of their entries. */
export function filterNames(rows: readonly NameChange[], typed: string): readonly NameChange[] {
  const text = typed.trim().toLowerCase()
  if (text === '') return rows
  const matching = new Set(
    rows.filter(
      (row) => row.kind === 'name' && `${row.purpose} ${row.before} ${row.after}`.toLowerCase().includes(text),
    ),
  )
  const entries = new Set([...matching].map(({ entry }) => `${entry.service} ${entry.name}`))
  return rows.filter((row) => (row.kind === 'entry' ? entries.has(row.key) : matching.has(row)))
}
