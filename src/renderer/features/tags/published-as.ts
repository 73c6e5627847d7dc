/** Where a tag's values go on each broker, and the record that goes there. Pure. */
import type { EntryId } from '#shared/broker'
import { services } from '#shared/broker'
import type { CommandEntry } from '#shared/commands'
import type { TagConfig } from '#shared/config'
import { base, kafkaNames, mqttNames, valkeyNames } from '#shared/names/build'
import type { ConfigView } from '#shared/site'
import type { TagReading } from '#shared/tag'

export interface PublishedName {
  /** `MQTT topic` */
  readonly what: string
  readonly remark?: string
  readonly text: string
  /** Short: it may stand beside the next one. */
  readonly pair?: boolean
}

export interface PublishedPlace {
  readonly entry: EntryId
  readonly base: string
  readonly names: readonly PublishedName[]
  /** Why nothing goes there; '' where it does. */
  readonly why: string
}

/** One place for each enabled entry, in the order of the file. `tag` is absent where it is not configured. */
export function publishedPlaces(
  config: ConfigView,
  plc: string,
  address: string,
  tag: TagConfig | undefined,
): PublishedPlace[] {
  return entriesOf(config).map((entry) => {
    const own = base(entry.service, config.namespace, entry.config.selector)
    return {
      entry: { service: entry.service, name: entry.config.name },
      base: own,
      names: namesOf(entry, own, plc, tag?.alias ?? address),
      why: whyNot(entry, plc, tag),
    }
  })
}

/** The enabled entries with their services. */
export function entriesOf(config: ConfigView): CommandEntry[] {
  const all: CommandEntry[] = [
    ...config.mqtt.map((entry): CommandEntry => ({ service: 'mqtt', config: entry })),
    ...config.valkey.map((entry): CommandEntry => ({ service: 'valkey', config: entry })),
    ...config.kafka.map((entry): CommandEntry => ({ service: 'kafka', config: entry })),
  ]
  return all.filter((entry) => entry.config.enabled)
}

function whyNot(entry: CommandEntry, plc: string, tag: TagConfig | undefined): string {
  if (!tag?.enabled) return 'not published'
  if (tag[`no_${entry.service}`]) return `kept off ${entry.service} (no_${entry.service})`
  const { plcs } = entry.config
  return plcs && !plcs.includes(plc) ? `this entry does not serve ${plc}` : ''
}

function namesOf(entry: CommandEntry, own: string, plc: string, tag: string): PublishedName[] {
  switch (entry.service) {
    case 'mqtt':
      return [{ what: 'MQTT topic', remark: 'QoS 1, retained', text: mqttNames.tag(own, plc, tag) }]
    case 'valkey':
      return [
        { what: 'Valkey key', text: valkeyNames.tag(own, plc, tag) },
        ...(entry.config.publish_changes ? [{ what: 'Valkey channel', text: valkeyNames.changes(own, plc) }] : []),
      ]
    case 'kafka':
      return entry.config.publish_changes
        ? [
            { what: 'Kafka topic', text: kafkaNames.tags(own), pair: true },
            { what: 'Kafka key', text: kafkaNames.key(plc, tag), pair: true },
          ]
        : []
  }
}

/** The message of one service for this reading, as it is published; undefined where there is nothing good to publish. */
export function recordText(place: PublishedPlace, tag: TagConfig, reading: TagReading): string | undefined {
  if (reading.valueJson === undefined || reading.cut || reading.quality !== 'good') return undefined
  const { service } = place.entry
  const first = {
    mqtt: [['topic', JSON.stringify(place.base)]],
    valkey: [['factory', JSON.stringify(place.base)]],
    kafka: [],
  }
  const members = [
    ...first[service],
    ['plc', JSON.stringify(reading.plc)],
    ['tag', JSON.stringify(tag.alias ?? tag.name)],
    ['value', reading.valueJson],
    ['type', JSON.stringify(reading.type ?? '')],
    ['writable', String(tag.writable)],
    ['timestamp', JSON.stringify(new Date(reading.changedAt).toISOString())],
  ]
  return `{${members.map(([key, json]) => `"${key}":${json}`).join(',')}}`
}

/** Services of the places that get the values, for `on 3 of 3 brokers`. */
export function publishedCount(places: readonly PublishedPlace[]): { readonly on: number; readonly of: number } {
  return { on: places.filter(({ why }) => why === '').length, of: places.length }
}

/** In the order in which brokers are always shown. */
export function byService<T extends { readonly entry: EntryId }>(places: readonly T[]): T[] {
  return services.flatMap((service) => places.filter(({ entry }) => entry.service === service))
}
