/** What goes out to one broker entry besides changes of values: health, clearing of what is no more, renewal of keys. */
import type { Message } from '#main/bridges/bridge'
import type { Outbox } from '#main/bridges/outbox'
import { healthMessageBody } from '#main/tags/health'
import type { TagTable } from '#main/tags/table'
import type { Service } from '#shared/broker'
import { type BrokerConfig, type PlcConfig, publishedName } from '#shared/config'
import { goesTo } from '#shared/names/table'
import type { PlcState } from '#shared/plc'
import type { PlcPart } from './plc-part.ts'
import type { Published, PublishedName, PublishedPlace } from './published.ts'

/** True where the entry serves the PLC. */
export function serves(entry: BrokerConfig, plc: string): boolean {
  return entry.plcs === undefined || entry.plcs.includes(plc)
}

/** True where the tag's value goes to this entry. */
export function publishes(tags: TagTable, index: number, service: Service, entry: BrokerConfig): boolean {
  const row = tags.rows[index]
  if (!row?.plc.enabled) return false
  return goesTo(row.tag, service) && serves(entry, row.plc.name)
}

/** Health of one PLC, as it is now or as `state` says; switched off by `health_check_enabled: false`. */
export function offerHealth(outbox: Outbox, plc: PlcPart, state: PlcState = plc.state.getState()) {
  if (!plc.config.health_check_enabled) return
  const { name, driver } = plc.config
  const message: Message = {
    subject: { kind: 'health', plc: name },
    body: healthMessageBody(name, driver, state, Date.now()),
  }
  outbox.offerHealth(message)
}

/** Everything an entry leaves at its broker: retained messages on MQTT, keys on Valkey, nothing on Kafka. */
export function namesLeft(service: Service, entry: BrokerConfig, plcs: readonly PlcConfig[]): readonly PublishedName[] {
  if (service === 'kafka') return []
  return plcs
    .filter((plc) => serves(entry, plc.name))
    .flatMap((plc): PublishedName[] => [
      ...(plc.health_check_enabled ? [{ kind: 'health' as const, plc: plc.name }] : []),
      ...(plc.enabled ? plc.tags : [])
        .filter((tag) => goesTo(tag, service))
        .map((tag): PublishedName => ({ kind: 'tag', plc: plc.name, tag: publishedName(tag) })),
    ])
}

/** Clears what stands at a place and is published no more, unless it is published again by then. */
export function createClearing(published: Published, place: PublishedPlace): (outbox: Outbox) => void {
  return (outbox) => {
    for (const what of published.leftOver(place)) {
      outbox.offerClearing({
        what,
        wanted: () => published.isLeftOver(place, what),
        done: () => published.cleared(place, what),
      })
    }
  }
}

/** Renews keys with a life time (`key_ttl`) of healthy tags, three times within it. Returns how to stop. */
export function keepKeysAlive(entry: BrokerConfig, outbox: Outbox, tags: TagTable): () => void {
  const ttl = 'key_ttl' in entry ? entry.key_ttl : undefined
  if (ttl === undefined) return () => {}
  const renew = () => {
    for (const row of tags.rows) {
      if (row && tags.snapshot(row.index).quality === 'good') outbox.offerRefresh(row.index)
    }
  }
  const timer = setInterval(renew, Math.max(250, ttl / 3))
  return () => clearInterval(timer)
}
