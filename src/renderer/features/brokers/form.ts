/** A broker entry as it is being edited: texts and switches, what is wrong with them, and the edits they come to. Pure. */
import { splitAddress } from '#shared/address'
import { type EntryId, entryText, type Service } from '#shared/broker'
import type { CommandEntry } from '#shared/commands'
import type { ConfigEdit, EntryDraft, EntryKeys } from '#shared/contract/edits'
import { durationMs, durationText } from '#shared/duration'
import { base } from '#shared/names/build'
import { baseProblem, ownedNameProblem, selectorProblem } from '#shared/names/rules'

/** `port` is inside `address`. Empty texts mean "not in the file". */
export interface EntryForm {
  readonly service: Service
  readonly name: string
  /** `host`, `host:port`, or for Kafka several with commas. */
  readonly address: string
  readonly enabled: boolean
  readonly selector: string
  /** Absent: all. */
  readonly plcs: readonly string[] | undefined
  readonly writeback: boolean
  readonly tls: boolean
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
  readonly serverName: string
  readonly username: string
  /** Typed anew; '' keeps what is set. */
  readonly password: string
  readonly passwordSet: boolean
  readonly passwordRemoved: boolean
  readonly claim: boolean
  readonly allowUnproven: boolean
  readonly clientId: string
  readonly database: string
  readonly keyTtl: string
  readonly publishChanges: boolean
  readonly executeBacklog: boolean
  readonly sasl: '' | 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly acks: '-1' | '0' | '1'
  readonly autoCreate: boolean
  readonly consumerGroup: string
  readonly gzip: boolean
}

export const defaultPorts = { mqtt: 1883, valkey: 6379, kafka: 9092 } as const
const tlsPort = 8883

export function emptyForm(service: Service): EntryForm {
  return {
    service,
    name: '',
    address: '',
    enabled: true,
    selector: '',
    plcs: undefined,
    writeback: service === 'mqtt',
    tls: false,
    caFile: '',
    certFile: '',
    keyFile: '',
    serverName: '',
    username: '',
    password: '',
    passwordSet: false,
    passwordRemoved: false,
    claim: true,
    allowUnproven: service === 'kafka',
    clientId: '',
    database: '',
    keyTtl: '',
    publishChanges: true,
    executeBacklog: false,
    sasl: '',
    acks: '-1',
    autoCreate: true,
    consumerGroup: '',
    gzip: false,
  }
}

export function formOf(entry: CommandEntry): EntryForm {
  const { service, config } = entry
  const common: EntryForm = {
    ...emptyForm(service),
    name: config.name,
    enabled: config.enabled,
    selector: config.selector ?? '',
    plcs: config.plcs,
    writeback: config.enable_writeback,
    tls: config.use_tls,
    caFile: config.ca_file ?? '',
    certFile: config.cert_file ?? '',
    keyFile: config.key_file ?? '',
    serverName: config.tls_server_name ?? '',
    username: config.username ?? '',
    passwordSet: config.password !== undefined,
    claim: config.claim === 'on',
    allowUnproven: config.allow_unproven,
  }
  switch (service) {
    case 'mqtt': {
      const { broker, port, client_id } = config
      const usual = config.use_tls ? tlsPort : defaultPorts.mqtt
      return {
        ...common,
        address: port === usual ? broker : `${broker.includes(':') ? `[${broker}]` : broker}:${port}`,
        clientId: client_id ?? '',
      }
    }
    case 'valkey':
      return {
        ...common,
        address: config.address,
        database: config.database === 0 ? '' : String(config.database),
        keyTtl: config.key_ttl === undefined ? '' : durationText(config.key_ttl),
        publishChanges: config.publish_changes,
        executeBacklog: config.backlog === 'execute',
      }
    case 'kafka':
      return {
        ...common,
        address: config.brokers.join(', '),
        publishChanges: config.publish_changes,
        sasl: config.sasl_mechanism ?? '',
        acks: `${config.required_acks}`,
        autoCreate: config.auto_create_topics,
        consumerGroup: config.consumer_group ?? '',
        gzip: config.compression === 'gzip',
      }
  }
}

export interface FormContext {
  readonly namespace: string
  readonly plcNames: readonly string[]
  /** Other entries' names of the same service. */
  readonly otherNames: readonly string[]
}

export type EntryProblems = { readonly [field in keyof EntryForm]?: string }

/** What is wrong while typing; the file's own rules have the last word when it is saved. */
export function entryProblems(form: EntryForm, context: FormContext): EntryProblems {
  const { service, selector, certFile, keyFile, tls } = form
  const own = base(service, context.namespace, selector || undefined)
  const found: { [field in keyof EntryForm]?: string | undefined } = {
    name: nameProblem(form.name, context.otherNames),
    address: addressProblem(form),
    selector: selector === '' ? undefined : (selectorProblem(selector, context.plcNames) ?? baseProblem(own)),
    certFile: tls && keyFile !== '' && certFile === '' ? 'is needed beside the key file' : undefined,
    keyFile: tls && certFile !== '' && keyFile === '' ? 'is needed beside the certificate' : undefined,
    plcs: form.plcs?.length === 0 ? 'choose at least one PLC, or all' : undefined,
    clientId: ownedProblem(form.clientId, context.namespace),
    consumerGroup: ownedProblem(form.consumerGroup, context.namespace),
    database: /^\d{0,5}$/.test(form.database) ? undefined : 'is a whole number, 0 where it is empty',
    keyTtl: ttlProblem(form.keyTtl),
    username: form.sasl !== '' && form.username === '' ? 'is needed for SASL' : undefined,
  }
  return Object.fromEntries(Object.entries(found).filter(([, text]) => text !== undefined))
}

