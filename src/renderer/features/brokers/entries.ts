import type { CommandEntry } from '#shared/commands'
import type { ConfigView } from '#shared/site'

/** All broker entries of a configuration, service by service. */
export function allEntries(config: ConfigView): readonly CommandEntry[] {
  return [
    ...config.mqtt.map((one) => ({ service: 'mqtt', config: one }) as const),
    ...config.valkey.map((one) => ({ service: 'valkey', config: one }) as const),
    ...config.kafka.map((one) => ({ service: 'kafka', config: one }) as const),
  ]
}
