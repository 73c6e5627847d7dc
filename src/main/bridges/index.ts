/** From a service's word in the configuration to its bridge. Each loads its client library at its first connect. */
import type { Bridge, BridgeContext } from '#main/bridges/bridge'
import type { Inspector } from '#main/bridges/inspector'
import type { Requester } from '#main/bridges/requester'
import type { Service } from '#shared/broker'
import type { EntryConfigs } from '#shared/config'
import { createKafkaBridge } from './kafka/bridge.ts'
import { createKafkaInspector } from './kafka/inspector.ts'
import { createKafkaRequester } from './kafka/requester.ts'
import { createMqttBridge } from './mqtt/bridge.ts'
import { createMqttInspector } from './mqtt/inspector.ts'
import { createMqttRequester } from './mqtt/requester.ts'
import { createValkeyBridge } from './valkey/bridge.ts'
import { createValkeyInspector } from './valkey/inspector.ts'
import { createValkeyRequester } from './valkey/requester.ts'

const factories: { readonly [S in Service]: (entry: EntryConfigs[S], context: BridgeContext) => Bridge } = {
  mqtt: createMqttBridge,
  valkey: createValkeyBridge,
  kafka: createKafkaBridge,
}

/** The bridge of one broker entry of the configuration. Nothing connects yet. */
export function createBridge<S extends Service>(service: S, entry: EntryConfigs[S], context: BridgeContext): Bridge {
  return factories[service](entry, context)
}

const requesters: { readonly [S in Service]: (entry: EntryConfigs[S], context: BridgeContext) => Requester } = {
  mqtt: createMqttRequester,
  valkey: createValkeyRequester,
  kafka: createKafkaRequester,
}

/**
 * A client of its own for the tester and the checks. Its rights are those of the entry's user name and of
 * `context.password`. Nothing connects yet.
 */
export function createRequester<S extends Service>(
  service: S,
  entry: EntryConfigs[S],
  context: BridgeContext,
): Requester {
  return requesters[service](entry, context)
}

const inspectors: { readonly [S in Service]: (entry: EntryConfigs[S], context: BridgeContext) => Inspector } = {
  mqtt: createMqttInspector,
  valkey: createValkeyInspector,
  kafka: createKafkaInspector,
}

/** Looks at an entry's broker without taking part. Nothing connects yet. */
export function createInspector<S extends Service>(
  service: S,
  entry: EntryConfigs[S],
  context: BridgeContext,
): Inspector {
  return inspectors[service](entry, context)
}
