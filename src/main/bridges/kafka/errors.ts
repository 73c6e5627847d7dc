/**
 * Errors of kafkajs, of the sockets below it and of the brokers, in words for people: each begins with the entry and
 * ends with what to do; `NeedsPerson` where a retry can't help.
 */
import { untrustedHint } from '#main/bridges/trust'
import { asError, NeedsPerson } from '#main/link'
import { type EntryId, entryText } from '#shared/broker'

/** What an error text of this bridge is about. */
export interface Place {
  readonly entry: EntryId
  /** As configured. */
  readonly brokers: readonly string[]
  readonly base: string
  readonly group: string
  /** User of the entry; undefined where it logs in without. */
  readonly user: string | undefined
}

/** kafkajs took records for sent that the cluster does not have: none of these partitions answered. */
export class NotWritten extends Error {
  override readonly name = 'NotWritten'

  constructor(partitions: readonly number[]) {
    super(`${partitions.length > 1 ? 'partitions' : 'partition'} ${partitions.join(', ')} took no records`)
  }
}

interface Words {
  readonly what: string
  readonly hint: string
  readonly person?: true
}

/**
 * `thrown` in words. `failures`: error of the last attempt at each address, where there were any. `about`: the topic
 * or group that was worked on. An error that is in words already stays as it is.
 */
export function inWords(
  place: Place,
  thrown: unknown,
  failures: ReadonlyMap<string, Error> = new Map(),
  about?: string,
): Error {
  const error = rootOf(thrown)
  if (error.message.startsWith(`${entryText(place.entry)}: `)) return error
  const words = fromBroker(place, error, about) ?? fromSockets(place, error, failures)
  return problem(place, words, error)
}

/** The words as an error. */
export function problem(place: Place, { what, hint, person }: Words, cause?: Error): Error {
  const text = `${entryText(place.entry)}: ${what}. ${hint}${/[.?!]$/.test(hint) ? '' : '.'}`
  const options = cause ? { cause } : {}
  return person ? new NeedsPerson(text, options) : new Error(text, options)
}

/** No sign of life within the time allowed. */
export function noAnswer(place: Place): Error {
  return problem(place, {
    what: `no answer from the cluster (${place.brokers.join(', ')})`,
    hint: 'Is it overloaded or stopped? Check the network',
  })
}

/** What lies below the wrappers kafkajs puts around an error when it gives up trying. */
export function rootOf(thrown: unknown): Error {
  let error = asError(thrown)
  while (/^KafkaJS(NumberOfRetriesExceeded|NonRetriableError)$/.test(error.name) && error.cause instanceof Error) {
    error = error.cause
  }
  return error
}

/** Error type of the Kafka protocol, `TOPIC_AUTHORIZATION_FAILED`; '' where the error is none of the protocol. */
export function protocolType(thrown: unknown): string {
  const error = rootOf(thrown)
  return 'type' in error && typeof error.type === 'string' ? error.type : ''
}

/** Whether a broker refused records because the batch, or one record, is too large. */
export function isTooLarge(thrown: unknown): boolean {
  return ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'].includes(protocolType(thrown))
}

const refusals = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'INVALID_REQUIRED_ACKS',
  'INVALID_TIMESTAMP',
  'INVALID_TOPIC_EXCEPTION',
  'POLICY_VIOLATION',
  'CORRUPT_MESSAGE',
  'INVALID_RECORD',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'KAFKA_STORAGE_ERROR',
])

/** Whether a broker refused the records while the connection as such is good. */
export function isRefusal(thrown: unknown): boolean {
  return refusals.has(protocolType(thrown))
}

/** Whether the cluster does not let us, or hides whether it is there (a group's coordinator is "not found" then). */
export function isNotPermitted(thrown: unknown): boolean {
  const error = rootOf(thrown)
  return error.name === 'KafkaJSGroupCoordinatorNotFound' || protocolType(error).endsWith('AUTHORIZATION_FAILED')
}

