import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { afterEach, expect, test, vi } from 'vitest'
import { makeCertificates } from './certificates.ts'
import { liveDescribe, uniqueNamespace } from './live.ts'
import { type RedisOptions, startRedis } from './redis.ts'
import { answers, Missing, type Server, until } from './server.ts'

interface Login {
  readonly username?: string
  readonly password?: string
  readonly tls?: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer }
}

liveDescribe('redis', 'a Redis for tests', (shared) => {
  const servers: Server[] = []
  const clients: Redis[] = []
  const start = async (options?: RedisOptions) => {
    const server = await startRedis(options)
    servers.push(server)
    return server
  }
  const connect = async (port: number, options: Login = {}) => {
    const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null, ...options })
    client.on('error', () => {})
    clients.push(client)
    await client.connect()
    return client
  }
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect()
    await Promise.all(servers.splice(0).map((server) => server.stop()))
  })

  test('is there for all test files', async () => {
    const key = uniqueNamespace()
    const client = await connect(shared.port)
    await client.set(key, 'x', 'EX', 60)
    expect(await client.get(key)).toBe('x')
  })

  test('says how to get it where it is missing', async () => {
    vi.stubEnv('PATH', '/nowhere')
    await expect(startRedis().finally(() => vi.unstubAllEnvs())).rejects.toThrow(
      new Missing('redis-server is not installed. Debian: apt-get install redis-server'),
    )
  })

  test('is killed, and comes back on the same port without its keys', async () => {
    const server = await start()
    await (await connect(server.port)).set('a', 'b')
    await server.kill()
    expect(await answers(server.port)).toBe(false)
    await server.restart()
    expect(await (await connect(server.port)).get('a')).toBeNull()
  })

  test('keeps its keys over SIGKILL where asked to, until told to lose them', async () => {
    const server = await start({ persistence: true })
    await (await connect(server.port)).set('a', 'b')
    await server.kill()
    await server.restart()
    expect(await (await connect(server.port)).get('a')).toBe('b')
    await server.restart({ loseData: true })
    expect(await (await connect(server.port)).get('a')).toBeNull()
  })

  test('is frozen and goes on', async () => {
    const server = await start()
    const client = await connect(server.port)
    server.pause()
    let answered = false
    const asked = client.ping().then(() => {
      answered = true
    })
    expect(await until(() => answered, 300)).toBe(false)
    server.resume()
    await asked
  })

  test('asks for a password, and users keep to their rights', async () => {
    const server = await start({ requirepass: 'secret', users: { gateway: 'on >other ~mine:* +@all' } })
    await expect(connect(server.port, { password: 'wrong' })).rejects.toThrow(/closed|WRONGPASS/)
    await (await connect(server.port, { password: 'secret' })).set('a', 'b')
    const user = await connect(server.port, { username: 'gateway', password: 'other' })
    await user.set('mine:a', 'b')
    await expect(user.set('a', 'b')).rejects.toThrow(/NOPERM/)
  })

  test('speaks TLS and refuses a stranger', async () => {
    const tls = makeCertificates()
    const server = await start({ tls, clientCertificates: true })
    const files = { ca: readFileSync(tls.ca), cert: readFileSync(tls.clientCert), key: readFileSync(tls.clientKey) }
    const client = await connect(server.tlsPort ?? 0, { tls: files })
    expect(await client.ping()).toBe('PONG')
    const trusting = { ...files, ca: readFileSync(makeCertificates().ca) }
    await expect(connect(server.tlsPort ?? 0, { tls: trusting })).rejects.toThrow()
  })
})
