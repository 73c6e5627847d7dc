/** Checks 4 and 8 on a made-up broker: what it says is set by the test. */
import { beforeEach, expect, it } from 'vitest'
import type { Inspector, Right } from '#main/bridges/inspector'
import type { Requester } from '#main/bridges/requester'
import type { Check } from './context.ts'
import { verdictOf } from './context.ts'
import { otherNamespaceCheck } from './other-namespace.ts'
import { positiveWriteCheck } from './positive-write.ts'
import { forCheck, madeUp, nothing } from './test-site.ts'

/** What may be watched under the canary; the rights to send there; how the gateway answers; what the entry serves. */
let watch: 'works' | 'refused' | 'deaf'
let sends: Right['allowed']
let answer: { readonly success: boolean; readonly error?: string }
let plcs: readonly string[] | undefined

beforeEach(() => {
  watch = 'works'
  sends = true
  answer = { success: true }
  plcs = undefined
})

const yaml = (served: string) =>
  `namespace: factory\ncommissioning: {plc: P, tag: T}\nplcs:\n  - {name: P, address: "127.0.0.1", tags: [{name: T, writable: true}]}\n  - {name: Q, address: "127.0.0.2"}\nmqtt: [{name: Central, broker: 127.0.0.1${served}}]\n`

async function made(check: Check) {
  let value = 1
  let hear: (address: string, payload: string) => void = () => {}
  const requester: Requester = {
    send: async function* ({ address, payload }) {
      const at = Date.now()
      yield { kind: 'sent', at }
      yield { kind: 'taken', at }
      hear(address, payload)
      if (address !== 'factory/P/write') return yield { kind: 'unanswered', at }
      const request = JSON.parse(payload) as { value: number }
      if (answer.success) value = request.value
      yield { kind: 'response', at, address, payload: JSON.stringify({ ...request, ...answer }) }
    },
    close: async () => {},
  }
  const inspector: Inspector = {
    watch: async (_filters, onMessage) => {
      if (watch === 'refused') throw new Error('mqtt "Central": may not subscribe')
      if (watch === 'works')
        hear = (address, payload) =>
          address.startsWith('factory-canary-') &&
          onMessage({ address, payload: Buffer.from(payload), at: 0, retained: false })
      return { lost: new Promise(() => {}), close: async () => {}, note: '' }
    },
    reach: async (base) => [
      { action: 'send', name: base, allowed: sends, text: '' },
      { action: 'receive', name: base, allowed: false, text: '' },
    ],
    rights: nothing,
    test: nothing,
    members: nothing,
    leftOvers: nothing,
    remove: nothing,
    clock: nothing,
  }
  const site = madeUp(
    yaml(plcs ? `, plcs: [${plcs.join(', ')}]` : ''),
    { requester: () => requester, inspector: () => inspector },
    {
      readTag: async () => ({ ok: true, type: { kind: 'atomic', name: 'DINT' }, value }),
      remember: async () => {},
      restored: async () => {},
      now: () => 0,
    },
  )
  const findings = await check.run(forCheck(site))
  return [
    verdictOf(findings),
    ...findings.evidence.map(({ verdict = '-', word, text }) => `${verdict} ${word}: ${text}`),
  ]
}

it('nothing of ours in another namespace is proven by who hears what is there', async () => {
  expect(await made(otherNamespaceCheck)).toEqual([
    'pass',
    'pass no effect: nobody answered; P/T stayed 1; nothing of ours there',
  ])
})

it.each(['refused', 'deaf'] as const)(
  'a watch that is %s proves nothing, but where the broker takes nothing of ours',
  async (how) => {
    watch = how
    const why = how === 'refused' ? 'may not subscribe' : 'was not delivered to us'
    expect(await made(otherNamespaceCheck)).toEqual(['not-proven', expect.stringMatching(`not heard: .*${why}`)])
    sends = 'unknown'
    expect((await made(otherNamespaceCheck))[0]).toBe('not-proven')
    sends = false
    expect(await made(otherNamespaceCheck)).toEqual([
      'pass',
      'pass no effect: nobody answered; P/T stayed 1; the broker takes nothing of ours there',
    ])
  },
)

it('a refused write of our own shows nothing of where it goes', async () => {
  answer = { success: false, error: 'tag is not writable' }
  expect(await made(otherNamespaceCheck)).toEqual([
    'not-proven',
    'not-proven refused: our own write: tag is not writable',
  ])
})

it('an entry that does not serve the commissioning PLC is told and does not fail', async () => {
  plcs = ['Q']
  answer = { success: false, error: 'unknown plc: P' }
  const told = '- not served: P is not served here: nothing was tried'
  expect(await made(otherNamespaceCheck)).toEqual(['not-proven', told])
  expect(await made(positiveWriteCheck)).toEqual(['not-proven', told])
  plcs = ['P']
  answer = { success: true }
  expect((await made(positiveWriteCheck))[0]).toBe('pass')
})
