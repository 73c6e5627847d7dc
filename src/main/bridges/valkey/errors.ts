import { untrustedHint } from '#main/bridges/trust'
import { asError, NeedsPerson } from '#main/link'
import { type EntryId, entryText } from '#shared/broker'

/** What an error text of this bridge is about. */
export interface Place {
  readonly entry: EntryId
  /** `host:port` as configured. */
  readonly address: string
  readonly base: string
  /** User of the entry; `default` where none is configured. */
  readonly user: string
  readonly database: number
  readonly tls: boolean
}

/** `what` is wrong, `hint` is what to do; `person`: trying again soon can't help. */
interface Words {
  readonly what: string
  readonly hint: string
  readonly person?: true
}

/**
 * An error of the client library, of the socket or of the server in words for people: begins with the entry, ends with
 * what to do. `NeedsPerson` where a retry can't help. A reply error of the library carries the command with its
 * arguments, the password of AUTH among them: only its text is taken over, never the error itself. An error that is in
 * words already stays as it is.
 */
export function inWords(place: Place, thrown: unknown): Error {
  const error = asError(thrown)
  if (error.message.startsWith(`${entryText(place.entry)}: `)) return error
  const { what, hint, person } = fromSocket(place, error) ?? fromServer(place, error.message) ?? unknownReply(error)
  const text = `${entryText(place.entry)}: ${what} (${place.address}). ${hint}`
  const options = error.name === 'ReplyError' ? {} : { cause: error }
  return person ? new NeedsPerson(text, options) : new Error(text, options)
}

