/**
 * Ready-made lines for `mosquitto_pub`, `redis-cli` and `kcat`: to write a tag, and to watch what goes by. In go an entry
 * of the configuration and an address, out comes one line for a POSIX shell or the Windows prompt. A password never
 * stands in a line: the line reads it from an environment variable, and says which.
 */
import { splitAddress } from './address.ts'
import type { Service } from './broker.ts'
import type { EntryConfigs } from './config.ts'
import { kafkaNames, mqttNames, valkeyNames } from './names/build.ts'
import { quoted, type Shell, shellProofJson, variable } from './quoting.ts'
import { jsonToText, parseJson } from './value.ts'
import { buildRequest, type RequestMessage, type RequestParts, responseAddress } from './write-request.ts'

/** A broker entry together with the service it belongs to. */
export type CommandEntry = { [S in Service]: { readonly service: S; readonly config: EntryConfigs[S] } }[Service]

/** `password`: the environment variable the line reads it from; absent where the entry has no login. */
export type Command =
  | { readonly ok: true; readonly text: string; readonly password?: string }
  /** This shell can't pass the text on; why, and what to do. */
  | { readonly ok: false; readonly why: string }

/** Name of the program, by service. */
export const programs = { mqtt: 'mosquitto_pub', valkey: 'redis-cli', kafka: 'kcat' } as const

const passwordVariables = { mqtt: 'MQTT_PASSWORD', valkey: 'REDISCLI_AUTH', kafka: 'KAFKA_PASSWORD' } as const

/** Sends `message` as it is. `retain` is MQTT's alone. */
export function sendCommand(
  entry: CommandEntry,
  message: RequestMessage & { readonly retain?: boolean },
  shell: Shell,
): Command {
  const payload = payloadFor(message.payload, shell)
  switch (entry.service) {
    case 'mqtt':
      return line(entry, shell, [
        'mosquitto_pub',
        ...mqttOptions(entry.config),
        '-q',
        '1',
        ...(message.retain ? ['-r'] : []),
        '-t',
        message.address,
        ...(message.payload === '' ? ['-n'] : ['-m', payload]),
      ])
    case 'valkey':
      return line(entry, shell, ['redis-cli', ...valkeyOptions(entry.config), 'RPUSH', message.address, payload])
    case 'kafka':
      return kafkaSend(entry, message, payload, shell)
  }
}

/** Writes a tag: the request the guide shows, without an id or a time, so that the line can be used again and again. */
export function writeCommand(entry: CommandEntry, base: string, parts: RequestParts, shell: Shell): Command {
  return sendCommand(entry, buildRequest(entry.service, base, parts), shell)
}

/** What `watchCommand` shows. */
export type Watched =
  | { readonly kind: 'tag'; readonly plc: string; readonly tag: string }
  | { readonly kind: 'responses'; readonly plc: string }
  | { readonly kind: 'all' }

/** Shows what goes by, until it is ended. On Valkey a tag's line reads the key once: changes come for all tags of a PLC. */
export function watchCommand(entry: CommandEntry, base: string, watched: Watched, shell: Shell): Command {
  switch (entry.service) {
    case 'mqtt': {
      const filter = mqttFilter(base, watched)
      return line(entry, shell, ['mosquitto_sub', ...mqttOptions(entry.config), '-v', '-t', filter])
    }
    case 'valkey':
      return line(entry, shell, ['redis-cli', ...valkeyOptions(entry.config), ...valkeyWords(base, watched)])
    case 'kafka': {
      const topic = kafkaTopic(base, watched)
      return line(entry, shell, ['kcat', '-C', ...kafkaOptions(entry.config), '-t', topic, '-o', 'end', '-K', '\\t'])
    }
  }
}

function mqttFilter(base: string, watched: Watched): string {
  switch (watched.kind) {
    case 'tag':
      return mqttNames.tag(base, watched.plc, watched.tag)
    case 'responses':
      return responseAddress('mqtt', base, watched.plc)
    case 'all':
      return `${base}/#`
  }
}

function valkeyWords(base: string, watched: Watched): readonly string[] {
  switch (watched.kind) {
    case 'tag':
      return ['GET', valkeyNames.tag(base, watched.plc, watched.tag)]
    case 'responses':
      return ['SUBSCRIBE', valkeyNames.responses(base)]
    case 'all':
      return ['SUBSCRIBE', valkeyNames.allChanges(base)]
  }
}

function kafkaTopic(base: string, watched: Watched): string {
  return watched.kind === 'responses' ? kafkaNames.responses(base) : kafkaNames.tags(base)
}

/** An argument the shell fills in from the environment: `prefix` stands before it. */
interface FromEnvironment {
  readonly prefix: string
  readonly name: string
}
type Argument = string | FromEnvironment

