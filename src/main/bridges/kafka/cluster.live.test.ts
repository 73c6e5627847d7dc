import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Bridge, BridgeConnection, Message } from '#main/bridges/bridge'
import { type KafkaServer, startKafka } from '#scripts/brokers/kafka'
import { liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import { freePort } from '#scripts/brokers/server'
import { createKafkaBridge } from './bridge.ts'
import { openOutside } from './outside.ts'
import { createKafkaRequester } from './requester.ts'
import { contextFor, entryFor, type Outsider, outsider, published, taking } from './test-fixture.ts'

const never = new AbortController().signal
const open: BridgeConnection[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()))
})

async function connected(bridge: Bridge): Promise<BridgeConnection> {
  const connection = await bridge.connect({ signal: never })
  open.push(connection)
  return connection
}

/** Tags, by partition of a topic with two. */
const tags = ['Tag_0', 'Tag_1', 'Tag_2', 'Tag_3', 'Tag_4', 'Tag_5']
const values = (value: number): Message[] =>
  tags.map((tag) => ({
    subject: { kind: 'tag', plc: 'P', tag },
    body: `"plc":"P","tag":"${tag}","value":${value}}`,
  }))

liveDescribe('kafka', 'a cluster of two brokers', () => {
  let first: KafkaServer
  let second: KafkaServer
  let other: Outsider
  /** Who comes in here is told of a second broker that nobody can reach. */
  let halfPort: number
  beforeAll(async () => {
    halfPort = await freePort()
    first = await startKafka({ behind: [{ port: halfPort, advertised: halfPort }] })
    other = await outsider(first.port)
    // The groups' own topic is made now, so that the first broker leads all of it.
    await vi.waitFor(() => other.admin.fetchOffsets({ groupId: 'any', topics: [] }), { timeout: 20_000 })
    const behind = [{ port: await freePort(), advertised: await freePort() }]
    second = await startKafka({ joins: first.cluster, behind })
    const size = async () => (await other.admin.describeCluster()).brokers.length
    await vi.waitUntil(async () => (await size()) === 2, { timeout: 20_000 })
  }, 120_000)
  afterAll(async () => {
    await other?.close()
    await second?.stop()
    await first?.stop()
  })

  /** Makes the four topics of a new base; the leaders of the partitions of the one for values are given. */
  async function site(...leaders: readonly KafkaServer[]): Promise<string> {
    const base = uniqueNamespace('site')
    const led = (topic: string, by: readonly KafkaServer[]) => ({
      topic,
      replicaAssignment: by.map(({ nodeId }, partition) => ({ partition, replicas: [nodeId] })),
    })
    const rest = ['.health', '-writes', '-write-responses'].map((end) => led(`${base}${end}`, [first]))
    await other.admin.createTopics({ topics: [led(base, leaders), ...rest], waitForLeaders: false })
    await leadersAre(base, leaders)
    return base
  }
  const leadersAre = (topic: string, leaders: readonly KafkaServer[]) =>
    vi.waitFor(
      async () => {
        const { topics } = await other.admin.fetchTopicMetadata({ topics: [topic] })
        const partitions = [...(topics[0]?.partitions ?? [])].sort((a, b) => a.partitionId - b.partitionId)
        expect(partitions.map(({ leader }) => leader)).toEqual(leaders.map(({ nodeId }) => nodeId))
      },
      { timeout: 20_000, interval: 50 },
    )

  async function newest(topic: string): Promise<string[]> {
    const records = await other.read(topic)
    return tags.map((tag) => {
      const value = records.findLast(({ key }) => key === `P.${tag}`)?.value ?? ''
      return /"value":(\d+)/.exec(value)?.[1] ?? ''
    })
  }

  test('confirms no value that was not written when a partition moves to another broker', async () => {
    const base = await site(first, second)
    const connection = await connected(createKafkaBridge(entryFor(first.port), contextFor(base)))
    expect(await published(connection, values(1))).toEqual(tags.map(() => ''))
    const partitionAssignment = [{ partition: 1, replicas: [first.nodeId] }]
    await other.admin.alterPartitionReassignments({ topics: [{ topic: base, partitionAssignment }] })
    await leadersAre(base, [first, first])
    const errors = await published(connection, values(2))
    const stored = await newest(base)
    for (const [i, error] of errors.entries()) if (error === '') expect(stored[i]).toBe('2')
    expect(errors).toContainEqual(expect.stringMatching(/^kafka "Contract": topic ".*": partition 1 took no records/))
    await connection.lost
    const again = await connected(createKafkaBridge(entryFor(first.port), contextFor(base)))
    expect(await published(again, values(3))).toEqual(tags.map(() => ''))
    expect(await newest(base)).toEqual(tags.map(() => '3'))
  })

  test('confirms nothing for a partition that is no longer there', async () => {
    const base = await site(first)
    const topic = `${base}-elsewhere`
    await other.create([topic], 3)
    const connection = await connected(createKafkaBridge(entryFor(first.port), contextFor(base)))
    const requester = createKafkaRequester(entryFor(first.port), contextFor(base))
    const answers: Message[] = tags.map((tag) => ({
      subject: { kind: 'response', to: topic, plc: 'P', tag },
      body: '"success":true}',
    }))
    const request = {
      ...{ address: topic, replyTo: `${base}-write-responses`, payload: '{}', key: 'P.Tag_1', timeoutMs: 2_000 },
      isAnswer: () => false,
    }
    const requested = async () => {
      const hops: string[] = []
      for await (const hop of requester.send(request, never)) hops.push(hop.kind === 'failed' ? hop.error : hop.kind)
      return hops
    }
    expect(await published(connection, answers)).toEqual(tags.map(() => ''))
    expect(await requested()).toEqual(['sent', 'taken', 'unanswered'])

    await other.admin.deleteTopics({ topics: [topic] })
    await vi.waitFor(() => other.create([topic], 1), { timeout: 20_000 })
    const errors = await published(connection, answers)
    const stored = (await other.read(topic)).map(({ key }) => key)
    for (const [i, error] of errors.entries()) if (error === '') expect(stored).toContain(`P.${tags[i]}`)
    expect(errors).toContainEqual(
      expect.stringMatching(/"Contract": topic ".*-elsewhere": partitions? .* took no records/),
    )
    expect(await requested()).toEqual(['sent', expect.stringMatching(/partition 2 took no records/)])
    await requester.close()
  })

  test('works beside a broker that it can not reach', async () => {
    for (let round = 0; round < 3; round++) {
      const base = await site(first)
      const connection = await connected(createKafkaBridge(entryFor(halfPort), contextFor(base)))
      const seen: string[] = []
      await connection.listen(taking(seen), never)
      await other.send(`${base}-writes`, 'x')
      await vi.waitUntil(() => seen.length === 1, { timeout: 20_000 })
      expect(await published(connection, values(1))).toEqual(tags.map(() => ''))
    }
  })

  test('stands when a broker is killed that leads none of its topics', { timeout: 60_000 }, async () => {
    const base = await site(first)
    let lost = 0
    const standing = Array.from({ length: 5 }, async () => {
      const connection = await connected(createKafkaBridge(entryFor(first.port), contextFor(base)))
      void connection.lost.then(() => lost++)
      return connection
    })
    const connections = await Promise.all(standing)
    const outside = await openOutside(entryFor(first.port), contextFor(base), never)
    void outside.lost.then(() => lost++)
    const pings = vi.spyOn(outside.client.admin, 'fetchTopicMetadata')
    const orphan = await site(second)
    await second.kill()
    // Until the cluster takes it for gone, clients are told of it.
    const noLeader = () => expect(other.admin.fetchTopicMetadata({ topics: [orphan] })).rejects.toThrow('no leader')
    await vi.waitFor(noLeader, { timeout: 20_000 })
    pings.mockClear()
    await vi.waitUntil(() => pings.mock.calls.length === 2, { timeout: 20_000 })
    for (const connection of connections) expect(await published(connection, values(1))).toEqual(tags.map(() => ''))
    expect(lost).toBe(0)
    await outside.close()
  })
})
