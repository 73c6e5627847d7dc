import { expect, expectTypeOf, test, vi } from 'vitest'
import { z } from 'zod'
import {
  type Contract,
  connectTo,
  type Frame,
  type Handlers,
  joinedWires,
  RpcError,
  returns,
  serve,
  type Wire,
} from '#shared/rpc'

const contract = {
  requests: {
    double: { input: z.strictObject({ value: z.union([z.number(), z.bigint()]) }), output: returns<number | bigint>() },
    wait: { input: z.strictObject({}), output: returns<string>() },
    fail: { input: z.strictObject({ how: z.enum(['refused', 'bug', 'circle']) }), output: returns<unknown>() },
  },
  events: {
    levels: {
      input: z.strictObject({}),
      item: returns<{ name: string; level: number }>(),
      keep: { kind: 'newest', key: (item: { name: string }) => item.name },
    },
    lines: { input: z.strictObject({ from: z.number() }), item: returns<number>(), keep: { kind: 'last', most: 10 } },
  },
} as const satisfies Contract
type Test = typeof contract

function start() {
  const [near, far] = joinedWires()
  const sent: Frame[] = []
  const counted: Wire = {
    ...far,
    send: (frame) => {
      sent.push(frame)
      far.send(frame)
    },
  }
  const aborted: unknown[] = []
  let endWait = (_text: string) => {}
  const levels = new Set<(item: { name: string; level: number }) => void>()
  const lines = new Set<(item: number) => void>()
  const stopped = vi.fn()
  const onFailure = vi.fn()
  const handlers: Handlers<Test> = {
    requests: {
      double: ({ value }) => (typeof value === 'bigint' ? value * 2n : value * 2),
      wait: (_input, signal) =>
        new Promise((resolve) => {
          endWait = resolve
          signal.addEventListener('abort', () => aborted.push(signal.reason), { once: true })
        }),
      fail: ({ how }) => {
        if (how === 'circle') {
          const circle: unknown[] = []
          circle.push(circle)
          return circle
        }
        if (how === 'refused') throw new RpcError('refused', 'plc "Main": not now')
        throw new TypeError('x is not a function')
      },
    },
    events: {
      levels: (_input, emit) => {
        levels.add(emit)
        return () => {
          levels.delete(emit)
          stopped()
        }
      },
      lines: ({ from }, emit) => {
        for (let i = from; i < 0; i++) emit(i)
        lines.add(emit)
        return () => lines.delete(emit)
      },
    },
  }
  serve(counted, handlers, contract, { onFailure, mostOpen: 5 })
  return {
    near,
    far,
    client: connectTo<Test>(near),
    sent,
    aborted,
    endWait: (text: string) => endWait(text),
    levels,
    lines,
    stopped,
    onFailure,
  }
}

const turns = () => new Promise((resolve) => setImmediate(resolve))

test('answers calls, each with its own reply, and keeps every digit', async () => {
  const { client } = start()
  const answers = await Promise.all([client.call('double', { value: 4 }), client.call('double', { value: 2n ** 62n })])
  expect(answers).toEqual([8, 2n ** 63n])
})

test('a renamed call, a wrong input or a missing handler does not compile', () => {
  const { client } = start()
  expectTypeOf(client.call<'double'>)
    .parameter(1)
    .toEqualTypeOf<{ value: number | bigint }>()
  expectTypeOf(client.call<'wait'>).returns.resolves.toEqualTypeOf<string>()
  // @ts-expect-error there is no such call
  client.call('treble', { value: 1 }).catch(() => {})
  // @ts-expect-error the input is of the wrong type
  client.call('double', { value: 'x' }).catch(() => {})
  // @ts-expect-error a handler is missing
  const requests: Handlers<Test>['requests'] = { double: ({ value }) => value, wait: () => '' }
  expect(requests).toBeDefined()
})

test('refuses what the contract does not know or allow, and says which field', async () => {
  const { client, near, onFailure } = start()
  const raw = connectTo<{ requests: { [name: string]: Contract['requests'][string] }; events: Contract['events'] }>(
    near,
  )
  await expect(raw.call('nothing', {})).rejects.toMatchObject({ code: 'unknown-call', message: /^nothing: / })
  for (const inherited of ['toString', '__proto__', 'constructor'])
    await expect(raw.call(inherited, {})).rejects.toMatchObject({ code: 'unknown-call' })
  await expect(raw.call('double', { value: 'x' })).rejects.toMatchObject({
    code: 'bad-input',
    message: /^double: value: /,
  })
  await expect(raw.call('double', { value: 1, more: 1 })).rejects.toMatchObject({ code: 'bad-input' })
  await expect(raw.call('double', undefined)).rejects.toMatchObject({ code: 'bad-input' })
  expect(onFailure).not.toHaveBeenCalled()
  expect(client).toBeDefined()
})