function nameProblem(name: string, others: readonly string[]): string | undefined {
  if (name.trim() === '') return 'is empty: a name for people, such as Central'
  return others.includes(name) ? 'is the name of another entry of this service' : undefined
}

function addressProblem({ service, address }: EntryForm): string | undefined {
  if (address.trim() === '') return 'is empty: a host name or IP address'
  const parts = service === 'kafka' ? address.split(',') : [address]
  const wrong = parts.map((part) => part.trim()).find((part) => splitAddress(part, defaultPorts[service]) === undefined)
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is no host or host:port`
}

function ownedProblem(name: string, namespace: string): string | undefined {
  return name === '' ? undefined : ownedNameProblem(name, namespace)
}

function ttlProblem(text: string): string | undefined {
  if (text === '') return undefined
  const ms = durationMs(text)
  return ms !== undefined && ms >= 1_000 ? undefined : 'is a duration from 1s, such as 30s or 10m'
}

/** All keys of the entry as they stand in the file; null where the default holds. */
export function keysOf(form: EntryForm): EntryKeys {
  const text = (value: string) => (value.trim() === '' ? null : value.trim())
  const unless = (value: boolean, usual: boolean) => (value === usual ? null : value)
  const { service, tls } = form
  const common: EntryKeys = {
    enabled: unless(form.enabled, true),
    selector: text(form.selector),
    plcs: form.plcs ? [...form.plcs] : null,
    enable_writeback: unless(form.writeback, service === 'mqtt'),
    claim: form.claim ? null : 'off',
    allow_unproven: unless(form.allowUnproven, service === 'kafka'),
    use_tls: unless(tls, false),
    ca_file: tls ? text(form.caFile) : null,
    cert_file: tls ? text(form.certFile) : null,
    key_file: tls ? text(form.keyFile) : null,
    tls_server_name: tls ? text(form.serverName) : null,
    username: text(form.username),
  }
  switch (service) {
    case 'mqtt': {
      const { host, port } = splitAddress(form.address.trim(), tls ? tlsPort : defaultPorts.mqtt) ?? {
        host: form.address.trim(),
        port: null,
      }
      return {
        ...common,
        broker: host,
        port: port === (tls ? tlsPort : defaultPorts.mqtt) ? null : port,
        client_id: text(form.clientId),
      }
    }
    case 'valkey':
      return {
        ...common,
        address: form.address.trim(),
        database: form.database === '' ? null : Number(form.database),
        key_ttl: text(form.keyTtl),
        publish_changes: unless(form.publishChanges, true),
        backlog: form.executeBacklog ? 'execute' : null,
      }
    case 'kafka':
      return {
        ...common,
        brokers: form.address
          .split(',')
          .map((part) => part.trim())
          .filter(Boolean),
        publish_changes: unless(form.publishChanges, true),
        sasl_mechanism: form.sasl || null,
        required_acks: form.acks === '-1' ? null : Number(form.acks),
        auto_create_topics: unless(form.autoCreate, true),
        consumer_group: text(form.consumerGroup),
        compression: form.gzip ? 'gzip' : null,
      }
  }
}

/** The entry as `add-entry` and Test take it: without the keys that are not set. */
export function draftOf(form: EntryForm): EntryDraft {
  const set = Object.entries(keysOf(form)).filter(([, value]) => value !== null)
  return { name: form.name.trim(), ...Object.fromEntries(set) }
}

/** All that a test of the form tries: of another form it says nothing. */
export function testSubject(form: EntryForm): string {
  return JSON.stringify([form.service, draftOf(form), form.password])
}

/** What saving comes to: only what was changed. `before` absent: a new entry. */
export function editsOf(form: EntryForm, before: EntryForm | undefined): ConfigEdit[] {
  const entry: EntryId = { service: form.service, name: form.name.trim() }
  const password = passwordEdit(form, entry)
  if (!before) return [{ kind: 'add-entry', service: form.service, entry: draftOf(form) }, ...password]
  const edits: ConfigEdit[] = []
  if (before.name !== entry.name)
    edits.push({ kind: 'rename-entry', entry: { service: form.service, name: before.name }, to: entry.name })
  const keys = changedKeys(keysOf(form), keysOf(before))
  if (Object.keys(keys).length > 0) edits.push({ kind: 'set-entry', entry, keys })
  return [...edits, ...password]
}

/**
 * Keys of an MQTT entry that say together where it connects: in the file `mqtts://host:8884` says all three, and the
 * form does not know how it is written there. Changed together, they mean what the form shows.
 */
const wayKeys: readonly string[] = ['broker', 'port', 'use_tls']

function changedKeys(keys: EntryKeys, before: EntryKeys): EntryKeys {
  const differs = (key: string) =>
    JSON.stringify(keys[key as keyof EntryKeys]) !== JSON.stringify(before[key as keyof EntryKeys])
  const way = keys.broker !== undefined && wayKeys.some(differs)
  return Object.fromEntries(Object.entries(keys).filter(([key]) => differs(key) || (way && wayKeys.includes(key))))
}

function passwordEdit(form: EntryForm, entry: EntryId): ConfigEdit[] {
  if (form.password !== '') return [{ kind: 'set-password', entry, password: form.password }]
  return form.passwordRemoved ? [{ kind: 'set-password', entry, password: null }] : []
}

/** `Save and reconnect Central`: what the button does. */
export function saveText(form: EntryForm, before: EntryForm | undefined): string {
  if (!before) return form.enabled ? 'Add and connect' : 'Add'
  if (!form.enabled) return before.enabled ? 'Save and disconnect' : 'Save'
  return `Save and reconnect ${form.name.trim()}`
}

export function titleOf(form: EntryForm): string {
  return entryText({ service: form.service, name: form.name })
}
