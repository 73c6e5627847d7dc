/**
 * Every name a configuration puts on its brokers: for `warlink check`, and for the namespace screen, which shows two of
 * these tables side by side (the rows of the same configuration under another namespace are in the same order).
 */
import { type Service, services } from '#shared/broker'
import { type BrokerConfig, type Config, type PlcConfig, publishedName, type TagConfig } from '#shared/config'
import { base, clientId, kafkaNames, mqttNames, shortIdentity, valkeyNames } from './build.ts'

export type NamePurpose =
  | 'base'
  | 'tag value'
  | 'tag changes'
  | 'health'
  | 'write requests'
  | 'write responses'
  | 'requests put aside'
  | 'client id'
  | 'consumer group'
  | 'presence'
  | 'holder'
  | 'owner'

export interface NameRow {
  readonly service: Service
  /** `name` of the broker entry. */
  readonly entry: string
  readonly purpose: NamePurpose
  /** What it is on that broker. */
  readonly kind:
    | 'topic'
    | 'topic filter'
    | 'key'
    | 'record key'
    | 'list'
    | 'channel'
    | 'key and channel'
    | 'group'
    | 'client id'
  readonly name: string
  readonly plc?: string
  /** Published name of the tag. */
  readonly tag?: string
}

export interface Identity {
  readonly instance: string
  readonly boot: string
}

/**
 * The names of all enabled entries, PLCs and tags, in the order of the file. Without `identity` the parts that only a
 * running gateway has are written as `‹instance›-‹boot›`.
 */
export function derivedNames(config: Config, identity?: Identity): NameRow[] {
  const who = identity ? shortIdentity(identity) : '‹instance›-‹boot›'
  return services.flatMap((service) =>
    config[service].filter((entry) => entry.enabled).flatMap((entry) => entryNames(config, service, entry, who)),
  )
}

/** Whether a tag goes out to a service: enabled, and not kept off it. */
export function goesTo(tag: TagConfig, service: Service): boolean {
  return tag.enabled && !tag[`no_${service}`]
}

/** PLCs an entry serves, in the order of the file; also those that are disabled (their health says so). */
export function servedPlcs(config: Pick<Config, 'plcs'>, entry: Pick<BrokerConfig, 'plcs'>): readonly PlcConfig[] {
  const { plcs } = entry
  return plcs ? config.plcs.filter((plc) => plcs.includes(plc.name)) : config.plcs
}

type Row = Omit<NameRow, 'service' | 'entry'>

function entryNames(config: Config, service: Service, entry: BrokerConfig, who: string): NameRow[] {
  const own = base(service, config.namespace, entry.selector)
  const plcs = servedPlcs(config, entry)
  const rows = rowsOf[service](own, entry, plcs, who)
  return [{ purpose: 'base', kind: baseKinds[service], name: own } as const, ...rows].map((row) => ({
    service,
    entry: entry.name,
    ...row,
  }))
}
const baseKinds = { mqtt: 'topic', valkey: 'key', kafka: 'topic' } as const

type RowsOf = (own: string, entry: BrokerConfig, plcs: readonly PlcConfig[], who: string) => Row[]

