/** Makes entries of `Config` from what stands in the file: addresses taken apart, what is absent filled in. */
import { joinAddress, splitAddress } from '#shared/address'
import type { KafkaConfig, MqttConfig, PlcConfig, TagConfig, ValkeyConfig } from '#shared/config'
import type { Group } from './read-group.ts'
import type { FileKafka, FileMqtt, FilePlc, FileValkey } from './schema.ts'

/** A broker as three keys may say it; `problem` is told at `key`. */
export type BrokerAddress =
  | { readonly ok: true; readonly broker: string; readonly port: number; readonly useTls: boolean }
  | { readonly ok: false; readonly key: 'broker' | 'port' | 'use_tls'; readonly problem: string }

const tlsOfScheme: Readonly<Record<string, boolean | undefined>> = Object.assign(Object.create(null), {
  mqtt: false,
  tcp: false,
  mqtts: true,
  ssl: true,
  tls: true,
})

/**
 * Takes `broker`, `port` and `use_tls` together: `host`, `host:port`, `[::1]:1884`, `mqtts://host`. Never repeats a URL
 * in its texts, for it may hold a password.
 */
export function mqttAddress(part: Pick<Partial<FileMqtt>, 'broker' | 'port' | 'use_tls'>): BrokerAddress | undefined {
  if (part.broker === undefined) return undefined
  const wrong = (problem: string, key: 'broker' | 'port' | 'use_tls' = 'broker') =>
    ({ ok: false, key, problem }) as const
  const url = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(part.broker)
  const rest = url?.[2] ?? part.broker
  if (rest.includes('@')) return wrong('must not hold a user or password. Put them under username and password.')
  const tls = url ? tlsOfScheme[(url[1] ?? '').toLowerCase()] : undefined
  if (url && tls === undefined)
    return wrong('begins with a scheme that is not supported. Expected mqtt:// or mqtts://, or a host name alone.')
  if (tls && part.use_tls === false)
    return wrong('is false, but the scheme of broker asks for TLS. Change one of them.', 'use_tls')
  const useTls = part.use_tls ?? tls ?? false
  const address = url ? rest.replace(/\/$/, '') : rest
  // Read with two default ports: where they make no difference, the text has a port of its own.
  const parts = splitAddress(address, 65_535)
  if (!parts) return wrong('is no address. Expected a host name, host:port, an IP address, or mqtt://host:port.')
  const told = splitAddress(address, 1)?.port === parts.port ? parts.port : undefined
  if (told !== undefined && part.port !== undefined && told !== part.port) {
    return wrong(`is ${part.port}, but broker says ${told}. Leave one of them out.`, 'port')
  }
  return { ok: true, broker: parts.host, port: told ?? part.port ?? (useTls ? 8883 : 1883), useTls }
}

/** Undefined where the entry, or its address, has a mistake. */
export function completeMqtt(group: Group<FileMqtt>): MqttConfig | undefined {
  const address = mqttAddress(group.part)
  if (!group.whole || !address?.ok) return undefined
  return { ...group.whole, broker: address.broker, port: address.port, use_tls: address.useTls }
}

export function completeValkey({ whole }: Group<FileValkey>): ValkeyConfig | undefined {
  if (!whole) return undefined
  const { key_ttl, ...rest } = whole
  return {
    ...rest,
    use_tls: whole.use_tls ?? false,
    address: withPort(whole.address, 6379),
    ...(key_ttl ? { key_ttl } : {}),
  }
}

export function completeKafka({ whole }: Group<FileKafka>): KafkaConfig | undefined {
  return (
    whole && {
      ...whole,
      use_tls: whole.use_tls ?? false,
      brokers: whole.brokers.map((address) => withPort(address, 9092)),
    }
  )
}

export function completePlc(
  { whole }: Group<FilePlc>,
  tags: readonly TagConfig[],
  pollRate: number,
): PlcConfig | undefined {
  return whole && { ...whole, poll_rate: whole.poll_rate ?? pollRate, tags }
}

/** `host:port` of an address that is known to be well formed. */
export function withPort(address: string, defaultPort: number): string {
  const parts = splitAddress(address, defaultPort)
  return parts ? joinAddress(parts) : address
}
