import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { socketWire as gatewayWire } from '#main/wires/socket-wire'
import { startProxy } from '#scripts/brokers/proxy'
import { type Contract, returns, serve } from '#shared/rpc'
import { createApi } from './api.ts'
import { socketWire } from './socket-wire.ts'

const contract = {
  requests: {
    set: { input: z.strictObject({ value: z.number() }), output: returns<number>() },
    wait: { input: z.strictObject({}), output: returns<string>() },
  },
  events: {},
} as const satisfies Contract

beforeEach(() => {
  vi.stubGlobal('WebSocket', WebSocket)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('a dead link is told, and nothing that was clicked on it is done later', { timeout: 30_000 }, async () => {
  const set = vi.fn(({ value }: { value: number }) => value)
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  server.on('connection', (ws, request) => {
    serve(
      gatewayWire(ws, request.socket),
      { requests: { set, wait: () => new Promise<string>(() => {}) }, events: {} },
      contract,
    )
  })
  const proxy = await startProxy({ target: (server.address() as AddressInfo).port })
  const api = createApi<typeof contract>(socketWire({ protocol: 'http:', host: `127.0.0.1:${proxy.port}` }))
  expect(await api.call('set', { value: 1 })).toBe(1)

  proxy.stall()
  const clicked = api.call('set', { value: 2 })
  await expect(clicked).rejects.toMatchObject({ code: 'closed', message: /the gateway does not answer/ })
  await vi.waitUntil(() => api.connection.getState().kind === 'lost')
  await vi.waitUntil(() => server.clients.size === 0, 10_000)
  proxy.restore()
  await vi.waitUntil(() => api.connection.getState().kind === 'open', 20_000)
  expect(await api.call('set', { value: 3 })).toBe(3)
  expect(set.mock.calls.map(([{ value }]) => value)).toEqual([1, 3])
  api.close()
  await proxy.stop()
  server.close()
})

/** A browser's WebSocket as far as the wire uses it. */
class Fake {
  static readonly OPEN = 1
  static last: Fake
  readyState = 1
  bufferedAmount = 0
  onopen = () => {}
  onclose = (_event: { reason: string }) => {}
  onmessage = (_event: { data: string }) => {}
  close = vi.fn()
  constructor() {
    Fake.last = this
  }
}

async function openFake(openWire = socketWire({ protocol: 'http:', host: 'gateway' })) {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', Fake)
  const opening = openWire(new AbortController().signal)
  Fake.last.onopen()
  const onClose = vi.fn()
  const wire = await opening
  wire.onClose(onClose)
  return { ws: Fake.last, onClose }
}

test('a gateway that has nothing to say is still heard; a silent one is given up, and no timer stays', async () => {
  const { ws, onClose } = await openFake()
  for (let i = 0; i < 30; i++) {
    vi.advanceTimersByTime(2_000)
    ws.onmessage({ data: '' })
  }
  expect(onClose).not.toHaveBeenCalled()
  vi.advanceTimersByTime(6_000)
  expect(onClose).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ message: expect.stringContaining('does not answer') }),
  )
  expect(ws.close).toHaveBeenCalledOnce()
  expect(vi.getTimerCount()).toBe(0)
})

test('a page whose timers are late, and one that sends much over a slow link, are not thrown out', async () => {
  const { ws, onClose } = await openFake()
  vi.setSystemTime(Date.now() + 600_000)
  vi.advanceTimersByTime(2_000)
  ws.onmessage({ data: '' })
  ws.bufferedAmount = 5_000_000
  for (let i = 0; i < 20; i++) {
    vi.advanceTimersByTime(2_000)
    ws.bufferedAmount -= 100_000
  }
  expect(onClose).not.toHaveBeenCalled()
  ws.onclose({ reason: 'the gateway has ended' })
  expect(onClose).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'the gateway has ended' }))
  expect(vi.getTimerCount()).toBe(0)
})

test('a link too slow for a large message gets more time with each wire, as long as it is not well', async () => {
  const openWire = socketWire({ protocol: 'http:', host: 'gateway' })
  const quietMs = async () => {
    const { onClose } = await openFake(openWire)
    const begun = Date.now()
    while (onClose.mock.calls.length === 0) vi.advanceTimersByTime(1_000)
    return Date.now() - begun
  }
  expect([await quietMs(), await quietMs(), await quietMs(), await quietMs(), await quietMs()]).toEqual([
    6_000, 10_000, 18_000, 34_000, 34_000,
  ])
  const { ws } = await openFake(openWire)
  for (let i = 0; i < 30; i++) {
    vi.advanceTimersByTime(2_000)
    ws.onmessage({ data: '' })
  }
  ws.onclose({ reason: '' })
  expect(await quietMs()).toBe(6_000)
})
