/**
 * Who may speak to the gateway over HTTP. Nobody by being on this computer alone: web pages and other users are there
 * too. A page can't set the header, and one that has turned its own name into our address shows by `Host`.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export interface Door {
  /** What `Host` may be; `127.0.0.1:‹port›` on this computer. */
  isOwnHost(host: string): boolean
  readonly scheme: 'http' | 'https'
}

export interface Refusal {
  readonly status: number
  readonly why: string
}

/** What is wrong with where a request comes from or goes to; undefined where nothing is. */
export function misplaced(headers: IncomingHttpHeaders, { isOwnHost, scheme }: Door): Refusal | undefined {
  const { host, origin } = headers
  if (host === undefined || !isOwnHost(host)) return { status: 421, why: 'this gateway does not answer to that name' }
  if (origin !== undefined && origin !== `${scheme}://${host}`)
    return { status: 403, why: 'pages of other origins are refused' }
  return undefined
}

/** Whether the caller has shown the token: `Authorization: Bearer ‹token›`. */
export function showsToken({ authorization }: IncomingHttpHeaders, token: string): boolean {
  const given = /^Bearer ([\w-]{1,200})$/i.exec(authorization ?? '')?.[1]
  return given !== undefined && sameText(given, token)
}

export const noToken: Refusal = { status: 401, why: 'the token is missing or wrong' }

/** Compares in a time that tells nothing about where two texts differ, nor how long the right one is. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digestOf(a), digestOf(b))
}

export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
