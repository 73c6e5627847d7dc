import type { Service } from '#shared/broker'
import { product } from '#shared/product'
import { clientId, kafkaNames, kafkaTopics, mqttNames, valkeyNames } from './build.ts'

/** PLC of a topic that `{base}/+/write` delivered; undefined where the topic is not of this form. */
export function plcOfWriteTopic(base: string, topic: string): string | undefined {
  return between(topic, `${base}/`, '/write', '/')
}

/** PLC of a health message by its topic or channel; undefined where it is none of this base. On Kafka the key says it. */
export function plcOfHealth(service: 'mqtt' | 'valkey', base: string, address: string): string | undefined {
  const separator = service === 'mqtt' ? '/' : ':'
  return between(address, `${base}${separator}`, `${separator}health`, separator)
}

/** Whether answers of this base, and of no other, belong there. */
export function isAnswerAddress(service: Service, base: string, address: string): boolean {
  switch (service) {
    case 'mqtt':
      return plcOfResponseTopic(base, address) !== undefined
    case 'valkey':
      return address === valkeyNames.responses(base)
    case 'kafka':
      return address === kafkaNames.responses(base)
  }
}

/** PLC of the topic of an answer. */
export function plcOfResponseTopic(base: string, topic: string): string | undefined {
  return between(topic, `${base}/`, '/write/response', '/')
}

/** Short form of whoever tells its presence on this topic; undefined where it is none of this base. */
export function whoOfPresenceTopic(base: string, topic: string): string | undefined {
  const who = between(topic, mqttNames.presence(base, ''), '', '/')
  return who !== undefined && isShortIdentity(who) ? who : undefined
}

/** Whether it has the form that `shortIdentity` (build.ts) makes. */
export function isShortIdentity(who: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}$/.test(who)
}

/** Who a client is, by the client id that `clientId` (build.ts) makes, and the tail of connections that are not the gateway's. */
export function whoOfClientId(base: string, id: string): { readonly who: string; readonly tail?: string } | undefined {
  const head = clientId(base, '')
  const match = id.startsWith(head)
    ? /^([0-9a-f]{8}-[0-9a-f]{4})(?:-([0-9a-f]{4}))?$/.exec(id.slice(head.length))
    : null
  if (!match?.[1]) return undefined
  return match[2] === undefined ? { who: match[1] } : { who: match[1], tail: match[2] }
}

/** Whether a client id is one that `clientId` (build.ts) makes, of whatever base. */
export function isClientId(id: string): boolean {
  return id.startsWith(`${product.clientPrefix}-`) && /-[0-9a-f]{8}-[0-9a-f]{4}(?:-[0-9a-f]{4})?$/.test(id)
}

/** Whether a topic, key, channel or group is under a base. What belongs to a selector of it is under it too. */
export function isUnder(service: Service, base: string, name: string): boolean {
  switch (service) {
    case 'mqtt':
      return name.startsWith(`${base}/`)
    case 'valkey':
      return name.startsWith(`${base}:`)
    case 'kafka':
      return kafkaTopics(base).includes(name) || isWatchGroup(base, name)
  }
}

/** Whether it is a group that only watches, of any gateway of this base. */
export function isWatchGroup(base: string, group: string): boolean {
  const head = `${base}-watch-`
  return group.startsWith(head) && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}$/.test(group.slice(head.length))
}

/** Where a gateway that takes requests on `address` answers; undefined where the address has not the form of a request's. */
export function responseAddressOf(service: Service, address: string): string | undefined {
  switch (service) {
    case 'mqtt':
      return /^.+\/[^/]+\/write$/s.test(address) ? mqttNames.response(address) : undefined
    case 'valkey':
      return own(address, valkeyNames.writes, valkeyNames.responses)
    case 'kafka':
      return own(address, kafkaNames.writes, kafkaNames.responses)
  }
}

function own(address: string, writes: (base: string) => string, responses: (base: string) => string) {
  const end = writes('')
  const base = address.endsWith(end) ? address.slice(0, -end.length) : ''
  return base === '' ? undefined : responses(base)
}

/** What stands between head and tail, one part long. */
function between(text: string, head: string, tail: string, separator: string): string | undefined {
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length <= head.length + tail.length) return undefined
  const part = text.slice(head.length, text.length - tail.length)
  return part.includes(separator) ? undefined : part
}
