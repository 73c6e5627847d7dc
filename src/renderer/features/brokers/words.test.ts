import { expect, test } from 'vitest'
import { offlineWord, stateWords } from './words.ts'

test('the reason stands in the state where the error tells it', () => {
  expect(offlineWord('valkey "Central": login refused (WRONGPASS). Was the password changed?')).toBe('Login refused')
  expect(offlineWord('mqtt "Central": connection refused (127.0.0.1:1883). Is the broker running?')).toBe(
    'Connection refused',
  )
  expect(offlineWord('something else')).toBe('Offline')
})

test('a broker that refuses messages is not online, and says so', () => {
  const state = { kind: 'connected', since: 1, intake: 'open', note: 'a note' } as const
  expect(stateWords(state)).toEqual({ kind: 'ok', word: 'Online', since: 1, note: 'a note' })
  const refused = 'mqtt "Central": publishing is refused. Give the right.'
  expect(stateWords({ ...state, refused })).toEqual({
    kind: 'bad',
    word: 'Messages refused',
    since: 1,
    error: refused,
    note: 'a note',
  })
})

test('what is not known is never online', () => {
  expect(stateWords(undefined).kind).toBe('off')
  expect(stateWords({ kind: 'connecting', since: 1 }).kind).toBe('waiting')
  expect(stateWords({ kind: 'blocked', since: 1, error: 'no secret' })).toMatchObject({
    kind: 'blocked',
    error: 'no secret',
  })
})
