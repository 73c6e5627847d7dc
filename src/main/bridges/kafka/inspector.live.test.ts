import { expect, test, vi } from 'vitest'
import { type InspectorFixture, inspectorContract } from '#main/bridges/inspector.contract'
import { makeCertificates } from '#scripts/brokers/certificates'
import { startKafka } from '#scripts/brokers/kafka'
import { liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import { freePort } from '#scripts/brokers/server'
import { kafkaTopics } from '#shared/names/build'
import { createKafkaBridge } from './bridge.ts'
import { createKafkaInspector } from './inspector.ts'
import { contextFor, entryFor, outsider } from './test-fixture.ts'
import { allowTopics } from './test-rights.ts'

const never = new AbortController().signal
const files = makeCertificates({ names: ['IP:127.0.0.1'] })

async function fixture(): Promise<InspectorFixture> {
  const server = await startKafka({
    users: { gateway: 'secret', nobody: 'secret' },
    superUsers: ['gateway'],
    tls: files,
  })
  let other = await outsider(server.port)
  const nowhere = await freePort()
  const as = (username: string, namespace: string, password = 'secret', port = server.saslPort ?? 0) =>
    [entryFor(port, { username, sasl_mechanism: 'PLAIN' }), contextFor(namespace, { password })] as const
  const groups = async (base: string) =>
    (await other.admin.listGroups()).groups
      .map(({ groupId }) => groupId)
      .filter((id) => id.startsWith(`${base}-watch-`))
  return {
    service: 'kafka',
    entry: 'kafka "Contract"',
    inspector: (namespace) => createKafkaInspector(...as('gateway', namespace)),
    bridge: (namespace) => createKafkaBridge(...as('gateway', namespace)),
    prepare: (base) => other.create(kafkaTopics(base)),
    publish: async (base, payload) => {
      await other.send(`${base}.health`, payload)
      return `${base}.health`
    },
    plant: async (base) => {
      await other.send(`${base}-writes`, '{"n":1}')
      await other.send(base, '{"value":1}')
      return [
        { kind: 'topic', name: base },
        { kind: 'topic', name: `${base}-writes` },
      ]
    },
    leftBehind: groups,
    tellsMembers: true,
    tellsTime: false,
    wrongLogin: (namespace) => createKafkaInspector(...as('gateway', namespace, 'wrong')),
    unreachable: (namespace) => createKafkaInspector(...as('gateway', namespace, 'secret', nowhere)),
    withoutRights: async (namespace) => createKafkaInspector(...as('nobody', namespace)),
    cut: async () => {
      await other.close()
      await server.kill()
    },
    restore: async () => {
      await server.restart()
      other = await outsider(server.port)
    },
    stop: async () => {
      await other.close()
      await server.stop()
    },
  }
}

liveDescribe('kafka', 'the inspector on a real Kafka', ({ port }) => {
  inspectorContract('Kafka', fixture)

  test('watches topics by the beginning of their names, and says which are not there', async () => {
    const base = uniqueNamespace('site')
    const other = await outsider(port)
    await other.create(kafkaTopics(base))
    const seen: string[] = []
    const inspector = createKafkaInspector(entryFor(port), contextFor(base))
    const watch = await inspector.watch(
      [`${base}-*`, `${base}-elsewhere`],
      ({ address, key, headers, payload }) =>
        seen.push(`${address} ${key} ${headers?.namespace} ${Buffer.from(payload).toString()}`),
      never,
    )
    expect(watch.note).toBe(`not there, or not allowed: ${base}-elsewhere`)
    await other.send(`${base}-writes`, 'a', { namespace: 'x' })
    await other.send(base, 'not watched')
    await other.send(`${base}-write-responses`, 'b', { namespace: 'y' })
    await vi.waitFor(() =>
      expect([...seen].sort()).toEqual([`${base}-write-responses outsider y b`, `${base}-writes outsider x a`]),
    )
    await watch.close()
    await expect(inspector.watch([`${base}-elsewhere`], () => {}, never)).rejects.toThrow('no topic to watch')
    await other.close()
  })

  test('counts what the gateways’ group has not taken, and finds a group that was left behind', async () => {
    const base = uniqueNamespace('site')
    const other = await outsider(port)
    await other.create(kafkaTopics(base))
    const bridge = createKafkaBridge(entryFor(port), contextFor(base))
    const connection = await bridge.connect({ signal: never })
    const taken: string[] = []
    await connection.listen(async ({ payload }) => {
      taken.push(Buffer.from(payload).toString())
      return { settle: () => {} }
    }, never)
    await other.send(`${base}-writes`, 'taken')
    await vi.waitFor(() => expect(taken).toEqual(['taken']), 10_000)
    await connection.close()
    for (const text of ['waits', 'waits too']) await other.send(`${base}-writes`, text)
    const group = `${base}-watch-11111111-aaaa-0123`
    await other.admin.setOffsets({
      groupId: group,
      topic: `${base}.health`,
      partitions: [{ partition: 0, offset: '0' }],
    })
    const inspector = createKafkaInspector(entryFor(port), contextFor(base))
    const { found } = await inspector.leftOvers(base, never)
    expect(found).toMatchObject([
      { kind: 'topic', name: `${base}-writes`, size: 3, lag: 2, untaken: [{ partition: 0, from: 1, to: 3 }] },
      { kind: 'group', name: group },
    ])
    expect(await inspector.remove(base, found, never)).toMatchObject([{ ok: true }, { ok: true }])
    expect((await inspector.leftOvers(base, never)).found).toEqual([])
    await other.close()
  })

  test('says with the rule that the members may not be seen, and shows the certificate', async () => {
    const server = await startKafka({ users: { reader: 'secret' }, superUsers: ['nobody'], tls: files })
    const other = await outsider(server.port)
    await other.create(kafkaTopics('site'))
    await allowTopics(other.admin, 'reader', kafkaTopics('site'))
    const entry = entryFor(server.saslTlsPort ?? 0, { username: 'reader', use_tls: true, ca_file: files.ca })
    const inspector = createKafkaInspector(entry, contextFor('site', { password: 'secret' }))
    expect(await inspector.members('site', never)).toMatchObject({
      kind: 'unproven',
      rules: [
        expect.stringMatching(
          /^kafka-acls .* --allow-principal User:reader --operation Describe --group site-writers$/,
        ),
      ],
    })
    const lines = []
    for await (const line of inspector.test(never)) lines.push(line)
    expect(lines.find(({ step }) => step === 'tls')).toMatchObject({
      result: 'ok',
      certificate: { names: ['127.0.0.1'] },
    })
    expect(lines.filter(({ step, result }) => step === 'rights' && result === 'failed').length).toBeGreaterThan(0)
    await other.close()
    await server.stop()
  }, 120_000)
})
