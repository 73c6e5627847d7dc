import type { Service } from '#shared/broker'
import { product } from '#shared/product'

/** Separator between the parts of a base, by service. */
const separators = { mqtt: '/', valkey: ':', kafka: '-' } as const

/** First part of every name of an entry: `ns`, or namespace and selector joined by the service's separator. */
export function base(service: Service, namespace: string, selector?: string): string {
  return selector ? `${namespace}${separators[service]}${selector}` : namespace
}

/** Names on an MQTT broker below `base` (wire.md §1). */
export const mqttNames = {
  tag: (base: string, plc: string, tag: string) => `${base}/${plc}/tags/${tag}`,
  health: (base: string, plc: string) => `${base}/${plc}/health`,
  /** Topic a request is published on. */
  write: (base: string, plc: string) => `${base}/${plc}/write`,
  /** Filter the gateway subscribes. */
  writeFilter: (base: string) => `${base}/+/write`,
  /** Answer to a request that came on `writeTopic`. */
  response: (writeTopic: string) => `${writeTopic}/response`,
  presence: (base: string, who: string) => `${base}/_gw/${who}`,
  owner: (base: string) => `${base}/_gw/owner`,
  /** Filters of what gateways of this base say: health, answers, presence and owner records. */
  healthFilter: (base: string) => `${base}/+/health`,
  responseFilter: (base: string) => `${base}/+/write/response`,
  claimFilter: (base: string) => `${base}/_gw/+`,
  /** A topic that only a test of rights uses. */
  test: (base: string, tail: string) => `${base}/_gw/test/${tail}`,
} as const

/** Names on a Valkey or Redis server below `base` (wire.md §1). */
export const valkeyNames = {
  tag: (base: string, plc: string, tag: string) => `${base}:${plc}:tags:${tag}`,
  /** Channel with the changes of one PLC. */
  changes: (base: string, plc: string) => `${base}:${plc}:changes`,
  /** Channel with the changes of all PLCs. */
  allChanges: (base: string) => `${base}:_all:changes`,
  /** Key and channel. */
  health: (base: string, plc: string) => `${base}:${plc}:health`,
  /** List of requests. */
  writes: (base: string) => `${base}:writes`,
  /** Where requests that waited in the list are put aside at the opening of intake. `time` in ms since the epoch. */
  stale: (base: string, time: number) => `${base}:_gw:stale:${time}`,
  /** Pattern of SCAN that finds all of them; what a pattern would take for a sign of its own is escaped. */
  staleFilter: (base: string) => `${literal(base)}:_gw:stale:*`,
  /** Channel of the answers. */
  responses: (base: string) => `${base}:write:responses`,
  presence: (base: string, who: string) => `${base}:_gw:presence:${who}`,
  presenceChannel: (base: string) => `${base}:_gw:presence`,
  holder: (base: string) => `${base}:_gw:holder`,
  owner: (base: string) => `${base}:_gw:owner`,
  /** Pattern of channels (and keys) of health; it has others too, `plcOfHealth` tells. */
  healthFilter: (base: string) => `${literal(base)}:*:health`,
  /** Pattern of all keys and channels below a base. */
  everything: (base: string) => `${literal(base)}:*`,
  /** A key or channel that only a test of rights uses. */
  test: (base: string, tail: string) => `${base}:_gw:test:${tail}`,
} as const

/** A base within a pattern of Valkey. */
function literal(base: string): string {
  return base.replace(/[\\*?[\]]/g, '\\$&')
}

/** Names on a Kafka cluster below `base` (wire.md §1). */
export const kafkaNames = {
  tags: (base: string) => base,
  health: (base: string) => `${base}.health`,
  writes: (base: string) => `${base}-writes`,
  responses: (base: string) => `${base}-write-responses`,
  /** Record key of a tag value or of an answer. */
  key: (plc: string, tag: string) => `${plc}.${tag}`,
  /** Consumer group of the gateways of this base. */
  writersGroup: (base: string) => `${base}-writers`,
  /** Group that only watches; `who` is `{instance}-{boot}`, `tail` 4 hex digits of its own. */
  watchGroup: (base: string, who: string, tail: string) => `${base}-watch-${who}-${tail}`,
} as const

/** What to watch to see everything under a base: topic filters, channel patterns, topics. */
export function everythingUnder(service: Service, base: string): readonly string[] {
  switch (service) {
    case 'mqtt':
      return [`${base}/#`]
    case 'valkey':
      return [valkeyNames.everything(base)]
    case 'kafka':
      return kafkaTopics(base)
  }
}

/** The four topics of a base. */
export function kafkaTopics(base: string): readonly string[] {
  return [kafkaNames.tags(base), kafkaNames.health(base), kafkaNames.writes(base), kafkaNames.responses(base)]
}

/** Short form of who we are in every name: the first 8 characters of the instance id, the first 4 of the boot id. */
export function shortIdentity(identity: { readonly instance: string; readonly boot: string }): string {
  return `${identity.instance.slice(0, 8)}-${identity.boot.slice(0, 4)}`
}

/**
 * Client id of a connection: the gateway's own without `tail`, any other of this process with 4 hex digits of its
 * own (the broker would evict the gateway otherwise).
 */
export function clientId(base: string, who: string, tail?: string): string {
  return `${product.clientPrefix}-${base}-${who}${tail ? `-${tail}` : ''}`
}
