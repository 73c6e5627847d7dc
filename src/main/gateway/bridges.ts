/** From the configuration's enabled broker entries to their bridges, with secrets put in. */
import { createBridge, createInspector, createRequester } from '#main/bridges/index'
import { resolveSecrets, type SecretSources } from '#main/config/secrets'
import type { Log } from '#main/log'
import type { EntryId, Service } from '#shared/broker'
import type { BrokerConfig, Config, EntryConfigs, KafkaConfig, MqttConfig, ValkeyConfig } from '#shared/config'
import { shortIdentity } from '#shared/names/build'
import type { EntryBridge } from './parts.ts'

export interface BridgeSources {
  readonly identity: { readonly instance: string; readonly boot: string }
  readonly secrets: SecretSources
  /** Hears each password, so that no log line can show it. */
  onSecret(secret: string): void
  log(area: string): Log
}

/** One for each enabled entry; an entry whose secret is missing has the reason in place of its bridge. */
export async function buildBridges(config: Config, sources: BridgeSources): Promise<readonly EntryBridge[]> {
  const made = [
    ...config.mqtt.map((entry) => buildBridge('mqtt', entry, mqttAddress(entry), config, sources)),
    ...config.valkey.map((entry) => buildBridge('valkey', entry, valkeyAddress(entry), config, sources)),
    ...config.kafka.map((entry) => buildBridge('kafka', entry, kafkaAddress(entry), config, sources)),
  ]
  return (await Promise.all(made)).filter(({ config: entry }) => entry.enabled)
}

const mqttAddress = ({ broker, port }: MqttConfig) => `${broker}:${port}`
const valkeyAddress = ({ address, database }: ValkeyConfig) => `${address}/${database}`
const kafkaAddress = ({ brokers }: KafkaConfig) => brokers.join(',')

/** Address of an entry's broker, without credentials. */
export function brokerAddress(entry: BrokerConfig): string {
  if ('brokers' in entry) return kafkaAddress(entry)
  return 'address' in entry ? valkeyAddress(entry) : mqttAddress(entry)
}

async function buildBridge<S extends Service>(
  service: S,
  entry: EntryConfigs[S],
  broker: string,
  config: Config,
  sources: BridgeSources,
): Promise<EntryBridge> {
  const id: EntryId = { service, name: entry.name }
  const resolved = await resolveSecrets<EntryConfigs[S]>(id, entry, sources.secrets)
  if (!resolved.ok) return { id, config: entry, broker, bridge: resolved.error }
  const clear: BrokerConfig = resolved.value
  if (clear.password !== undefined) sources.onSecret(clear.password)
  const context = {
    namespace: config.namespace,
    who: shortIdentity(sources.identity),
    log: sources.log(service),
    ...(clear.password === undefined ? {} : { password: clear.password }),
  }
  const clients = {
    requester: () => createRequester(service, resolved.value, context),
    inspector: () => createInspector(service, resolved.value, context),
  }
  return { id, config: entry, broker, bridge: createBridge(service, resolved.value, context), clients }
}
