import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { startProxy, type TcpProxy } from './proxy.ts'
import { freePort } from './server.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A server that sends back what it gets, and a proxy before it. */
async function site(): Promise<{ proxy: TcpProxy; opened: () => number }> {
  let opened = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    opened++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  const target = await freePort()
  server.listen(target, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const proxy = await startProxy({ target })
  ends.push(proxy.stop)
  return { proxy, opened: () => opened }
}

async function client({ port }: TcpProxy) {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  let closed = false
  socket.on('data', (bytes) => {
    heard += bytes.toString()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    closed = true
  })
  ends.push(() => socket.destroy())
  await once(socket, 'connect')
  return { socket, heard: () => heard, closed: () => closed }
}

const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 5_000, interval: 2 })
const quiet = () => new Promise((resolve) => setTimeout(resolve, 150))

test('passes bytes in both directions, and the end of one direction', async () => {
  const { proxy } = await site()
  const one = await client(proxy)
  one.socket.write('x'.repeat(1_000_000))
  one.socket.end('last')
  await until(() => one.closed())
  expect(one.heard().length).toBe(1_000_004)
  expect(one.heard().endsWith('last')).toBe(true)
})

test('cuts connections and refuses new ones until restored', async () => {
  const { proxy, opened } = await site()
  const one = await client(proxy)
  one.socket.write('a')
  await until(() => one.heard() === 'a')
  proxy.cut()
  await until(() => one.closed())
  const refused = await client(proxy).catch(() => undefined)
  await until(() => refused === undefined || refused.closed())
  expect(opened()).toBe(1)
  proxy.restore()
  const again = await client(proxy)
  again.socket.write('b')
  await until(() => again.heard() === 'b')
})

test('stands still without a word, also for new connections, and passes everything afterwards in order', async () => {
  const { proxy, opened } = await site()
  const one = await client(proxy)
  one.socket.write('a')
  await until(() => one.heard() === 'a')
  proxy.stall()
  one.socket.write('b')
  one.socket.write('c')
  const late = await client(proxy)
  late.socket.write('late')
  await quiet()
  expect([one.heard(), one.closed(), late.heard(), late.closed(), opened()]).toEqual(['a', false, '', false, 1])
  proxy.restore()
  await until(() => one.heard() === 'abc' && late.heard() === 'late')
})

test('delays in both directions', async () => {
  const { proxy } = await site()
  const one = await client(proxy)
  proxy.delay(100)
  const from = performance.now()
  one.socket.write('a')
  await until(() => one.heard() === 'a')
  expect(performance.now() - from).toBeGreaterThan(195)
  proxy.delay(0)
  one.socket.write('b')
  await until(() => one.heard() === 'ab')
})

test('breaks connections once', async () => {
  const { proxy } = await site()
  const one = await client(proxy)
  proxy.reset()
  await until(() => one.closed())
  const two = await client(proxy)
  two.socket.write('x')
  await until(() => two.heard() === 'x')
  expect(proxy.connections()).toBe(1)
})
