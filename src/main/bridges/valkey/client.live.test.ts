import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { makeCertificates } from '#scripts/brokers/certificates'
import { liveDescribe } from '#scripts/brokers/live'
import { openClient } from './client.ts'
import { plain, startSite } from './test-site.ts'

const never = new AbortController().signal

/** What the server's side of each connection sees of its end. */
async function startWatch(target: number) {
  const seen: string[] = []
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    upstream.on('error', () => {})
    client.on('end', () => seen.push('end'))
    client.on('error', (error: Error & { code?: string }) => seen.push(error.code ?? error.message))
    client.on('close', () => upstream.destroy())
    // What comes after the server's end is read too, or ours would not be seen.
    upstream.on('close', () => client.resume())
    client.pipe(upstream).pipe(client)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { address: `127.0.0.1:${port}`, seen, stop: () => server.close() }
}

liveDescribe('redis', 'a connection to a real Redis', () => {
  describe.each(['plain', 'TLS'])('%s', (kind) => {
    test('is reset where it is given up, so that nothing of it arrives later, and closed in order at a goodbye', async () => {
      const files = makeCertificates({ names: ['IP:127.0.0.1'] })
      const server = await startSite({ tls: files })
      const watch = await startWatch(kind === 'TLS' ? (server.tlsPort ?? 0) : server.port)
      const open = async () => {
        const { address } = watch
        const entry = { ...plain, address, ...(kind === 'TLS' && { use_tls: true, ca_file: files.ca }) }
        const place = {
          entry: { service: 'valkey', name: 'Contract' } as const,
          address,
          base: 'site',
          user: 'default',
          database: 0,
          tls: entry.use_tls,
        }
        const client = await openClient({ entry, place, name: 'test' }, never)
        expect(await client.redis.ping()).toBe('PONG')
        return client
      }
      try {
        const given = await open()
        given.destroy()
        expect((await given.ended).message).toContain('the connection is gone')
        await vi.waitUntil(() => watch.seen.length > 0)
        expect(watch.seen.splice(0)).toEqual(['ECONNRESET'])
        const orderly = await open()
        await orderly.quit()
        await vi.waitUntil(() => watch.seen.length > 0)
        expect(watch.seen).toEqual(['end'])
      } finally {
        watch.stop()
        await server.stop()
      }
    })
  })
})