function mqttOptions(config: EntryConfigs['mqtt']): readonly Argument[] {
  const { use_tls, ca_file, cert_file, key_file, username, password } = config
  return [
    '-h',
    config.broker,
    '-p',
    String(config.port),
    ...when(use_tls, ca_file === undefined ? ['--tls-use-os-certs'] : ['--cafile', ca_file]),
    ...when(use_tls && cert_file !== undefined && key_file !== undefined, [
      '--cert',
      cert_file ?? '',
      '--key',
      key_file ?? '',
    ]),
    ...when(username !== undefined, ['-u', username ?? '']),
    ...when(password !== undefined, ['-P', { prefix: '', name: passwordVariables.mqtt }]),
  ]
}

/** The password is read by redis-cli itself, from `REDISCLI_AUTH`. */
function valkeyOptions(config: EntryConfigs['valkey']): readonly Argument[] {
  const { use_tls, ca_file, cert_file, key_file, tls_server_name, username, database } = config
  const { host, port } = splitAddress(config.address, 6379) ?? { host: config.address, port: 6379 }
  return [
    '-h',
    host,
    '-p',
    String(port),
    ...when(database !== 0, ['-n', String(database)]),
    ...when(use_tls, ['--tls']),
    ...when(use_tls && ca_file !== undefined, ['--cacert', ca_file ?? '']),
    ...when(use_tls && cert_file !== undefined && key_file !== undefined, [
      '--cert',
      cert_file ?? '',
      '--key',
      key_file ?? '',
    ]),
    ...when(use_tls && tls_server_name !== undefined, ['--sni', tls_server_name ?? '']),
    ...when(username !== undefined, ['--user', username ?? '']),
  ]
}

function kafkaOptions(config: EntryConfigs['kafka']): readonly Argument[] {
  const { use_tls, ca_file, cert_file, key_file, username, sasl_mechanism } = config
  const sasl = sasl_mechanism !== undefined
  const protocol = sasl ? (use_tls ? 'SASL_SSL' : 'SASL_PLAINTEXT') : 'SSL'
  return [
    '-b',
    config.brokers.join(','),
    ...when(sasl || use_tls, ['-X', `security.protocol=${protocol}`]),
    ...when(use_tls && ca_file !== undefined, ['-X', `ssl.ca.location=${ca_file}`]),
    ...when(use_tls && cert_file !== undefined, ['-X', `ssl.certificate.location=${cert_file}`]),
    ...when(use_tls && key_file !== undefined, ['-X', `ssl.key.location=${key_file}`]),
    ...when(sasl, ['-X', `sasl.mechanisms=${sasl_mechanism}`, '-X', `sasl.username=${username ?? ''}`]),
    ...when(sasl, ['-X', { prefix: 'sasl.password=', name: passwordVariables.kafka }]),
  ]
}

function when(condition: boolean, words: readonly Argument[]): readonly Argument[] {
  return condition ? words : []
}

/** kcat reads the message from its input, where a line break would end it. */
function kafkaSend(
  entry: CommandEntry & { service: 'kafka' },
  message: RequestMessage,
  payload: string,
  shell: Shell,
): Command {
  if (/[\r\n]/.test(payload))
    return { ok: false, why: 'The message has a line break, which kcat would take for its end. Send it from here.' }
  const key = message.key === undefined ? [] : ['-k', message.key]
  const sending = line(entry, shell, ['kcat', '-P', ...kafkaOptions(entry.config), '-t', message.address, ...key])
  if (!sending.ok) return sending
  if (shell === 'posix') return { ...sending, text: `printf '%s\\n' ${quoted(payload, shell)} | ${sending.text}` }
  // Both sides of a pipe are read twice by cmd.exe; only JSON can be written so that nothing in it is special.
  if (!isJson(payload))
    return { ok: false, why: 'The Windows prompt can only pipe JSON. Use the POSIX line, or send it from here.' }
  return { ...sending, text: `echo ${payload}| ${sending.text}` }
}

/** As it is; JSON on one line where it had several, and in letters the Windows prompt leaves alone. */
function payloadFor(payload: string, shell: Shell): string {
  if (!isJson(payload)) return payload
  const text = /[\r\n]/.test(payload) ? jsonToText(parseJson(payload)) : payload
  return shell === 'cmd' ? shellProofJson(text) : text
}

function isJson(text: string): boolean {
  try {
    parseJson(text)
    return true
  } catch {
    return false
  }
}

function line(entry: CommandEntry, shell: Shell, words: readonly Argument[]): Command {
  const written = words.map((word) => {
    if (typeof word === 'string') return quoted(word, shell)
    return word.prefix + variable(word.name, shell)
  })
  if (written.includes(undefined)) {
    return { ok: false, why: "The Windows prompt can't pass a line break. Use the POSIX line, or send it from here." }
  }
  const { service, config } = entry
  const login = config.password !== undefined || (service === 'kafka' && config.sasl_mechanism !== undefined)
  return { ok: true, text: written.join(' '), ...(login ? { password: passwordVariables[service] } : {}) }
}
