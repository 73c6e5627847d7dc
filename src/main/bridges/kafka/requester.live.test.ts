import { expect, test, vi } from 'vitest'
import type { Hop } from '#main/bridges/requester'
import { type RequesterFixture, requesterContract } from '#main/bridges/requester.contract'
import { startKafka } from '#scripts/brokers/kafka'
import { liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import { kafkaTopics } from '#shared/names/build'
import { createKafkaBridge } from './bridge.ts'
import { createKafkaRequester } from './requester.ts'
import { contextFor, entryFor, outsider } from './test-fixture.ts'

const never = new AbortController().signal

async function fixture(): Promise<RequesterFixture> {
  const server = await startKafka({ users: { guest: 'secret' }, superUsers: ['nobody'] })
  let other = await outsider(server.port)
  return {
    entry: 'kafka "Contract"',
    requester: (namespace) => createKafkaRequester(entryFor(server.port), contextFor(namespace)),
    bridge: (namespace) => createKafkaBridge(entryFor(server.port), contextFor(namespace)),
    prepare: (base) => vi.waitFor(() => other.create(kafkaTopics(base)), { timeout: 20_000, interval: 200 }),
    address: (base) => `${base}-writes`,
    replyTo: (base) => `${base}-write-responses`,
    impossible: 'site/no-topic-writes',
    leftBehind: async (base) =>
      (await other.admin.listGroups()).groups.map(({ groupId }) => groupId).filter((id) => id.includes(base)),
    withdraws: false,
    collects: false,
    cut: async () => {
      await other.close()
      await server.kill()
    },
    restore: async () => {
      await server.restart()
      other = await outsider(server.port)
    },
    withoutRights: async (namespace) =>
      createKafkaRequester(
        entryFor(server.saslPort ?? 0, { username: 'guest', sasl_mechanism: 'PLAIN' }),
        contextFor(namespace, { password: 'secret' }),
      ),
    stop: async () => {
      await other.close()
      await server.stop()
    },
  }
}

liveDescribe('kafka', 'the requester on a real Kafka', ({ port }) => {
  requesterContract('Kafka', fixture)

  test('sends key and headers, and tells partition and offset', async () => {
    const base = uniqueNamespace('site')
    const other = await outsider(port)
    await other.create(kafkaTopics(base))
    const requester = createKafkaRequester(entryFor(port), contextFor(base))
    for (const n of [0, 1]) {
      const hops: Hop[] = []
      const request = {
        address: `${base}-writes`,
        payload: `{"n":${n}}`,
        key: 'Main PLC.T',
        headers: { namespace: 'other' },
        isAnswer: () => false,
        timeoutMs: 1_000,
      }
      for await (const hop of requester.send(request, never)) hops.push(hop)
      expect(hops[1]).toMatchObject({ kind: 'taken', position: { partition: 0, offset: String(n) } })
    }
    expect(await other.read(`${base}-writes`)).toMatchObject([
      { key: 'Main PLC.T', value: '{"n":0}', headers: { namespace: 'other' } },
      { key: 'Main PLC.T', value: '{"n":1}', headers: { namespace: 'other' } },
    ])
    await Promise.all([requester.close(), other.close()])
  })
})