test('tells an expected no from a bug, and tells the gateway of bugs only', async () => {
  const { client, onFailure } = start()
  await expect(client.call('fail', { how: 'refused' })).rejects.toMatchObject({
    code: 'refused',
    message: 'plc "Main": not now',
  })
  expect(onFailure).not.toHaveBeenCalled()
  await expect(client.call('fail', { how: 'bug' })).rejects.toMatchObject({
    code: 'failed',
    message: 'x is not a function',
  })
  await expect(client.call('fail', { how: 'circle' })).rejects.toMatchObject({ code: 'failed' })
  expect(onFailure).toHaveBeenCalledTimes(2)
})

test('an abort rejects at once and reaches the handler', async () => {
  const { client, aborted, endWait, sent } = start()
  const controller = new AbortController()
  const call = client.call('wait', {}, { signal: controller.signal })
  await turns()
  controller.abort()
  await expect(call).rejects.toMatchObject({ code: 'cancelled' })
  await turns()
  expect(aborted).toHaveLength(1)
  endWait('late')
  await turns()
  expect(sent).toEqual([])
  await expect(client.call('wait', {}, { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' })
})

test('giving up calls makes no room for more of them while their handlers work', async () => {
  const { client } = start()
  for (let i = 0; i < 5; i++) {
    const controller = new AbortController()
    const call = client.call('wait', {}, { signal: controller.signal })
    await turns()
    controller.abort()
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
  }
  await expect(client.call('double', { value: 1 })).rejects.toMatchObject({ code: 'too-many' })
})

test('the end of the wire rejects open calls, aborts their handlers and stops subscriptions', async () => {
  const { client, far, aborted, stopped, levels } = start()
  const call = client.call('wait', {})
  const onEnd = vi.fn()
  client.subscribe('levels', {}, { onItems: () => {}, onEnd })
  await turns()
  expect(levels.size).toBe(1)
  far.close()
  await expect(call).rejects.toMatchObject({ code: 'closed' })
  expect(onEnd).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'closed' }))
  expect(aborted).toHaveLength(1)
  expect(stopped).toHaveBeenCalledOnce()
  await expect(client.call('double', { value: 1 })).rejects.toMatchObject({ code: 'closed' })
})

test('a peer that uses an id twice is cut off', async () => {
  const { near, aborted } = start()
  const closed = vi.fn()
  near.onClose(closed)
  near.send({ kind: 'call', id: 7, name: 'wait', input: {} })
  near.send({ kind: 'call', id: 7, name: 'wait', input: {} })
  await turns()
  expect(closed).toHaveBeenCalledOnce()
  expect(aborted).toHaveLength(1)
})

test('a subscriber that does not take its items gets the newest of each, in one frame, and memory stays bounded', async () => {
  const { client, levels, sent } = start()
  const got: (readonly { name: string; level: number }[])[] = []
  let release = () => {}
  client.subscribe(
    'levels',
    {},
    {
      onItems: (items) => {
        got.push(items)
        return new Promise((resolve) => {
          release = resolve
        })
      },
    },
  )
  await turns()
  const emit = (name: string, level: number) => {
    for (const listener of levels) listener({ name, level })
  }
  emit('a', 0)
  await turns()
  for (let i = 1; i <= 1_000; i++) {
    emit('a', i)
    emit('b', i)
    if (i % 100 === 0) await turns()
  }
  expect(sent).toHaveLength(1)
  release()
  await turns()
  expect(sent).toHaveLength(2)
  expect(got).toEqual([
    [{ name: 'a', level: 0 }],
    [
      { name: 'a', level: 1_000 },
      { name: 'b', level: 1_000 },
    ],
  ])
})

test('a bounded subscription keeps the newest, in order, and says how many it dropped', async () => {
  const { client } = start()
  const got: [number, number, number][] = []
  client.subscribe(
    'lines',
    { from: -1_000 },
    {
      onItems: (items, dropped) => void got.push([items.length, items[0] ?? 0, dropped]),
    },
  )
  await turns()
  expect(got).toEqual([[10, -10, 990]])
})

test('a subscription ends when it is stopped, refused, or its listener fails', async () => {
  const { client, levels, stopped, near } = start()
  const onEnd = vi.fn()
  const stop = client.subscribe('levels', {}, { onItems: () => {}, onEnd })
  await turns()
  stop()
  stop()
  await turns()
  expect(stopped).toHaveBeenCalledOnce()
  expect(onEnd).not.toHaveBeenCalled()

  client.subscribe('levels', {}, { onItems: () => Promise.reject(new Error('screen is gone')), onEnd })
  await turns()
  for (const emit of levels) emit({ name: 'a', level: 1 })
  await turns()
  expect(onEnd).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'failed' }))
  expect(levels.size).toBe(0)

  const refused = vi.fn()
  const raw = connectTo<{ requests: Contract['requests']; events: { [name: string]: Contract['events'][string] } }>(
    near,
  )
  raw.subscribe('lines', { from: 'x' }, { onItems: () => {}, onEnd: refused })
  raw.subscribe('nothing', {}, { onItems: () => {}, onEnd: refused })
  await turns()
  expect(refused.mock.calls.map(([error]) => error.code)).toEqual(['bad-input', 'unknown-call'])
})
