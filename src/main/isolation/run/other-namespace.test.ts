/** Checks 4 and 8 on a made-up broker: what it says is set by the test. */
import { beforeEach, expect, it } from 'vitest'
import type { Right } from '#main/bridges/inspector'
import { parseConfig } from '#main/config/parse'
import type { Check, CheckContext, RunEntry } from './context.ts'
import { verdictOf } from './context.ts'
import { otherNamespaceCheck } from './other-namespace.ts'
import { positiveWriteCheck } from './positive-write.ts'

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

const nothing = () => {
  throw new Error('not used here')
}

async function made(check: Check) {
  const parsed = parseConfig(
    'namespace: factory\ncommissioning: {plc: P, tag: T}\nplcs:\n  - {name: P, address: "127.0.0.1", tags: [{name: T, writable: true}]}\n  - {name: Q, address: "127.0.0.2"}\nmqtt: [{name: Central, broker: 127.0.0.1}]\n',
    'test.yaml',
  )
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const [config] = parsed.config.mqtt
  if (!config) throw new Error('no entry')
  let value = 1
  let hear: (address: string, payload: string) => void = () => {}
  const entry: RunEntry = {
    id: { service: 'mqtt', name: 'Central' },
    key: 'mqtt "Central"',
    base: 'factory',
    broker: '127.0.0.1:1883',
    config: plcs ? { ...config, plcs: [...plcs] } : config,
    problem: () => '',
    takesRequests: () => true,
    note: () => '',
    requester: () => ({
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
    }),
    inspector: () => ({
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
    }),
    isOwn: () => false,
    subscribeAgain: nothing,
    reopenIntake: nothing,
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
    readTag: async () => ({ ok: true, type: { kind: 'atomic', name: 'DINT' }, value }),
    plcClock: nothing,
    onEnded: () => () => {},
    closeGateFor: nothing,
    remember: async () => {},
    restored: async () => {},
    gaveUp: nothing,
    hex: (n) => (++digits).toString(16).padStart(n, '0'),
    now: () => 0,
    times: { listenMs: 0, answerMs: 0, lingerMs: 0, quietMs: 0 },
    signal: new AbortController().signal,
    say: () => {},
    client: () => requester,
    atEnd: () => {},
  }
  const findings = await check.run(context)
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
