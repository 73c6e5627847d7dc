/**
 * Who may see the window in a browser. In comes a ticket, good once; out goes a session, kept in a cookie. Both are
 * random and live in memory alone: they end with the gateway.
 */
import { randomBytes } from 'node:crypto'
import { digestOf } from './access.ts'

export interface Sessions {
  /** A ticket for one entry, good for `lifeMs`. */
  ticket(lifeMs?: number): string
  /** The same for a minute, and for the user this process runs as: others may see it, in the list of processes. */
  ownTicket(): string
  /** The session for a ticket, which is used up; undefined where it is wrong, old or was used. */
  enter(ticket: string): string | undefined
  /** The same for an own ticket. Whoever calls has made sure of the user. */
  enterOwn(ticket: string): string | undefined
  /** A new session, for who has shown otherwise that they may. */
  begin(): string
  /** Whether the text of a `Cookie` header holds a session under this name. Being seen prolongs it. */
  has(cookies: string | undefined, name: string): boolean
}

const minute = 60_000
const ticketMs = 24 * 60 * minute
/** Since it was last seen. An open window is seen at each reconnect. */
const sessionMs = 7 * 24 * 60 * minute
const mostTickets = 20
const mostSessions = 50

export function createSessions(now: () => number = Date.now): Sessions {
  const tickets = createShortMemory(mostTickets, now)
  const ownTickets = createShortMemory(mostTickets, now)
  const sessions = createShortMemory(mostSessions, now)
  const sessionIn = (cookies: string | undefined, name: string): string | undefined =>
    cookies
      ?.split(';')
      .map((pair) => pair.trim())
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1)
  const begin = () => sessions.make(sessionMs)
  return {
    ticket: (lifeMs = ticketMs) => tickets.make(lifeMs),
    ownTicket: () => ownTickets.make(minute),
    enter: (ticket) => (tickets.take(ticket) ? begin() : undefined),
    enterOwn: (ticket) => (ownTickets.take(ticket) ? begin() : undefined),
    begin,
    has: (cookies, name) => {
      const session = sessionIn(cookies, name)
      return session !== undefined && sessions.prolong(session, sessionMs)
    },
  }
}

/** Random texts, each with an end; the oldest goes where there are too many. Kept by digest: lookups tell no one. */
function createShortMemory(most: number, now: () => number) {
  const ends = new Map<string, number>()
  const keyOf = (text: string) => digestOf(text).toString('base64')
  const isThere = (key: string) => (ends.get(key) ?? 0) > now()
  function keep(key: string, lifeMs: number) {
    ends.delete(key)
    ends.set(key, now() + lifeMs)
    for (const oldest of ends.keys()) {
      if (ends.size <= most) break
      ends.delete(oldest)
    }
  }
  return {
    make: (lifeMs: number): string => {
      const text = randomBytes(32).toString('base64url')
      keep(keyOf(text), lifeMs)
      return text
    },
    take: (text: string): boolean => {
      const key = keyOf(text)
      const there = isThere(key)
      ends.delete(key)
      return there
    },
    prolong: (text: string, lifeMs: number): boolean => {
      const key = keyOf(text)
      if (!isThere(key)) return false
      keep(key, lifeMs)
      return true
    },
  }
}
