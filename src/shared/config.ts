import type { WriteMode } from './write.ts'

/**
 * The configuration after reading: keys as in the file (config.md), absent ones filled in, durations in ms.
 * `main/config/schema.ts` makes it from the file's text.
 */
export interface Config {
  readonly namespace: string
  readonly site?: string
  /** ms between two polls of a PLC that names no rate of its own. */
  readonly poll_rate: number
  readonly write_mode: WriteMode
  /** ms */
  readonly write_max_age: number
  /** ms */
  readonly write_timeout: number
  readonly commissioning?: { readonly plc: string; readonly tag: string }
  readonly plcs: readonly PlcConfig[]
  readonly mqtt: readonly MqttConfig[]
  readonly valkey: readonly ValkeyConfig[]
  readonly kafka: readonly KafkaConfig[]
}

export interface PlcConfig {
  readonly name: string
  readonly driver: 'logix' | 'micro800'
  /** `host` or `host:port`; the port is 44818 where absent. */
  readonly address: string
  readonly slot: number
  /** CIP path as text; wins over `slot`. */
  readonly connection_path?: string
  /** CIP connections opened at the PLC, 1 to 4; absent: 2, and 1 at a Micro800. */
  readonly connections?: number
  readonly enabled: boolean
  /** ms; the global rate where the PLC names none. */
  readonly poll_rate: number
  /** ms */
  readonly timeout: number
  readonly health_check_enabled: boolean
  readonly pin: readonly { readonly vendor: number; readonly product: number; readonly serial: number }[]
  readonly tags: readonly TagConfig[]
}

export interface TagConfig {
  readonly name: string
  readonly alias?: string
  readonly enabled: boolean
  readonly writable: boolean
  readonly ignore_changes: readonly string[]
  readonly min?: number
  readonly max?: number
  readonly enum?: readonly (number | string | boolean)[]
  readonly no_mqtt: boolean
  readonly no_valkey: boolean
  readonly no_kafka: boolean
}

/** Name under which a tag is published and written. */
export function publishedName(tag: Pick<TagConfig, 'name' | 'alias'>): string {
  return tag.alias ?? tag.name
}

interface EntryConfig {
  readonly name: string
  readonly enabled: boolean
  readonly selector?: string
  /** PLC names this entry is limited to; absent: all. */
  readonly plcs?: readonly string[]
  readonly enable_writeback: boolean
  readonly claim: 'on' | 'off'
  readonly allow_unproven: boolean
  readonly use_tls: boolean
  readonly ca_file?: string
  readonly cert_file?: string
  readonly key_file?: string
  readonly tls_server_name?: string
  readonly username?: string
  /** As in the file: clear text, `${ENV_NAME}` or `${secret:…}`; `config/secrets.ts` resolves it. */
  readonly password?: string
}

export interface MqttConfig extends EntryConfig {
  /** Host name or address alone; a URL or host:port of the file is taken apart. */
  readonly broker: string
  readonly port: number
  readonly client_id?: string
}

export interface ValkeyConfig extends EntryConfig {
  /** `host:port` */
  readonly address: string
  readonly database: number
  /** ms; absent: keys do not expire. */
  readonly key_ttl?: number
  readonly publish_changes: boolean
  readonly backlog: 'refuse' | 'execute'
}

export interface KafkaConfig extends EntryConfig {
  /** `host:port` each */
  readonly brokers: readonly string[]
  readonly sasl_mechanism?: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly required_acks: -1 | 0 | 1
  readonly auto_create_topics: boolean
  readonly consumer_group?: string
  readonly publish_changes: boolean
  readonly compression: 'none' | 'gzip'
}

export type BrokerConfig = MqttConfig | ValkeyConfig | KafkaConfig

/** Kind of entry by service. */
export interface EntryConfigs {
  readonly mqtt: MqttConfig
  readonly valkey: ValkeyConfig
  readonly kafka: KafkaConfig
}

/** One mistake in a configuration, or one remark about it. */
export interface ConfigProblem {
  readonly severity: 'error' | 'warning'
  /** Path of keys, `plcs[0].tags[2].name`; '' for the whole file. */
  readonly path: string
  /** 1-based place in the file. */
  readonly line: number
  readonly column: number
  /** What is wrong, what is expected, what to do. One sentence or two. */
  readonly text: string
}
