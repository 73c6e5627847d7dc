/** The commissioning tag after a crash, by a clock of the test. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Requester } from '#main/bridges/requester'
import { silentLog } from '#main/log'
import type { LeftBehind } from '#shared/isolation-run'
import { bringBackAfterCrash } from './after-crash.ts'
import type { RunContext } from './context.ts'
import { madeUp } from './test-site.ts'

const held = { id: 'x', plc: 'P', tag: 'T', before: '1', written: '2' }
const minuteMs = 60_000

let value: number
let online: boolean
let told: string[]
let left: LeftBehind[]

beforeEach(() => {
  vi.useFakeTimers()
  vi.setSystemTime(1_800_000_000_000)
  value = 2
  online = false
  told = []
  left = []
})
afterEach(() => {
  vi.useRealTimers()
})

const yaml =
  'namespace: factory\nplcs: [{name: P, address: "127.0.0.1", tags: [{name: T, writable: true}]}]\nmqtt: [{name: Central, broker: 127.0.0.1}]\n'

function context(): RunContext {
  const requester: Requester = {
    send: async function* ({ address, payload }) {
      const request = JSON.parse(payload) as { value: number }
      value = request.value
      yield { kind: 'response', at: 0, address, payload: JSON.stringify({ ...request, success: true }) }
    },
    close: async () => {},
  }
  return madeUp(
    yaml,
    { requester: () => requester },
    {
      plcs: () => [{ name: 'P', address: 'p', pin: { kind: 'unpinned' }, online }],
      readTag: async () => ({ ok: true, type: { kind: 'atomic', name: 'DINT' }, value }),
      restored: async () => void told.push('restored'),
      gaveUp: async () => void told.push('given up'),
    },
  ).context
}

/** After a start now; the value was remembered so long ago. */
async function started(agoMs: number, whileMs: number) {
  const stop = new AbortController()
  const open = [{ ...held, heldAt: Date.now() - agoMs }]
  const done = bringBackAfterCrash({
    context,
    open,
    onLeft: (one) => left.push(one),
    log: silentLog,
    signal: stop.signal,
  })
  await vi.advanceTimersByTimeAsync(whileMs)
  stop.abort(new Error('over'))
  await done
}

it('soon after the crash the old value is written', async () => {
  online = true
  await started(minuteMs, 5_000)
  expect(value).toBe(1)
  expect(told).toEqual(['restored'])
  expect(left).toEqual([])
})

it('after ten minutes without PLC or broker it is given up for good, and a person is asked', async () => {
  await started(minuteMs, 11 * minuteMs)
  expect(told).toEqual(['given up'])
  expect(left).toEqual([
    { ...held, text: expect.stringMatching(/^P\/T may still hold 2 and not 1 \(.*\)\. Look, and write 1 to it if/) },
  ])
  expect(value).toBe(2)
})

it('long after the crash nothing is written: it may be an operator’s value by now', async () => {
  online = true
  await started(24 * 60 * minuteMs, 5_000)
  expect(value).toBe(2)
  expect(told).toEqual(['given up'])
  expect(left).toMatchObject([{ id: 'x', text: expect.stringContaining('Look, and write 1 to it if') }])
})

it('a stop before that leaves it to the next start', async () => {
  await started(minuteMs, 5_000)
  expect(told).toEqual([])
  expect(left).toEqual([])
})
