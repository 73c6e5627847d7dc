/**
 * A write request as a sender makes it: address, payload and Kafka key for each broker (wire.md §1 and §3). For the
 * write-back tester and the ready-made commands; the gateway reads requests on its own in `main/writeback/request`.
 */
import type { Service } from './broker.ts'
import { kafkaNames, mqttNames, valkeyNames } from './names/build.ts'

/** What is to be written where. `valueJson` is JSON text, so that 64-bit integers keep their digits. */
export interface RequestParts {
  readonly plc: string
  /** Published name of the tag, or its own. */
  readonly tag: string
  readonly valueJson: string
  /** Echoed in the answer; a repeat of it is not executed again. */
  readonly requestId?: string
  /** RFC 3339: after `write_max_age` it is refused. */
  readonly timestamp?: string
  /** Whom the request means; absent: `base`. */
  readonly addressee?: string
}

/** A request ready to be sent. `address`: MQTT topic, Valkey list or Kafka topic. `key`: of the Kafka record. */
export interface RequestMessage {
  readonly address: string
  readonly payload: string
  readonly key?: string
}

/** Field that names the instance, by service; Kafka's may be left out. */
export const addresseeFields = { mqtt: 'topic', valkey: 'factory', kafka: 'namespace' } as const

/** Where requests for `plc` are sent to. */
export function requestAddress(service: Service, base: string, plc: string): string {
  switch (service) {
    case 'mqtt':
      return mqttNames.write(base, plc)
    case 'valkey':
      return valkeyNames.writes(base)
    case 'kafka':
      return kafkaNames.writes(base)
  }
}

/** Where the answer to a request for `plc` comes. */
export function responseAddress(service: Service, base: string, plc: string): string {
  switch (service) {
    case 'mqtt':
      return mqttNames.response(mqttNames.write(base, plc))
    case 'valkey':
      return valkeyNames.responses(base)
    case 'kafka':
      return kafkaNames.responses(base)
  }
}

/** The message of a request. On Kafka the addressee is put in only where it is given: the guide's senders have none. */
export function buildRequest(service: Service, base: string, parts: RequestParts): RequestMessage {
  const { plc, tag } = parts
  const addressee = parts.addressee ?? (service === 'kafka' ? undefined : base)
  const fields = [
    addressee === undefined ? undefined : member(addresseeFields[service], JSON.stringify(addressee)),
    member('plc', JSON.stringify(plc)),
    member('tag', JSON.stringify(tag)),
    member('value', parts.valueJson),
    parts.requestId === undefined ? undefined : member('request_id', JSON.stringify(parts.requestId)),
    parts.timestamp === undefined ? undefined : member('timestamp', JSON.stringify(parts.timestamp)),
  ]
  return {
    address: requestAddress(service, base, plc),
    payload: `{${fields.filter((field) => field !== undefined).join(',')}}`,
    ...(service === 'kafka' ? { key: kafkaNames.key(plc, tag) } : {}),
  }
}

function member(name: string, json: string): string {
  return `"${name}":${json}`
}
