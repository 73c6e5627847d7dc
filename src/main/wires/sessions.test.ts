import { expect, test } from 'vitest'
import { createSessions } from './sessions.ts'

const hour = 3_600_000

function start() {
  let time = 0
  const sessions = createSessions(() => time)
  return { sessions, pass: (ms: number) => (time += ms), cookie: (session: string | undefined) => `w_1=${session}` }
}

test('a ticket lets in once', () => {
  const { sessions, cookie } = start()
  const ticket = sessions.ticket()
  const session = sessions.enter(ticket)
  expect(sessions.has(cookie(session), 'w_1')).toBe(true)
  expect(sessions.enter(ticket)).toBeUndefined()
  expect(sessions.enter('')).toBeUndefined()
  expect(sessions.enter('x'.repeat(43))).toBeUndefined()
})

test('an own ticket is none for everybody, and the other way round', () => {
  const { sessions, pass } = start()
  const [own, any, late] = [sessions.ownTicket(), sessions.ticket(), sessions.ownTicket()]
  expect(sessions.enter(own)).toBeUndefined()
  expect(sessions.enterOwn(any)).toBeUndefined()
  expect(sessions.enterOwn(own)).toBeDefined()
  expect(sessions.enterOwn(own)).toBeUndefined()
  pass(60_000)
  expect(sessions.enterOwn(late)).toBeUndefined()
})

test('a ticket has an end', () => {
  const { sessions, pass } = start()
  const [long, short] = [sessions.ticket(), sessions.ticket(60_000)]
  pass(60_000)
  expect(sessions.enter(short)).toBeUndefined()
  pass(24 * hour - 60_001)
  expect(sessions.enter(long)).toBeDefined()
  const late = sessions.ticket()
  pass(24 * hour)
  expect(sessions.enter(late)).toBeUndefined()
})

test('a session lasts as long as it is seen once a week', () => {
  const { sessions, pass, cookie } = start()
  const session = sessions.begin()
  for (let day = 0; day < 30; day += 6) {
    expect(sessions.has(cookie(session), 'w_1')).toBe(true)
    pass(6 * 24 * hour)
  }
  pass(24 * hour)
  expect(sessions.has(cookie(session), 'w_1')).toBe(false)
})

test('only the cookie of its own name counts, wherever it stands', () => {
  const { sessions } = start()
  const session = sessions.begin()
  expect(sessions.has(`a=b; w_1=${session}; c=d`, 'w_1')).toBe(true)
  for (const cookies of [undefined, '', `w_2=${session}`, `xw_1=${session}`, `w_1=${session}x`, 'w_1=', 'w_1'])
    expect(sessions.has(cookies, 'w_1'), cookies).toBe(false)
})

test('tickets and sessions are bounded: the oldest go', () => {
  const { sessions, cookie } = start()
  const first = sessions.begin()
  const ticket = sessions.ticket()
  for (let i = 0; i < 50; i++) {
    sessions.begin()
    sessions.ticket()
  }
  expect(sessions.has(cookie(first), 'w_1')).toBe(false)
  expect(sessions.enter(ticket)).toBeUndefined()
})
