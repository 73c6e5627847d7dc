/** Messages of the gateway as they stand on a broker, for the monitor: address, key and payload. Pure. */
import type { Message, Subject } from '#main/bridges/bridge'
import { messageHead } from '#main/bridges/message'
import type { Service } from '#shared/broker'
import { kafkaNames, mqttNames, valkeyNames } from '#shared/names/build'

export interface Outgoing {
  readonly address: string
  readonly key?: string
  readonly payload: string
  readonly retained: boolean
}

/** Undefined for a message that only renews a life time. */
export function outgoing(service: Service, base: string, { subject, body, refresh }: Message): Outgoing | undefined {
  if (refresh) return undefined
  const cleared = subject.kind === 'clear'
  const what = cleared ? subject.what : subject
  return {
    ...addressOf(service, base, what),
    payload: cleared ? '' : messageHead(service, base) + body,
    retained: service === 'mqtt' && what.kind !== 'response',
  }
}

type Published = Exclude<Subject, { kind: 'clear' }>

function addressOf(
  service: Service,
  base: string,
  what: Published,
): { readonly address: string; readonly key?: string } {
  switch (service) {
    case 'mqtt':
      if (what.kind === 'tag') return { address: mqttNames.tag(base, what.plc, what.tag) }
      return { address: what.kind === 'health' ? mqttNames.health(base, what.plc) : what.to }
    case 'valkey':
      if (what.kind === 'tag') return { address: valkeyNames.tag(base, what.plc, what.tag) }
      return { address: what.kind === 'health' ? valkeyNames.health(base, what.plc) : what.to }
    case 'kafka':
      if (what.kind === 'health') return { address: kafkaNames.health(base), key: what.plc }
      return {
        address: what.kind === 'tag' ? kafkaNames.tags(base) : what.to,
        key: kafkaNames.key(what.plc, what.tag),
      }
  }
}
