/** Where the passwords of a configuration come from: the file, the environment, or a store. Never part of any text. */
import { type EntryId, entryText, services } from '#shared/broker'
import type { BrokerConfig, Config } from '#shared/config'
import { referenceOf } from './fields.ts'

/** Keeps secrets by name (`mqtt/Central`): the key store of the OS in the desktop, `‹config›.secrets` headless. */
export interface SecretStore {
  /** What it is called in texts: `the key store of Windows`, `config.yaml.secrets`. */
  readonly title: string
  /** Undefined where it has none of this name. Rejects with a text for people where the store can't be read. */
  get(name: string): Promise<string | undefined>
  set(name: string, value: string): Promise<void>
  delete(name: string): Promise<void>
  names(): Promise<readonly string[]>
}

export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly store?: SecretStore
}

export type Resolved<T> =
  | { readonly ok: true; readonly value: T }
  /** `name` is what is missing, as the file names it; `error` begins with the entry and says what to do. */
  | { readonly ok: false; readonly name: string; readonly error: string }

/**
 * An entry with user name and password in clear, as its bridge needs it. Where one is missing, that entry does not
 * start; the others do.
 */
export async function resolveSecrets<E extends BrokerConfig>(
  id: EntryId,
  entry: E,
  sources: SecretSources,
): Promise<Resolved<E>> {
  const clear: { username?: string; password?: string } = {}
  for (const key of ['username', 'password'] as const) {
    const text = entry[key]
    if (text === undefined) continue
    const resolved = await resolveOne(text, sources)
    if (!resolved.ok) return { ...resolved, error: `${entryText(id)}: ${key}: ${resolved.error}` }
    clear[key] = resolved.value
  }
  return { ok: true, value: { ...entry, ...clear } }
}

async function resolveOne(text: string, { env, store }: SecretSources): Promise<Resolved<string>> {
  const reference = referenceOf(text)
  if (!reference) return { ok: true, value: text }
  const { kind, name } = reference
  if (kind === 'env') {
    const value = env[name]
    return value
      ? { ok: true, value }
      : { ok: false, name: text, error: `the environment variable ${name} is not set. Set it, then start again.` }
  }
  if (!store)
    return {
      ok: false,
      name: text,
      error: `there is no store for the secret "${name}" here. Write an environment variable instead: \${NAME}.`,
    }
  try {
    const value = await store.get(name)
    return value
      ? { ok: true, value }
      : { ok: false, name: text, error: `the secret "${name}" is not in ${store.title}. Enter it there.` }
  } catch (error) {
    return {
      ok: false,
      name: text,
      error: `the secret "${name}" can not be read: ${error instanceof Error ? error.message : `${store.title} failed.`}`,
    }
  }
}

/** Names of the store's secrets that a configuration needs, for *Export for a server*. */
export function secretNames(config: Config): string[] {
  const names = entriesOf(config).flatMap(({ username, password }) =>
    [username, password].flatMap((text) => {
      const reference = text === undefined ? undefined : referenceOf(text)
      return reference?.kind === 'secret' ? [reference.name] : []
    }),
  )
  return [...new Set(names)]
}

/** Name of an entry's password in the store: `mqtt/Central`; `mqtt/Central-2` where that one is `taken`. */
export function secretName({ service, name }: EntryId, taken: ReadonlySet<string> = new Set()): string {
  const wanted = `${service}/${name.replace(/[${}\p{C}]/gu, '_')}`
  for (let n = 1; ; n++) {
    const end = n === 1 ? '' : `-${n}`
    const candidate = wanted.slice(0, 200 - end.length) + end
    if (!taken.has(candidate)) return candidate
  }
}

/** What stands in the file for a secret of the store. */
export function secretReference(name: string): string {
  return `\${secret:${name}}`
}

/** What stands for a secret in everything that is shown, logged or exported. */
export const hidden = '‹hidden›'

/** The same configuration to show: clear passwords are hidden, references stay (they are names). */
export function redact(config: Config): Config {
  const hide = <E extends BrokerConfig>(entry: E): E =>
    entry.password === undefined || referenceOf(entry.password) ? entry : { ...entry, password: hidden }
  return { ...config, mqtt: config.mqtt.map(hide), valkey: config.valkey.map(hide), kafka: config.kafka.map(hide) }
}

function entriesOf(config: Config): readonly BrokerConfig[] {
  return services.flatMap((service): readonly BrokerConfig[] => config[service])
}
