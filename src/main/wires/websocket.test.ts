import { connect, type Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { startProxy, type TcpProxy } from '#scripts/brokers/proxy'
import { type Contract, connectTo, returns, serve, type Wire } from '#shared/rpc'
import { connectWebSocket } from './connect-websocket.ts'
import { mostFrameBytes } from './socket-wire.ts'
import { openWireServer, type WireServer } from './websocket.ts'

const contract = {
  requests: {
    echo: { input: z.strictObject({ value: z.unknown() }), output: returns<unknown>() },
    fill: { input: z.strictObject({ bytes: z.number() }), output: returns<string>() },
    wait: { input: z.strictObject({}), output: returns<string>() },
  },
  events: {},
} as const satisfies Contract

const opened: WireServer[] = []
const sockets: WebSocket[] = []
const callers: Socket[] = []
const proxies: TcpProxy[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const caller of callers.splice(0)) caller.destroy()
  for (const ws of sockets.splice(0)) ws.terminate()
  await Promise.all(opened.splice(0).map((server) => server.close()))
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()))
})

async function open(mostWires?: number) {
  const aborted = vi.fn()
  const echoed = vi.fn()
  const wires: Wire[] = []
  const server = await openWireServer({
    boot: 'boot-1',
    ...(mostWires ? { mostWires } : {}),
    onWire: (wire) => {
      wires.push(wire)
      const handlers = {
        requests: {
          echo: ({ value }: { value?: unknown }) => {
            echoed(value)
            return value
          },
          fill: ({ bytes }: { bytes: number }) => 'x'.repeat(bytes),
          wait: (_input: object, signal: AbortSignal) =>
            new Promise<string>(() => signal.addEventListener('abort', aborted, { once: true })),
        },
        events: {},
      }
      serve(wire, handlers, contract)
    },
  })
  opened.push(server)
  return {
    ...server,
    wires,
    aborted,
    echoed,
    client: async () => connectTo<typeof contract>(await connectWebSocket(server.url, server.token)),
  }
}

/** A WebSocket as somebody else would open it. Resolves with 101, or the status it was refused with. */
function knock(
  url: string,
  headers: Record<string, string>,
  path = '/wire',
): Promise<{ status: number; ws: WebSocket }> {
  const ws = new WebSocket(url.replace('http', 'ws') + path, { headers })
  sockets.push(ws)
  return new Promise((resolve) => {
    ws.once('open', () => resolve({ status: 101, ws }))
    ws.once('unexpected-response', (_request, response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, ws })
    })
    ws.on('error', () => {})
  })
}

test('carries calls with all their digits', async () => {
  const client = await (await open()).client()
  const value = { big: 2n ** 63n - 1n, nan: Number.NaN, text: 'Füllstand', list: [1, [true, null]] }
  expect(await client.call('echo', { value })).toEqual(value)
  client.close()
})

test('what is said before somebody listens waits, and does not keep the server from stopping', async () => {
  const wires: Wire[] = []
  const server = await openWireServer({ boot: 'b', onWire: (wire) => void wires.push(wire) })
  opened.push(server)
  const caller = connectTo<typeof contract>(await connectWebSocket(server.url, server.token))
  const early = caller.call('echo', { value: 'early' })
  await vi.waitUntil(() => wires.length === 1)
  const frames: unknown[] = []
  wires[0]?.onFrame((frame) => frames.push(frame))
  await vi.waitUntil(() => frames.length === 1)
  expect(frames).toEqual([{ kind: 'call', id: 1, name: 'echo', input: { value: 'early' } }])
  const unheard = connectTo<typeof contract>(await connectWebSocket(server.url, server.token)).call('wait', {})
  const ends = [
    expect(early).rejects.toMatchObject({ code: 'closed' }),
    expect(unheard).rejects.toMatchObject({ code: 'closed' }),
  ]
  const begun = performance.now()
  await server.close()
  expect(performance.now() - begun).toBeLessThan(1_000)
  await Promise.all(ends)
})

test('is reachable on 127.0.0.1 only and tells its boot id to who has the token', async () => {
  const { url, token } = await open()
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const authorization = `Bearer ${token}`
  expect(await (await fetch(`${url}/boot`, { headers: { authorization } })).text()).toBe('boot-1')
  expect((await fetch(`${url}/boot`)).status).toBe(401)
  expect((await fetch(`${url}/boot`, { headers: { authorization }, method: 'POST', body: 'x' })).status).toBe(405)
  expect((await fetch(`${url}/`, { headers: { authorization } })).status).toBe(404)
  await expect(fetch(url.replace('127.0.0.1', '127.0.0.2'))).rejects.toThrow()
})

