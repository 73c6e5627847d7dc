/** Requests that a broker kept, on a made-up entry: how its way in comes back is set by the test. */
import { beforeEach, expect, it } from 'vitest'
import type { Requester } from '#main/bridges/requester'
import type { EndedRequest } from '#shared/write'
import { retained, waited } from './stored.ts'
import { forCheck, madeUp } from './test-site.ts'

let confirmed: boolean
let confirmedAfterMs: number
let answered: boolean

beforeEach(() => {
  confirmed = true
  confirmedAfterMs = 0
  answered = true
})

async function made(check: typeof retained) {
  let now = 0
  let ended: (request: EndedRequest) => void = () => {}
  const requester: Requester = {
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
  }
  const site = madeUp(
    'namespace: factory\nmqtt: [{name: Central, broker: 127.0.0.1}]\n',
    {
      requester: () => requester,
      subscribeAgain: async () => {
        now += confirmedAfterMs
        return confirmed
      },
      reopenIntake: async (_signal, whileClosed) => {
        await whileClosed?.()
        return confirmed
      },
    },
    {
      onEnded: (listener) => {
        ended = listener
        return () => {}
      },
      now: () => now,
      times: { listenMs: 0, answerMs: 0, lingerMs: 1_000, quietMs: 0 },
    },
  )
  const { verdict, word } = await check(forCheck(site), site.entry)
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