/** Whether the server refused because of the user's rights (ACL). */
export function isNotPermitted(thrown: unknown): boolean {
  return /^NOPERM|^ERR (ACL failure|The user executing the script can't)/i.test(asError(thrown).message)
}

/** Whether the server does not know the command: too old, or renamed away by its administrator. */
export function isUnknownCommand(thrown: unknown): boolean {
  return /^ERR unknown (sub)?command/i.test(asError(thrown).message)
}

/**
 * Whether the server refused because it is a replica: it became one while we were connected, and what we send is taken
 * elsewhere now. Redis before 7 puts the line of the script before its error.
 */
export function isReplica(thrown: unknown): boolean {
  return /(^|: -)(READONLY|MASTERDOWN)\b/.test(asError(thrown).message)
}

function unknownReply(error: Error): Words {
  return { what: error.message || 'the connection failed', hint: "See the server's log." }
}

function fromSocket(place: Place, error: Error): Words | undefined {
  const code = 'code' in error ? String(error.code) : ''
  const reason = sslReason(error.message)
  if (/alert (certificate required|handshake failure|bad certificate|unknown ca)/i.test(reason))
    return {
      what: `the server refuses our certificate: ${reason}`,
      hint: 'Set cert_file and key_file to a certificate the server trusts.',
      person: true,
    }
  switch (code) {
    case 'ECONNREFUSED':
      return { what: 'connection refused', hint: 'Is the server running, and is the port right?' }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NONAME':
      return {
        what: 'the host name is not known',
        hint: 'Check the address of the entry and the DNS of this computer.',
      }
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
      return {
        what: 'the server can not be reached',
        hint: `Check the address, the network and the firewall${place.tls ? ', and that this is its TLS port' : ''}.`,
      }
    case 'ECONNRESET':
    case 'EPIPE':
      return { what: 'the server broke the connection', hint: closedHint(place) }
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return {
        what: `the server does not speak TLS as expected: ${reason}`,
        hint: 'Is this its TLS port? Else set use_tls: false.',
        person: true,
      }
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        what: `the server's certificate is made for another name: ${reason}`,
        hint: 'Enter the name that is in the certificate as address or as tls_server_name.',
        person: true,
      }
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return {
        what: `the server's certificate is not valid now: ${reason}`,
        hint: 'Renew it, or check the clock of this computer.',
        person: true,
      }
  }
  if (/CERT|ISSUER|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return {
      what: `the server's certificate is not trusted: ${reason}`,
      hint: `${untrustedHint}.`,
      person: true,
    }
  if (error.message === 'Connection is closed.' || error.message.startsWith("Stream isn't writeable"))
    return { what: 'the connection is gone', hint: closedHint(place) }
  return undefined
}

/** OpenSSL wraps its reason in numbers, functions and a line of its source: `…:SSL routines:read:the reason:…`. */
function sslReason(message: string): string {
  return /:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message
}

function closedHint({ tls }: Place): string {
  return tls ? 'Is the server restarting?' : 'Is the server restarting, or is this port meant for TLS (use_tls: true)?'
}

/** By the first word of the server's reply. */
function fromServer(place: Place, message: string): Words | undefined {
  if (isNotPermitted(new Error(message))) return notPermitted(place, message)
  const word = /^[A-Z]+/.exec(message)?.[0] ?? ''
  switch (word) {
    case 'WRONGPASS':
      return {
        what: `wrong user name or password for "${place.user}"`,
        hint: 'Correct username and password.',
        person: true,
      }
    case 'NOAUTH':
      return {
        what: 'the server asks for a password',
        hint: 'Enter password (and username) in the entry.',
        person: true,
      }
    case 'DENIED':
      return {
        what: 'the server runs in protected mode and takes local clients only',
        hint: 'Give it a password or a bind address.',
        person: true,
      }
    case 'OOM':
      return {
        what: "the server's memory is full (maxmemory)",
        hint: 'Raise maxmemory, or remove data that is not needed.',
      }
    case 'READONLY':
      return { what: 'the server is a read-only replica', hint: 'Enter the address of the primary.' }
    case 'MASTERDOWN':
      return { what: 'the server is a replica without its primary', hint: 'Enter the address of the primary.' }
    case 'LOADING':
      return { what: 'the server is still loading its data', hint: 'It will be tried again.' }
    case 'BUSY':
      return { what: 'the server is busy with a script', hint: 'Find out whose script it is; SCRIPT KILL ends it.' }
    case 'MISCONF':
      return { what: 'the server takes no writes because it can not save its data', hint: 'Look at its disk and log.' }
    case 'NOREPLICAS':
      return {
        what: 'the server takes no writes: too few replicas',
        hint: 'Check its replicas (min-replicas-to-write).',
      }
    case 'UNBLOCKED':
      return {
        what: 'the server became a replica',
        hint: 'Enter the address of the new primary if it does not come back.',
      }
    case 'MOVED':
    case 'ASK':
    case 'CROSSSLOT':
    case 'CLUSTERDOWN':
      return cluster
    case 'WRONGTYPE':
      return {
        what: `a key below ${place.base}: has another type than expected`,
        hint: 'Find and delete it.',
        person: true,
      }
  }
  if (/max number of clients/i.test(message))
    return {
      what: 'the server takes no more clients (maxclients)',
      hint: 'Raise maxclients, or end clients not needed.',
    }
  if (/DB index|select is not allowed/i.test(message))
    return { what: `the server has no database ${place.database}`, hint: 'Correct database.', person: true }
  if (/wrong number of arguments for 'auth'/i.test(message))
    return { what: 'this server knows no user names (Redis before 6)', hint: 'Remove username.', person: true }
  return undefined
}

/** Also used where the server says it at connect. */
export const cluster: Words = {
  what: 'the server is part of a cluster, which is not supported: keys of one PLC would be spread over its nodes',
  hint: 'Use a server without cluster mode (cluster-enabled no).',
  person: true,
}

/** The words above as an error. */
export function problem(place: Place, words: Words): Error {
  const text = `${entryText(place.entry)}: ${words.what} (${place.address}). ${words.hint}`
  return words.person ? new NeedsPerson(text) : new Error(text)
}

/** Inside a script the server does not name the command: it can only be one of the script's own. */
function notPermitted(place: Place, message: string): Words {
  const what = (thing: string) => `user "${place.user}" may not ${thing}`
  const setUser = (rule: string) => `On the server: ACL SETUSER ${place.user} ${rule}`
  if (/channel/i.test(message))
    return { what: what('use a channel below this base'), hint: setUser(`&${place.base}:*`), person: true }
  if (/\bkeys?\b/i.test(message))
    return { what: what('use a key below this base'), hint: setUser(`~${place.base}:*`), person: true }
  const command = /'([^']+)' command/.exec(message)?.[1]
  return command
    ? { what: what(`run the command ${command.toUpperCase()}`), hint: setUser(`+${command}`), person: true }
    : { what: what('run the commands SET or PUBLISH'), hint: setUser('+set +publish'), person: true }
}
