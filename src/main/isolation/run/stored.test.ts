/** Requests that a broker kept, on a made-up entry: how its way in comes back is set by the test. */
import { beforeEach, expect, it } from 'vitest'
import { parseConfig } from '#main/config/parse'
import type { EndedRequest } from '#shared/write'
import type { CheckContext, RunEntry } from './context.ts'
import { retained, waited } from './stored.ts'

let confirmed: boolean
let confirmedAfterMs: number
let answered: boolean

beforeEach(() => {
  confirmed = true
  confirmedAfterMs = 0
  answered = true
})

const nothing = () => {
  throw new Error('not used here')
}

async function made(check: typeof retained) {
  const parsed = parseConfig('namespace: factory\nmqtt: [{name: Central, broker: 127.0.0.1}]\n', 'test.yaml')
  const [config] = parsed.ok ? parsed.config.mqtt : []
  if (!parsed.ok || !config) throw new Error('a good file')
  let now = 0
  let ended: (request: EndedRequest) => void = () => {}
  const entry: RunEntry = {
    id: { service: 'mqtt', name: 'Central' },
    key: 'mqtt "Central"',
    base: 'factory',
    broker: '127.0.0.1:1883',
    config,
    problem: () => '',
    takesRequests: () => true,
    note: () => '',
    requester: () => ({
      send: async function* ({ address, payload, retain }) {
        yield { kind: 'sent', at: now }
        yield { kind: 'taken', at: now }
        const request = JSON.parse(payload) as { request_id: string }
        if (!answered) return yield { kind: 'unanswered', at: now }
        ended({ requestId: request.request_id } as EndedRequest)
        const error = retain ? 'retained write request ignored' : 'request expired (age: unknown, max: 2s)'
        yield { kind: 'response', at: now, address, payload: JSON.stringify({ ...request, success: false, error }) }
      },
      close: async () => {},
    }),
    inspector: nothing,
    isOwn: () => false,
    subscribeAgain: async () => {
      now += confirmedAfterMs
      return confirmed
    },
    reopenIntake: async (_signal, whileClosed) => {
      await whileClosed?.()
      return confirmed
    },
  }
  const requester = entry.requester()
  let digits = 0
  const context: CheckContext = {
    config: parsed.config,
    identity: { instance: 'i', boot: 'b', who: 'w' },
    entries: [entry],
    claim: nothing,
    sites: () => [],
    plcs: () => [],
    readTag: nothing,
    plcClock: nothing,
    onEnded: (listener) => {
      ended = listener
      return () => {}
    },
    closeGateFor: nothing,
    remember: nothing,
    restored: nothing,
    gaveUp: nothing,
    hex: (n) => (++digits).toString(16).padStart(n, '0'),
    now: () => now,
    times: { listenMs: 0, answerMs: 0, lingerMs: 1_000, quietMs: 0 },
    signal: new AbortController().signal,
    say: () => {},
    client: () => requester,
    atEnd: () => {},
  }
  const { verdict, word } = await check(context, entry)
  return `${verdict} ${word}`
}

it('a stored request passes only where the new subscription stood while it was stored', async () => {
  expect(await made(retained)).toBe('pass refused')
  confirmed = false
  expect(await made(retained)).toBe('not-proven not subscribed')
  confirmed = true
  confirmedAfterMs = 1_000
  expect(await made(retained)).toBe('not-proven not subscribed')
})

it('a request that waited in the list fails without an answer only where the way in was open again', async () => {
  expect(await made(waited)).toBe('pass refused')
  answered = false
  expect(await made(waited)).toBe('fail no answer')
  confirmed = false
  expect(await made(waited)).toBe('not-proven not opened')
})
