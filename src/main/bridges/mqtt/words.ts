/** Errors of sockets, TLS and MQTT in words: what happened, where, and what to do. */
import { untrustedHint } from '#main/bridges/trust'
import { NeedsPerson } from '#main/link'
import { type EntryId, entryText } from '#shared/broker'

/** Whom and where an error concerns. */
export interface Place {
  readonly entry: EntryId
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly clientId: string
  readonly username: string | undefined
}

/** What is wrong, and whether only a person can mend it. */
interface Words {
  readonly text: string
  readonly person?: true
}

/** An error about a place: `mqtt "Central": ‹text›`. */
export function errorAt(place: Place, text: string, cause?: unknown): Error {
  return new Error(`${entryText(place.entry)}: ${text}`, { cause })
}

function spoken(place: Place, words: Words, cause?: unknown): Error {
  const text = `${entryText(place.entry)}: ${words.text}`
  return words.person ? new NeedsPerson(text, { cause }) : new Error(text, { cause })
}

/** `host:port`, as a person would type it. */
export function whereText({ host, port }: Pick<Place, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** The broker refused CONNECT. Codes: CONNACK of 3.1.1 (§3.2.2.3, 1 to 5) and of 5 (§3.2.2.2, from 128). */
export function refusedWords(place: Place, code: number): Error {
  return spoken(place, connackWords(place, code))
}

function connackWords(place: Place, code: number): Words {
  const where = whereText(place)
  const as = place.username === undefined ? 'without a user name' : `as "${place.username}"`
  switch (code) {
    case 1:
    case 132:
      return { text: `the broker speaks neither MQTT 5 nor 3.1.1 (${where}). Use a newer broker.`, person: true }
    case 2:
    case 133:
      return {
        text: `the broker refuses the client id "${place.clientId}" (${where}). Set client_id to one it allows.`,
        person: true,
      }
    case 4:
    case 134:
      return {
        text: `wrong user name or password (${as}, ${where}). Check username and password of this entry.`,
        person: true,
      }
    case 5:
    case 135:
      return {
        text: `not authorized (${as}, ${where}). Check username and password of this entry, and the broker's rights for the client id "${place.clientId}".`,
        person: true,
      }
    case 138:
      return { text: `the broker has banned us (${where}). Ask who runs the broker.`, person: true }
    case 140:
      return {
        text: `the broker wants another way of logging in than user name and password (${where}).`,
        person: true,
      }
    case 3:
    case 136:
      return { text: `the broker is there but not ready (${where}). If it stays so, see the broker's log.` }
    case 137:
      return { text: `the broker is busy (${where}). If it stays so, see the broker's log.` }
    case 151:
    case 159:
      return { text: `the broker's quota is used up (${where}). Raise its limits for connections.` }
    default:
      return { text: `the broker refused the connection with code ${code} (${where}). See the broker's log.` }
  }
}

/** The broker sent DISCONNECT (MQTT 5 §3.14.2.1). */
export function disconnectWords(place: Place, code: number): Error {
  const where = whereText(place)
  switch (code) {
    case 142:
      return spoken(place, {
        text: `another client with the client id "${place.clientId}" connected and took our place (${where}). Two gateways must not share a client id: give each entry its own client_id, or leave it out.`,
        person: true,
      })
    case 135:
      return spoken(place, {
        text: `the broker withdrew our rights and closed the connection (${where}). Check the broker's access rules for this user.`,
        person: true,
      })
    case 139:
      return errorAt(place, `the broker is shutting down (${where}). Start it again.`)
    case 141:
      return errorAt(
        place,
        `the broker heard nothing from us for too long and closed the connection (${where}). Check the network.`,
      )
    case 147:
      return errorAt(
        place,
        `the broker got more unconfirmed messages than it takes and closed the connection (${where}). Raise its receive maximum.`,
      )
    case 149:
      return errorAt(
        place,
        `a message was too large for the broker and it closed the connection (${where}). Raise its limit for packets.`,
      )
    case 151:
    case 150:
      return errorAt(
        place,
        `a quota or rate of the broker was exceeded and it closed the connection (${where}). Raise its limits.`,
      )
    case 152:
      return errorAt(
        place,
        `a person or program closed our connection at the broker (${where}). Ask who runs the broker.`,
      )
    case 156:
    case 157:
      return spoken(place, {
        text: `the broker sends us to another server (${where}). Change broker to its address.`,
        person: true,
      })
    default:
      return errorAt(place, `the broker closed the connection with code ${code} (${where}). See the broker's log.`)
  }
}

/** The broker's answer to SUBSCRIBE was a refusal: code 128 on 3.1.1, from 128 on 5 (§3.9.3). */
export function subscribeWords(place: Place, filter: string, code: number | undefined, cause: unknown): Error {
  const who = place.username === undefined ? 'clients without a user name' : `the user "${place.username}"`
  const why = code === 135 ? 'not authorized' : code === undefined ? String(cause) : `code ${code}`
  return spoken(
    place,
    {
      text: `the broker refused the subscription to ${filter} (${why}). Allow ${who} to read ${filter} in the broker's access rules (ACL).`,
      person: true,
    },
    cause,
  )
}

/** The connection broke, or could not be made: an error of the socket, of TLS or of the client library. */
export function brokenWords(place: Place, error: Error): Error {
  return spoken(place, socketWords(place, codeOf(error), error.message), error)
}

/** The broker closed the connection before it answered CONNECT. */
export function unansweredWords(place: Place): Error {
  const hint = place.tls ? '' : ' If this port wants TLS, set use_tls: true.'
  return errorAt(
    place,
    `the broker closed the connection before it answered (${whereText(place)}). Is this an MQTT port?${hint}`,
  )
}

/** The broker closed the connection without a word. */
export function closedWords(place: Place): Error {
  return errorAt(place, `connection closed by the broker (${whereText(place)}). Was it stopped?`)
}

/** The same again and again shortly after connecting: 3.1.1 and some version 5 brokers do not say why. */
export function evictedWords(place: Place, times: number): Error {
  const text = `the broker closed the connection ${times} times in a row shortly after connecting (${whereText(place)}). Another client with the client id "${place.clientId}" seems to take our place: give each entry its own client_id, or leave it out.`
  return spoken(place, { text, person: true })
}

/** The code of a system or TLS error; '' where it has none. */
export function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function socketWords(place: Place, code: string, message: string): Words {
  const where = whereText(place)
  switch (code) {
    case 'ECONNREFUSED':
      return { text: `connection refused (${where}). Is the broker running, and is this its port?` }
    case 'ENOTFOUND':
      return {
        text: `the host name "${place.host}" is not known. Check broker for a typing error, or use the address.`,
      }
    case 'EAI_AGAIN':
      return {
        text: `the name server does not answer for "${place.host}". Check the network, or use the broker's address.`,
      }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
      return { text: `no way to ${where}. Check cable, network and firewall.` }
    case 'ETIMEDOUT':
      return { text: `no answer from ${where}. Check address, network and firewall.` }
    case 'ECONNRESET':
    case 'EPIPE':
      return { text: `connection broken (${where}). Was the broker stopped?` }
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return {
        text: `no TLS at ${where} (${message.trim()}). Is this the broker's TLS port? Else set use_tls: false.`,
        person: true,
      }
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return {
        text: `the broker's certificate is not valid today (${where}). Renew it, or correct this machine's clock.`,
        person: true,
      }
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        text: `the broker's certificate is for another name than "${place.host}" (${where}). Set tls_server_name to the name in the certificate.`,
        person: true,
      }
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'CERT_SIGNATURE_FAILURE':
      return {
        text: `the broker's certificate is not trusted (${where}). ${untrustedHint}.`,
        person: true,
      }
  }
  if (/alert.*certificate/i.test(message) || code.includes('CERTIFICATE')) {
    return {
      text: `the broker refused our certificate (${where}: ${message.trim()}). Check cert_file and key_file.`,
      person: true,
    }
  }
  if (message === 'Keepalive timeout') {
    return { text: `no answer from the broker for 15 s (${where}). Does it hang, or is the network broken?` }
  }
  return { text: `connection broken (${where}): ${message.trim()}. See the broker's log.` }
}