test('refuses an upgrade without the token, from another page, under another name, or to another path', async () => {
  const { url, token, wires } = await open()
  const authorization = `Bearer ${token}`
  expect((await knock(url, {})).status).toBe(401)
  expect((await knock(url, { authorization: 'Bearer wrong' })).status).toBe(401)
  expect((await knock(url, { authorization, origin: 'http://evil.example' })).status).toBe(403)
  expect((await knock(url, { authorization, host: 'evil.example' })).status).toBe(421)
  expect((await knock(url, { authorization }, '/other')).status).toBe(404)
  expect((await knock(`${url}`, {}, `/wire?token=${token}`)).status).toBe(401)
  expect(wires).toHaveLength(0)
  expect((await knock(url, { authorization, origin: url })).status).toBe(101)
})

test('refused callers that never close take nobody the place', async () => {
  const { url, client } = await open(1)
  for (let i = 0; i < 8; i++) {
    const caller = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true })
    callers.push(caller)
    caller.on('error', () => {})
    caller.write(`GET /wire HTTP/1.1\r\nHost: ${url.slice(7)}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
    // Dropped unheard where the places are taken.
    await new Promise((resolve) => caller.once('data', resolve).once('close', resolve))
  }
  await vi.waitFor(async () => expect(await (await client()).call('echo', { value: 1 })).toBe(1))
})

test('says in words why the caller got no wire', async () => {
  const { url, token, close } = await open(1)
  await expect(connectWebSocket(url, 'wrong')).rejects.toThrow(/token is refused/)
  const wire = await connectWebSocket(url, token)
  await expect(connectWebSocket(url, token)).rejects.toThrow(/too many are connected/)
  wire.close()
  await close()
  await expect(connectWebSocket(url, token)).rejects.toThrow(/nobody is there/)
  await expect(connectWebSocket(url, token, { signal: AbortSignal.abort(new Error('never mind')) })).rejects.toThrow(
    'never mind',
  )
})

test('a server that never answers is given up', async () => {
  const silent = await import('node:net').then(({ createServer }) => createServer().listen(0, '127.0.0.1'))
  await new Promise((resolve) => silent.once('listening', resolve))
  const address = silent.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  await expect(connectWebSocket(url, 'x', { timeoutMs: 100 })).rejects.toThrow(/no answer/)
  const aborted = connectWebSocket(url, 'x', { signal: AbortSignal.timeout(100) })
  await expect(aborted).rejects.toThrow(/timeout/)
  silent.close()
})

test('garbage ends its own wire and no other', async () => {
  const { url, token, client } = await open()
  const good = await client()
  const bad: [string, (ws: WebSocket) => void][] = [
    ['no JSON', (ws) => ws.send('{')],
    ['no frame', (ws) => ws.send('{"kind":"call","id":"x"}')],
    ['binary', (ws) => ws.send(Buffer.from([1, 2, 3]))],
    ['too large', (ws) => ws.send('x'.repeat(mostFrameBytes + 1))],
    ['too deep', (ws) => ws.send('['.repeat(1_000_000))],
  ]
  for (const [name, send] of bad) {
    const { ws } = await knock(url, { authorization: `Bearer ${token}` })
    const closed = new Promise((resolve) => ws.once('close', resolve))
    send(ws)
    expect(await closed, name).toSatisfy((code: number) => [1006, 1008, 1009].includes(code))
  }
  expect(await good.call('echo', { value: 1 })).toBe(1)
})

test('raw bytes that are no HTTP at all leave the server as it was', async () => {
  const { url, client } = await open()
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(Buffer.from(Array.from({ length: 4_000 }, (_, i) => i % 256)))
  socket.resume()
  await closed
  expect(await (await client()).call('echo', { value: 1 })).toBe(1)
})

test('a caller that does not read is cut off before memory grows', async () => {
  const { url, token, wires } = await open()
  const { ws } = await knock(url, { authorization: `Bearer ${token}` })
  ws.pause()
  const [wire] = wires
  const closed = new Promise<Error>((resolve) => wire?.onClose(resolve))
  for (let id = 1; id <= 12; id++)
    ws.send(JSON.stringify({ kind: 'call', id, name: 'fill', input: { bytes: mostFrameBytes / 2 } }))
  expect((await closed).message).toMatch(/does not read/)
})

test('an answer that is too large fails alone', async () => {
  const client = await (await open()).client()
  await expect(client.call('fill', { bytes: mostFrameBytes })).rejects.toMatchObject({
    code: 'failed',
    message: /too large/,
  })
  expect(await client.call('echo', { value: 1 })).toBe(1)
})

test('stopping ends every wire within a second, also one whose end never answers', async () => {
  const { url, token, client, close, aborted } = await open()
  const call = (await client()).call('wait', {})
  const stuck = connect(Number(new URL(url).port), '127.0.0.1')
  stuck.on('error', () => {})
  stuck.write(
    `GET /wire HTTP/1.1\r\nHost: ${url.slice(7)}\r\nAuthorization: Bearer ${token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  await new Promise((resolve) => stuck.once('data', resolve))
  stuck.pause()
  const begun = performance.now()
  const rejected = expect(call).rejects.toMatchObject({ code: 'closed', message: /the gateway has ended/ })
  await close()
  expect(performance.now() - begun).toBeLessThan(1_000)
  await rejected
  expect(aborted).toHaveBeenCalledOnce()
  stuck.destroy()
})

/** A wire over a network that can be stalled; a call waits on it. */
async function openBehindProxy() {
  const server = await open()
  const { url, token, wires } = server
  const proxy = await startProxy({ target: Number(new URL(url).port) })
  proxies.push(proxy)
  const headers = { authorization: `Bearer ${token}`, host: new URL(url).host }
  const { status, ws } = await knock(`http://127.0.0.1:${proxy.port}`, headers)
  expect(status).toBe(101)
  ws.send(JSON.stringify({ kind: 'call', id: 1, name: 'wait', input: {} }))
  ws.send(JSON.stringify({ kind: 'call', id: 2, name: 'echo', input: { value: 'early' } }))
  await vi.waitUntil(() => server.echoed.mock.calls.length === 1)
  expect(wires).toHaveLength(1)
  return { ...server, proxy, ws }
}

test('what was said on a dead link is not carried out when the link is back', { timeout: 30_000 }, async () => {
  const { proxy, ws, aborted, echoed, client } = await openBehindProxy()
  const idle = await client()
  const held = idle.call('wait', {})
  const begun = performance.now()
  proxy.stall()
  ws.send(JSON.stringify({ kind: 'call', id: 3, name: 'echo', input: { value: 'late' } }))
  await vi.waitUntil(() => aborted.mock.calls.length > 0, 20_000)
  expect(performance.now() - begun).toBeLessThan(10_000)
  const closed = new Promise((resolve) => ws.once('close', resolve))
  proxy.restore()
  await closed
  // Who says nothing but is there stays, with what it has under way.
  expect(aborted).toHaveBeenCalledOnce()
  expect(await idle.call('echo', { value: 'now' })).toBe('now')
  expect(echoed.mock.calls).toEqual([['early'], ['now']])
  idle.close()
  await expect(held).rejects.toMatchObject({ code: 'closed' })
})

test('a caller hears that the link is dead', { timeout: 30_000 }, async () => {
  // A server that takes the wire and is never heard of again, as one that was stopped by a debugger.
  const taken: Socket[] = []
  const { url, token } = await open()
  const { createServer } = await import('node:net')
  const target = Number(new URL(url).port)
  const proxy = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    taken.push(near, far)
    near.on('data', (bytes) => far.write(String(bytes).replace(/Host: [^\r]*/, `Host: ${new URL(url).host}`)))
    far.once('data', (bytes) => near.write(bytes))
    for (const socket of [near, far]) socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => proxy.once('listening', resolve))
  const address = proxy.address()
  const port = typeof address === 'object' ? address?.port : 0
  const client = connectTo<typeof contract>(await connectWebSocket(`http://127.0.0.1:${port}`, token))
  await expect(client.call('wait', {})).rejects.toMatchObject({ code: 'closed', message: /does not answer/ })
  for (const socket of taken) socket.destroy()
  proxy.close()
})

test('a gateway that stood still carries out nothing that came meanwhile', async () => {
  const { ws, aborted, echoed } = await openBehindProxy()
  const closed = new Promise((resolve) => ws.once('close', resolve))
  const now = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(now + 60_000)
  ws.send(JSON.stringify({ kind: 'call', id: 3, name: 'echo', input: { value: 'late' } }))
  await closed
  await vi.waitUntil(() => aborted.mock.calls.length === 1)
  expect(echoed.mock.calls).toEqual([['early']])
})
