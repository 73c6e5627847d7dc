import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type Contract, joinedWires, returns, serve, type Wire } from '#shared/rpc'
import { type Api, createApi } from './api.ts'
import { type OpenWire, SignedOut } from './wire.ts'

const contract = {
  requests: {
    double: { input: z.strictObject({ value: z.number() }), output: returns<number>() },
    wait: { input: z.strictObject({}), output: returns<string>() },
  },
  events: {
    levels: {
      input: z.strictObject({ from: z.number() }),
      item: returns<number>(),
      keep: { kind: 'last', most: 100 },
    },
  },
} as const satisfies Contract

let api: Api<typeof contract>
afterEach(() => {
  api.close()
  vi.useRealTimers()
})

const turns = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

/** A gateway that can be switched off and on. */
function start() {
  const state: { up: boolean; why: Error; far?: Wire } = { up: true, why: new Error('nobody is there') }
  const emits = new Set<(level: number) => void>()
  let calls = 0
  const openWire: OpenWire = async () => {
    if (!state.up) throw state.why
    const [near, far] = joinedWires()
    state.far = far
    const handlers = {
      requests: {
        double: ({ value }: { value: number }) => {
          calls++
          return 2 * value
        },
        wait: () => new Promise<string>(() => {}),
      },
      events: {
        levels: ({ from }: { from: number }, emit: (level: number) => void) => {
          emit(from)
          emits.add(emit)
          return () => void emits.delete(emit)
        },
      },
    }
    serve(far, handlers, contract)
    return near
  }
  api = createApi<typeof contract>(openWire)
  const lose = () => {
    state.up = false
    state.far?.close()
  }
  return { state, emits, lose, calls: () => calls }
}

test('a call before the first connection waits for it', async () => {
  start()
  expect(api.connection.getState().kind).toBe('connecting')
  expect(await api.call('double', { value: 21 })).toBe(42)
  expect(api.connection.getState().kind).toBe('open')
})

test('a lost connection is told, with when it is tried again, and opened again', async () => {
  vi.useFakeTimers()
  const { state, lose } = start()
  await turns()
  lose()
  await turns()
  expect(api.connection.getState()).toMatchObject({
    kind: 'lost',
    attempts: 1,
    retryAt: Date.now() + 500,
    signedOut: false,
  })
  await vi.advanceTimersByTimeAsync(500)
  expect(api.connection.getState()).toMatchObject({
    kind: 'lost',
    why: 'nobody is there',
    attempts: 2,
    since: Date.now() - 500,
  })
  for (let i = 0; i < 20; i++) {
    await vi.advanceTimersByTimeAsync(5_000)
    const now = api.connection.getState()
    if (now.kind !== 'lost') throw new Error('not lost')
    expect(now.retryAt - Date.now()).toBeLessThanOrEqual(5_000)
  }
  state.up = true
  await vi.advanceTimersByTimeAsync(5_000)
  expect(api.connection.getState().kind).toBe('open')
})

test('a person who does not want to wait is served at once', async () => {
  vi.useFakeTimers()
  const { state, lose } = start()
  await turns()
  lose()
  await turns()
  state.up = true
  api.retry()
  await turns()
  expect(api.connection.getState().kind).toBe('open')
})

test('a call under way is not repeated and a new one does not wait: a write must not be done later', async () => {
  const { lose, calls } = start()
  const call = api.call('wait', {})
  await turns()
  const rejected = expect(call).rejects.toMatchObject({ code: 'closed' })
  lose()
  await rejected
  await turns()
  await expect(api.call('double', { value: 1 })).rejects.toMatchObject({
    code: 'closed',
    message: /^double: no connection to the gateway/,
  })
  expect(calls()).toBe(0)
})

test('a subscription lasts over a lost connection and says that everything comes anew', async () => {
  vi.useFakeTimers()
  const { state, lose, emits } = start()
  const got: (string | number)[] = []
  const stop = api.subscribe(
    'levels',
    { from: 7 },
    {
      onBegin: () => void got.push('begin'),
      onItems: (items) => void got.push(...items),
      onEnd: () => void got.push('end'),
    },
  )
  await turns()
  for (const emit of emits) emit(8)
  await turns()
  lose()
  await turns()
  expect(emits.size).toBe(0)
  state.up = true
  api.retry()
  await turns()
  expect(got).toEqual(['begin', 7, 8, 'begin', 7])
  stop()
  await turns()
  expect(emits.size).toBe(0)
  lose()
  await turns()
  state.up = true
  api.retry()
  await turns()
  expect(got).toHaveLength(5)
})

test('a subscription that the gateway refuses has ended for good', async () => {
  vi.useFakeTimers()
  const { state, lose } = start()
  const onEnd = vi.fn()
  const onBegin = vi.fn()
  const wrong = { from: Number.NaN }
  api.subscribe('levels', wrong, { onItems: () => {}, onBegin, onEnd })
  await turns()
  expect(onEnd).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'bad-input' }))
  lose()
  await turns()
  state.up = true
  api.retry()
  await turns()
  expect(onBegin).toHaveBeenCalledOnce()
})

test('a page that the gateway does not know any more says that a person has to act', async () => {
  const { state, lose } = start()
  await turns()
  state.why = new SignedOut('open the address')
  lose()
  await vi.waitUntil(() => {
    const now = api.connection.getState()
    return now.kind === 'lost' && now.signedOut
  })
  expect(api.connection.getState()).toMatchObject({ why: 'open the address' })
})

test('a subscription that does something is begun once, and ends with its connection', async () => {
  const { state, lose, emits } = start()
  const onEnd = vi.fn()
  await turns()
  api.subscribeOnce('levels', { from: 1 }, { onItems: () => {}, onEnd })
  await turns()
  expect(emits.size).toBe(1)
  lose()
  await turns()
  expect(onEnd).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'closed' }))
  const late = vi.fn()
  api.subscribeOnce('levels', { from: 2 }, { onItems: () => {}, onEnd: late })
  expect(late).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'closed' }))
  state.up = true
  api.retry()
  await turns()
  expect(emits.size).toBe(0)
})
