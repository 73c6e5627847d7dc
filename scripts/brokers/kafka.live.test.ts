import { readFileSync } from 'node:fs'
import { type Admin, Kafka, type KafkaConfig, logLevel, type SASLOptions } from 'kafkajs'
import { afterEach, expect, test } from 'vitest'
import { makeCertificates } from './certificates.ts'
import { type KafkaOptions, startKafka } from './kafka.ts'
import { liveDescribe, uniqueNamespace } from './live.ts'
import { answers, type Server, until } from './server.ts'

liveDescribe('kafka', 'a Kafka for tests', (shared) => {
  const servers: Server[] = []
  const start = async (options?: KafkaOptions) => {
    const server = await startKafka(options)
    servers.push(server)
    return server
  }
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()))
  })

  test('is there for all test files', async () => {
    const topic = uniqueNamespace()
    await using(shared.port, {}, async (admin) => {
      await admin.createTopics({ topics: [{ topic }] })
      expect(await admin.listTopics()).toContain(topic)
      await admin.deleteTopics({ topics: [topic] })
    })
  })

  test('is frozen, killed and started again with its topics, then without them', { timeout: 90_000 }, async () => {
    const server = await start()
    await using(server.port, {}, (admin) => admin.createTopics({ topics: [{ topic: 'kept' }] }))
    server.pause()
    expect(await until(() => using(server.port, {}, (admin) => admin.listTopics()).then(Boolean), 500)).toBe(false)
    server.resume()
    expect(await using(server.port, {}, (admin) => admin.listTopics())).toEqual(['kept'])

    await server.kill()
    expect(await answers(server.port)).toBe(false)
    await server.restart()
    expect(await using(server.port, {}, (admin) => admin.listTopics())).toEqual(['kept'])

    await server.restart({ loseData: true })
    expect(await using(server.port, {}, (admin) => admin.listTopics())).toEqual([])
  })

  test('knows users, with and without TLS, and their rights', { timeout: 60_000 }, async () => {
    const tls = makeCertificates()
    const users = { admin: 'top', gateway: 'secret' }
    const server = await start({ users, tls, superUsers: ['admin'] })
    const ssl = { ca: readFileSync(tls.ca) }
    const stranger = { ca: readFileSync(makeCertificates().ca) }
    const as = (mechanism: string, username: string, password: string) =>
      ({ mechanism, username, password }) as SASLOptions
    await using(server.port, {}, (admin) => admin.createTopics({ topics: [{ topic: 'theirs' }] }))

    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512']) {
      const sasl = as(mechanism, 'admin', 'top')
      expect(await using(server.saslPort, { sasl }, (admin) => admin.listTopics())).toEqual(['theirs'])
    }
    const sasl = as('scram-sha-256', 'gateway', 'secret')
    expect(await using(server.saslTlsPort, { sasl, ssl }, (admin) => admin.listTopics())).toEqual([])
    const wrong = as('scram-sha-256', 'gateway', 'wrong')
    await expect(using(server.saslPort, { sasl: wrong }, async () => {})).rejects.toThrow(/invalid credentials/)

    expect(await using(server.tlsPort, { ssl }, (admin) => admin.listTopics())).toEqual(['theirs'])
    await expect(using(server.tlsPort, { ssl: stranger }, async () => {})).rejects.toThrow(/certificate/)
  })
})

async function using<T>(
  port: number | undefined,
  options: Partial<KafkaConfig>,
  use: (admin: Admin) => Promise<T>,
): Promise<T> {
  const quiet = { clientId: 'test', logLevel: logLevel.NOTHING, retry: { retries: 5, initialRetryTime: 50 } }
  const admin = new Kafka({ brokers: [`127.0.0.1:${port}`], requestTimeout: 5_000, ...quiet, ...options }).admin()
  try {
    await admin.connect()
    return await use(admin)
  } finally {
    await admin.disconnect()
  }
}
