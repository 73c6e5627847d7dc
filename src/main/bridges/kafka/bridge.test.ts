import { once } from 'node:events'
import net from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createKafkaBridge } from './bridge.ts'
import { contextFor, entryFor } from './test-fixture.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A port that takes connections and never answers. */
async function silentPort(): Promise<{ port: number; sockets: Set<net.Socket> }> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.resume()
  })
  closing.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : 0, sockets }
}

test('gives up at once when told to while a broker is silent, and leaves no socket', async () => {
  const { port, sockets } = await silentPort()
  const stop = new AbortController()
  const connecting = createKafkaBridge(entryFor(port), contextFor('site')).connect({ signal: stop.signal })
  const refused = connecting.catch((error: Error) => error)
  while (sockets.size === 0) await new Promise((done) => setImmediate(done))
  const from = performance.now()
  stop.abort(new Error('stopped by a test'))
  expect(await refused).toMatchObject({ message: 'stopped by a test' })
  expect(performance.now() - from).toBeLessThan(500)
  while (sockets.size > 0) await new Promise((done) => setImmediate(done))
})

test('says that a broker does not answer, in time', async () => {
  const { port } = await silentPort()
  const from = performance.now()
  const connecting = createKafkaBridge(entryFor(port), contextFor('site')).connect({
    signal: new AbortController().signal,
  })
  await expect(connecting).rejects.toThrow(`kafka "Contract": no answer from the cluster (127.0.0.1:${port})`)
  expect(performance.now() - from).toBeLessThan(8_000)
})

test('names base, group and limits from the entry alone', () => {
  const bridge = createKafkaBridge(entryFor(1, { selector: 'line1' }), contextFor('site'))
  expect(bridge).toMatchObject({ base: 'site-line1', entry: { service: 'kafka', name: 'Contract' } })
  expect(bridge.limits).toEqual({ batch: 500, window: 1_000 })
})
