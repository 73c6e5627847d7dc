import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { BridgeConnection } from '#main/bridges/bridge'
import type { Heard } from '#main/bridges/lease'
import { type LeaseFixture, leaseContract } from '#main/bridges/lease.contract'
import { startKafka } from '#scripts/brokers/kafka'
import { liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import { kafkaTopics } from '#shared/names/build'
import { createKafkaBridge } from './bridge.ts'
import { contextFor, entryFor, type Outsider, outsider } from './test-fixture.ts'
import { allowTopics, rightsCount, runAclLine } from './test-rights.ts'

const never = new AbortController().signal

async function fixture(): Promise<LeaseFixture> {
  const server = await startKafka({ users: { gateway: 'secret', blind: 'secret' }, superUsers: ['gateway'] })
  let other = await outsider(server.port)
  const as = (username: string, namespace: string, who: string) =>
    createKafkaBridge(
      entryFor(server.saslPort ?? 0, { username, sasl_mechanism: 'PLAIN' }),
      contextFor(namespace, { who, password: 'secret' }),
    )
  return {
    bridge: (namespace, who) => as('gateway', namespace, who),
    // A broker that stood still takes part in its cluster again a little later.
    prepare: (base) => vi.waitFor(() => other.create(kafkaTopics(base)), { timeout: 20_000, interval: 200 }),
    arbiter: 'members',
    speak: (base, what, plc, payload) =>
      other.producer
        .send({
          topic: what === 'health' ? `${base}.health` : `${base}-write-responses`,
          messages: [{ key: what === 'health' ? plc : `${plc}.T`, value: payload }],
        })
        .then(() => {}),
    freeze: async () => server.pause(),
    thaw: async () => server.resume(),
    cut: async () => {
      await other.close()
      await server.kill()
    },
    restore: async () => {
      await server.restart()
      other = await outsider(server.port)
    },
    withoutRights: async (namespace) => {
      await allowTopics(other.admin, 'blind', kafkaTopics(namespace))
      return {
        bridge: as('blind', namespace, '11111111-aaaa'),
        grant: async (rules) => {
          for (const rule of rules) await runAclLine(rule, server.port)
          await rightsCount(other.admin, 'blind', [`${namespace}-writers`, `${namespace}-watch-`])
        },
      }
    },
    stop: async () => {
      await other.close()
      await server.stop()
    },
  }
}

liveDescribe('kafka', 'the lease on a real Kafka', ({ port }) => {
  leaseContract('Kafka', fixture)

  describe('on the shared broker', () => {
    let other: Outsider
    const open: BridgeConnection[] = []
    beforeAll(async () => {
      other = await outsider(port)
    })
    afterEach(async () => {
      await Promise.all(open.splice(0).map((connection) => connection.close()))
    })
    afterAll(() => other.close())

    async function gateway(namespace: string, who: string) {
      const connection = await createKafkaBridge(entryFor(port), contextFor(namespace, { who })).connect({
        signal: never,
      })
      open.push(connection)
      const heard: Heard[] = []
      const lease = await connection.openLease({ plcs: ['P'], hear: (one) => heard.push(one) }, never)
      return { connection, heard, lease }
    }
    const records = { presence: '{}', owner: '{}' }
    const join = (connection: BridgeConnection) =>
      connection.listen(() => Promise.resolve({ settle: () => {} }), new AbortController().signal)

    test('a consumer that is no gateway holds too, and is told by client id and host', async () => {
      const base = uniqueNamespace('lease')
      await other.create(kafkaTopics(base))
      const consumer = other.kafka.consumer({ groupId: `${base}-writers` })
      await consumer.connect()
      await consumer.subscribe({ topics: [`${base}-writes`] })
      await consumer.run({ eachMessage: async () => {} })
      const ours = await gateway(base, '11111111-aaaa')
      await vi.waitFor(async () =>
        expect(await ours.lease.claim(records, never)).toEqual({
          kind: 'taken',
          holders: [{ name: 'outsider (127.0.0.1)', self: false }],
        }),
      )
      await consumer.disconnect()
      expect(await ours.lease.claim(records, never)).toEqual({ kind: 'held' })
    })

    test('two that joined at the same moment see each other at the next renewal', async () => {
      const base = uniqueNamespace('lease')
      const [one, two] = [await gateway(base, '11111111-aaaa'), await gateway(base, '22222222-bbbb')]
      const claims = await Promise.all([one, two].map(({ lease }) => lease.claim(records, never)))
      expect(claims).toEqual([{ kind: 'held' }, { kind: 'held' }])
      await Promise.all([join(one.connection), join(two.connection)])
      for (const [gateway, foreign] of [
        [one, '22222222-bbbb'],
        [two, '11111111-aaaa'],
      ] as const)
        expect(await gateway.lease.renew(records, never)).toMatchObject({ kind: 'taken', holders: [{ who: foreign }] })
    })

    test('leaves no group behind that only watched', async () => {
      const base = uniqueNamespace('lease')
      const ours = await gateway(base, '11111111-aaaa')
      const groups = async () =>
        (await other.admin.listGroups()).groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(base))
      expect(await groups()).toEqual([expect.stringMatching(new RegExp(`^${base}-watch-11111111-aaaa-[0-9a-f]{4}$`))])
      await ours.lease.release('{}')
      expect(await groups()).toEqual([])
    })
  })
})
