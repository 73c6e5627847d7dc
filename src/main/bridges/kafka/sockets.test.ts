import { once } from 'node:events'
import net from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { createSockets } from './sockets.ts'

const servers: net.Server[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))))
})

async function listening(onSocket: (socket: net.Socket) => void = () => {}): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    onSocket(socket)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

const kafkaArguments = (host: string, port: number, onConnect = () => {}) =>
  // kafkajs gives no TLS options where there are none, though its type says otherwise.
  ({ host, port, onConnect, ssl: null }) as never

test('reaches the real host of a name that stands in for it', async () => {
  const port = await listening((socket) => socket.end())
  const sockets = createSockets(new Map([['seed-0.invalid', '127.0.0.1']]), () => {})
  await new Promise<void>((resolve) => {
    sockets.create(kafkaArguments('seed-0.invalid', port, resolve))
  })
  sockets.destroy()
})

test('keeps the error of an address until it is reached', async () => {
  const port = await listening()
  const closed = servers.pop()
  await new Promise((done) => closed?.close(done))
  const sockets = createSockets(new Map(), () => {})
  sockets.create(kafkaArguments('127.0.0.1', port))
  await vi.waitUntil(() => sockets.failures.size === 1)
  expect(sockets.failures.get(`127.0.0.1:${port}`)?.message).toContain('ECONNREFUSED')
  const again = net.createServer()
  servers.push(again)
  again.listen(port, '127.0.0.1')
  await once(again, 'listening')
  await new Promise<void>((resolve) => {
    sockets.create(kafkaArguments('127.0.0.1', port, resolve))
  })
  expect(sockets.failures.size).toBe(0)
  sockets.destroy()
})

test('tells a break from the other side, but not its own end, after which it makes no socket', async () => {
  const ends: (() => void)[] = []
  const port = await listening((socket) => ends.push(() => socket.destroy()))
  let broken = 0
  const sockets = createSockets(new Map(), () => broken++)
  const connect = () =>
    new Promise<net.Socket>((resolve) => {
      const socket = sockets.create(kafkaArguments('127.0.0.1', port, () => resolve(socket)))
    })
  await connect()
  await vi.waitUntil(() => ends.length === 1)
  ends[0]?.()
  await vi.waitUntil(() => broken === 1)
  const second = await connect()
  const gone = new Promise((done) => second.once('close', done))
  sockets.destroy()
  await gone
  expect(broken).toBe(1)
  expect(() => sockets.create(kafkaArguments('127.0.0.1', port))).toThrow('was closed')
})