function fromBroker(place: Place, error: Error, about: string | undefined): Words | undefined {
  const topic = about ? `topic "${about}"` : 'a topic'
  const user = place.user === undefined ? 'this client (without a login)' : `user "${place.user}"`
  const principal = place.user === undefined ? 'User:ANONYMOUS' : `User:${place.user}`
  if (error.name === 'KafkaJSGroupCoordinatorNotFound' || protocolType(error) === 'GROUP_AUTHORIZATION_FAILED') {
    return {
      what: `consumer group "${place.group}" is not allowed for ${user}, or not there yet`,
      hint: `If it stays so: kafka-acls --bootstrap-server ${place.brokers[0]} --add --allow-principal "${principal}" --operation Read --group "${place.group}"`,
      person: true,
    }
  }
  if (error.name === 'KafkaJSSASLAuthenticationError' || /^SASL_|ILLEGAL_SASL/.test(protocolType(error))) {
    if (/not supported|UNSUPPORTED_SASL/.test(`${error.message}${protocolType(error)}`)) {
      return { what: `${error.message}`, hint: 'Set sasl_mechanism to one the brokers offer', person: true }
    }
    return {
      what: `login of ${user} was refused: ${error.message}`,
      hint: 'Correct username, password and sasl_mechanism',
      person: true,
    }
  }
  if (error instanceof NotWritten) {
    return {
      what: `${topic}: ${error.message}: a leader has moved, or the topic was made anew with fewer partitions`,
      hint: 'If it stays so, check the topic and the brokers of the cluster',
    }
  }
  switch (protocolType(error)) {
    case 'TOPIC_AUTHORIZATION_FAILED':
      return {
        what: `${topic} is not allowed for ${user}, or not there`,
        hint: `On the cluster: kafka-acls --bootstrap-server ${place.brokers[0]} --add --allow-principal "${principal}" --operation Read --operation Write --operation Describe --topic "${about ?? place.base}"`,
        person: true,
      }
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return {
        what: `${user} may not do this on the cluster${about ? ` (${topic})` : ''}`,
        hint: 'Ask for the right, or for the topics to be created by the administrator',
        person: true,
      }
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return { what: `${topic} is not there (any more)`, hint: 'Was it deleted? It will be looked for again' }
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return {
        what: `a message for ${topic} is larger than the broker takes`,
        hint: 'Raise max.message.bytes of the topic, or publish members of the structure',
      }
    case 'NOT_ENOUGH_REPLICAS':
    case 'NOT_ENOUGH_REPLICAS_AFTER_APPEND':
      return {
        what: `${topic} takes no records: too few replicas are in sync (min.insync.replicas)`,
        hint: 'Check the brokers of the cluster',
      }
    case 'LEADER_NOT_AVAILABLE':
    case 'NOT_LEADER_FOR_PARTITION':
      return { what: `${topic} has no leader now`, hint: 'Is a broker of the cluster down?' }
    case 'GROUP_COORDINATOR_NOT_AVAILABLE':
    case 'GROUP_LOAD_IN_PROGRESS':
    case 'NOT_COORDINATOR_FOR_GROUP':
      return { what: `the coordinator of group "${place.group}" is not ready`, hint: 'Is the cluster just starting?' }
    case 'UNSUPPORTED_VERSION':
      return {
        what: 'the cluster speaks another version of the protocol',
        hint: 'Kafka 2.1 to 4.x are supported',
        person: true,
      }
  }
  if (protocolType(error))
    return { what: `${about ? `${topic}: ` : ''}${error.message}`, hint: 'See the log of the brokers' }
  return undefined
}

/** Each address with its own reason; the advertised ones are told apart, they are the usual surprise. */
function fromSockets(place: Place, error: Error, failures: ReadonlyMap<string, Error>): Words {
  if (failures.size === 0) {
    if (/timed? ?out/i.test(error.message) || error.name === 'TypeError') {
      return {
        what: `no answer from the cluster (${place.brokers.join(', ')})`,
        hint: 'Is it overloaded, stopped, or is this port meant for TLS?',
      }
    }
    const what = /closed connection|not connected|connection closed/i.test(error.message)
      ? 'the broker closed the connection'
      : error.message
    return {
      what: `${what} (${place.brokers.join(', ')})`,
      hint: 'Is it restarting, or does this port want TLS or a login?',
    }
  }
  const told = [...failures].map(([address, failure]) => ({
    address,
    configured: place.brokers.includes(address),
    ...socketWords(failure),
  }))
  const advertised = told.find(({ configured }) => !configured)
  const what = told.map(({ address, what }) => `${what} (${address})`).join('; ')
  const hint = advertised
    ? `The cluster sends clients to ${advertised.address}: make that address reachable, or correct advertised.listeners of the broker`
    : (told[0]?.hint ?? 'Check the network')
  return { what, hint, ...(told.every(({ person }) => person) && { person: true as const }) }
}

function socketWords(error: Error): Words {
  const code = 'code' in error ? String(error.code) : ''
  switch (code) {
    case 'ECONNREFUSED':
      return { what: 'connection refused', hint: 'Is the broker running, and is the port right?' }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { what: 'the host name is not known', hint: 'Check brokers of the entry and the DNS of this computer' }
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { what: 'the broker can not be reached', hint: 'Check the address, the network and the firewall' }
    case 'ECONNRESET':
    case 'EPIPE':
      return { what: 'the broker broke the connection', hint: 'Is it restarting, or is this port meant for TLS?' }
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return {
        what: 'the broker does not speak TLS here',
        hint: 'Use its TLS port, or set use_tls: false',
        person: true,
      }
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        what: `the broker's certificate is made for another name: ${error.message}`,
        hint: 'Use the name in the certificate as address or as tls_server_name',
        person: true,
      }
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return {
        what: `the broker's certificate is not valid now: ${error.message}`,
        hint: 'Renew it, or check the clock of this computer',
        person: true,
      }
  }
  if (/CERT|ISSUER|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return {
      what: `the broker's certificate is not trusted: ${error.message}`,
      hint: untrustedHint,
      person: true,
    }
  }
  if (/alert (certificate required|handshake failure|bad certificate|unknown ca)/i.test(error.message)) {
    return {
      what: `the broker refuses our certificate: ${error.message}`,
      hint: 'Set cert_file and key_file to a certificate it trusts',
      person: true,
    }
  }
  return { what: error.message || 'the connection failed', hint: 'See the log of the broker' }
}
