/** Broker entries as a configuration file gives them where it names no more than the address. */
import type { KafkaConfig, MqttConfig, ValkeyConfig } from '#shared/config'

/** Namespace of all benchmarks: the brokers are their own. */
export const namespace = 'bench'

const common = {
  name: 'Bench',
  enabled: true,
  enable_writeback: true,
  claim: 'on',
  allow_unproven: true,
  use_tls: false,
} as const

export function mqttEntry(port: number): MqttConfig {
  return { ...common, broker: '127.0.0.1', port }
}

export function valkeyEntry(port: number): ValkeyConfig {
  return { ...common, address: `127.0.0.1:${port}`, database: 0, publish_changes: true, backlog: 'refuse' }
}

export function kafkaEntry(port: number): KafkaConfig {
  return {
    ...common,
    brokers: [`127.0.0.1:${port}`],
    required_acks: -1,
    auto_create_topics: true,
    publish_changes: true,
    compression: 'none',
  }
}
