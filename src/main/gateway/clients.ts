/** Clients of an entry's broker beside the gateway's own connection: for the tester, the monitor, the Test button. */
import { createInspector, createRequester } from '#main/bridges/index'
import type { Inspector } from '#main/bridges/inspector'
import type { Requester } from '#main/bridges/requester'
import { type Resolved, resolveSecrets, type SecretSources } from '#main/config/secrets'
import type { Log } from '#main/log'
import { type EntryId, entryText, type Service } from '#shared/broker'
import type { BrokerConfig, Config, EntryConfigs } from '#shared/config'
import { base, shortIdentity } from '#shared/names/build'

export interface ClientSources {
  readonly identity: { readonly instance: string; readonly boot: string }
  readonly secrets: SecretSources
  log(area: string): Log
}

/** Each has connections and a client id of its own. Nothing connects before it is used. */
export interface Clients {
  /** First part of all names of the entry. */
  readonly base: string
  inspector(): Inspector
  requester(): Requester
}

/** The clients of a configured entry; a text where it can't have any. */
export type ClientsOf = (config: Config, id: EntryId) => Promise<Resolved<Clients>>

/** The clients of a configured entry, with its secrets put in; a text where one is missing. */
export async function clientsFor(config: Config, id: EntryId, sources: ClientSources): Promise<Resolved<Clients>> {
  switch (id.service) {
    case 'mqtt':
      return await resolved('mqtt', config.mqtt, id, config.namespace, sources)
    case 'valkey':
      return await resolved('valkey', config.valkey, id, config.namespace, sources)
    case 'kafka':
      return await resolved('kafka', config.kafka, id, config.namespace, sources)
  }
}

async function resolved<S extends Service>(
  service: S,
  entries: readonly EntryConfigs[S][],
  id: EntryId,
  namespace: string,
  sources: ClientSources,
): Promise<Resolved<Clients>> {
  const entry = entries.find(({ name }) => name === id.name)
  if (!entry)
    return { ok: false, name: '', error: `${entryText(id)}: there is no such entry. Reload the configuration.` }
  const clear = await resolveSecrets<EntryConfigs[S]>(id, entry, sources.secrets)
  if (!clear.ok) return clear
  const { password }: BrokerConfig = clear.value
  const context = {
    namespace,
    who: shortIdentity(sources.identity),
    log: sources.log(service),
    ...(password === undefined ? {} : { password }),
  }
  return {
    ok: true,
    value: {
      base: base(service, namespace, entry.selector),
      inspector: () => createInspector(service, clear.value, context),
      requester: () => createRequester(service, clear.value, context),
    },
  }
}