const rowsOf: Record<Service, RowsOf> = {
  mqtt: (own, entry, plcs, who) => [
    { purpose: 'client id', kind: 'client id', name: configured(entry, 'client_id') ?? clientId(own, who) },
    ...eachTag('mqtt', plcs, 'topic', (plc, tag) => mqttNames.tag(own, plc, tag)),
    ...eachPlc(plcs, (plc) => [{ purpose: 'health', kind: 'topic', name: mqttNames.health(own, plc) }]),
    ...when(entry.enable_writeback, () => [
      { purpose: 'write requests', kind: 'topic filter', name: mqttNames.writeFilter(own) },
      ...eachPlc(plcs, (plc) => {
        const write = mqttNames.write(own, plc)
        return [
          { purpose: 'write requests', kind: 'topic', name: write },
          { purpose: 'write responses', kind: 'topic', name: mqttNames.response(write) },
        ]
      }),
    ]),
    ...when(entry.claim === 'on', () => [
      { purpose: 'presence', kind: 'topic', name: mqttNames.presence(own, who) },
      { purpose: 'owner', kind: 'topic', name: mqttNames.owner(own) },
    ]),
  ],
  valkey: (own, entry, plcs, who) => [
    { purpose: 'client id', kind: 'client id', name: clientId(own, who) },
    ...eachTag('valkey', plcs, 'key', (plc, tag) => valkeyNames.tag(own, plc, tag)),
    ...when(changes(entry), () => [
      ...eachPlc(plcs, (plc) => [{ purpose: 'tag changes', kind: 'channel', name: valkeyNames.changes(own, plc) }]),
      { purpose: 'tag changes', kind: 'channel', name: valkeyNames.allChanges(own) },
    ]),
    ...eachPlc(plcs, (plc) => [{ purpose: 'health', kind: 'key and channel', name: valkeyNames.health(own, plc) }]),
    ...when(entry.enable_writeback, () => [
      { purpose: 'write requests', kind: 'list', name: valkeyNames.writes(own) },
      { purpose: 'write responses', kind: 'channel', name: valkeyNames.responses(own) },
      { purpose: 'requests put aside', kind: 'list', name: `${valkeyNames.stale(own, 0).slice(0, -1)}‹time›` },
    ]),
    ...when(entry.claim === 'on', () => [
      { purpose: 'presence', kind: 'key', name: valkeyNames.presence(own, who) },
      { purpose: 'presence', kind: 'channel', name: valkeyNames.presenceChannel(own) },
      { purpose: 'holder', kind: 'key', name: valkeyNames.holder(own) },
      { purpose: 'owner', kind: 'key', name: valkeyNames.owner(own) },
    ]),
  ],
  kafka: (own, entry, plcs, who) => [
    { purpose: 'client id', kind: 'client id', name: clientId(own, who) },
    ...when(changes(entry), () => [
      { purpose: 'tag value', kind: 'topic', name: kafkaNames.tags(own) },
      ...eachTag('kafka', plcs, 'record key', (plc, tag) => kafkaNames.key(plc, tag)),
    ]),
    { purpose: 'health', kind: 'topic', name: kafkaNames.health(own) },
    ...when(entry.enable_writeback, () => [
      { purpose: 'write requests', kind: 'topic', name: kafkaNames.writes(own) },
      { purpose: 'write responses', kind: 'topic', name: kafkaNames.responses(own) },
      {
        purpose: 'consumer group',
        kind: 'group',
        name: configured(entry, 'consumer_group') ?? kafkaNames.writersGroup(own),
      },
    ]),
    { purpose: 'consumer group', kind: 'group', name: kafkaNames.watchGroup(own, who, '‹4 hex›') },
  ],
}

function changes(entry: BrokerConfig): boolean {
  return !('publish_changes' in entry) || entry.publish_changes
}

function configured(entry: BrokerConfig, key: 'client_id' | 'consumer_group'): string | undefined {
  if (key === 'client_id') return 'client_id' in entry ? entry.client_id : undefined
  return 'consumer_group' in entry ? entry.consumer_group : undefined
}

function when(condition: boolean, rows: () => Row[]): Row[] {
  return condition ? rows() : []
}

function eachPlc(plcs: readonly PlcConfig[], rows: (plc: string) => Row[]): Row[] {
  return plcs.flatMap(({ name }) => rows(name).map((row) => ({ ...row, plc: name })))
}

/** One row for each tag that goes out; `name` in the kind's own form. Hundred thousands of rows: one object for each. */
function eachTag(
  service: Service,
  plcs: readonly PlcConfig[],
  kind: NameRow['kind'],
  name: (plc: string, tag: string) => string,
): Row[] {
  const rows: Row[] = []
  for (const plc of plcs) {
    if (!plc.enabled) continue
    for (const config of plc.tags) {
      if (!goesTo(config, service)) continue
      const tag = publishedName(config)
      rows.push({ purpose: 'tag value', kind, name: name(plc.name, tag), plc: plc.name, tag })
    }
  }
  return rows
}
