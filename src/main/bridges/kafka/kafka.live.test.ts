import kafkajs from 'kafkajs'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Arrival, Bridge, BridgeConnection, Message } from '#main/bridges/bridge'
import { bridgeContract } from '#main/bridges/bridge.contract'
import { NeedsPerson } from '#main/link'
import { makeCertificates } from '#scripts/brokers/certificates'
import { startKafka } from '#scripts/brokers/kafka'
import { liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import { startProxy } from '#scripts/brokers/proxy'
import { freePort } from '#scripts/brokers/server'
import type { KafkaConfig } from '#shared/config'
import { createKafkaBridge } from './bridge.ts'
import { contextFor, entryFor, kafkaFixture, type Outsider, outsider, published, taking } from './test-fixture.ts'
import { allowTopics, entriesOf, rightsCount } from './test-rights.ts'

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

const refusal = (bridge: Bridge): Promise<Error> =>
  bridge.connect({ signal: never }).then(
    () => Promise.reject(new Error('connected')),
    (error: Error) => error,
  )

const tag = (tag: string, value: number | string): Message => ({
  subject: { kind: 'tag', plc: 'P', tag },
  body: `"plc":"P","tag":"${tag}","value":${JSON.stringify(value)}}`,
})

const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 20_000, interval: 5 })

liveDescribe('kafka', 'Apache Kafka', ({ port }) => {
  bridgeContract('kafka', kafkaFixture)

  let other: Outsider
  beforeAll(async () => {
    other = await outsider(port)
  })
  afterAll(() => other.close())

  const site = () => uniqueNamespace('site')
  const bridgeOf = (namespace: string, more: Partial<KafkaConfig> = {}) =>
    createKafkaBridge(entryFor(port, more), contextFor(namespace))

  test('creates the four topics with one partition each', async () => {
    const base = site()
    const connection = await connected(bridgeOf(base))
    const names = [base, `${base}.health`, `${base}-writes`, `${base}-write-responses`]
    const { topics } = await other.admin.fetchTopicMetadata({ topics: names })
    expect(topics.map(({ name, partitions }) => [name, partitions.length]).sort()).toEqual(
      names.map((n) => [n, 1]).sort(),
    )
    expect(connection.note).toBe('')
  })

  test('names the missing topics and the command that creates them where it may not create them', async () => {
    const base = site()
    const error = await refusal(bridgeOf(base, { auto_create_topics: false }))
    expect(error).toBeInstanceOf(NeedsPerson)
    expect(error.message).toContain(`kafka "Contract": topics "${base}", "${base}.health"`)
    expect(error.message).toContain(
      `kafka-topics --bootstrap-server 127.0.0.1:${port} --create --topic ${base}-writes --partitions 1`,
    )
    await other.create([base, `${base}.health`])
    await connected(bridgeOf(base, { auto_create_topics: false, enable_writeback: false }))
  })

  test('says in words that a topic differs from another only in . and _', async () => {
    const base = site()
    await other.create([`${base}_1`, `${base}_1_health`])
    const error = await refusal(bridgeOf(`${base}.1`))
    expect(error.message).toContain(`"${base}.1"`)
    expect(error.message).toMatch(/differs from it only in "\." and "_"\. Choose another namespace/)
  })

  test('warns of a topic of requests with several partitions, and still takes from all of them', async () => {
    const base = site()
    await other.create([`${base}-writes`], 2)
    const connection = await connected(bridgeOf(base))
    expect(connection.note).toContain(`"${base}-writes" has 2 partitions`)
    const seen: string[] = []
    await connection.listen(taking(seen), never)
    for (const partition of [0, 1]) {
      await other.producer.send({ topic: `${base}-writes`, messages: [{ partition, value: `p${partition}` }] })
    }
    await until(() => seen.length === 2)
    expect(seen.sort()).toEqual(['p0', 'p1'])
  })

  test('starts at the end in a new group, and loses nothing sent from then on', async () => {
    for (let round = 0; round < 5; round++) {
      const base = site()
      await other.create([`${base}-writes`])
      await other.send(`${base}-writes`, 'before')
      const connection = await connected(bridgeOf(base))
      const seen: string[] = []
      await connection.listen(taking(seen), never)
      await other.send(`${base}-writes`, 'after')
      await until(() => seen.length > 0)
      expect(seen).toEqual(['after'])
    }
  })

  test('has a position from the start: a request that came before anything was taken is found after a crash', async () => {
    const base = site()
    const first = await connected(bridgeOf(base))
    await first.listen(taking([]), never)
    await first.close()
    await other.send(`${base}-writes`, 'while away')
    const seen: string[] = []
    await (await connected(bridgeOf(base))).listen(taking(seen), never)
    await until(() => seen.length > 0)
    expect(seen).toEqual(['while away'])
  })

  test('commits each request on its own: one that could not be taken over comes again, those before it do not', async () => {
    const base = site()
    const first = await connected(bridgeOf(base))
    const outcomes: string[] = []
    const seen: string[] = []
    await first.listen((arrival) => {
      if (Buffer.from(arrival.payload).toString() === 'c') return Promise.reject(new Error('disk full'))
      return taking(seen, outcomes)(arrival)
    }, never)
    const messages = ['a', 'b', 'c', 'd'].map((value) => ({ value }))
    await other.producer.send({ topic: `${base}-writes`, messages })
    expect((await first.lost).message).toMatch(/^kafka "Contract": a request could not be taken over: disk full\./)
    await first.close()
    expect(outcomes).toEqual(['acknowledged a', 'acknowledged b'])
    const [position] = await other.admin.fetchOffsets({ groupId: `${base}-writers`, topics: [`${base}-writes`] })
    expect(position?.partitions).toEqual([{ partition: 0, offset: '2', metadata: contextFor(base).who }])
    await (await connected(bridgeOf(base))).listen(taking(seen, outcomes), never)
    await until(() => outcomes.length === 4)
    expect(seen).toEqual(['a', 'b', 'c', 'd'])
  })

  test('acknowledges a request that is being taken over while intake closes, and nobody gets it again', async () => {
    const base = site()
    const first = await connected(bridgeOf(base))
    const outcomes: string[] = []
    const closing = new AbortController()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let calls = 0
    await first.listen(async () => {
      calls++
      await held
      return { settle: (how) => outcomes.push(how) }
    }, closing.signal)
    await other.send(`${base}-writes`, 'x')
    await until(() => calls === 1)
    closing.abort()
    release()
    await until(() => outcomes.length === 1)
    expect(outcomes).toEqual(['acknowledged'])
    await first.close()
    const seen: string[] = []
    await (await connected(bridgeOf(base))).listen(taking(seen), never)
    await other.send(`${base}-writes`, 'y')
    await until(() => seen.length > 0)
    expect(seen).toEqual(['y'])
  })

  test('does not own a request whose partition went to another member meanwhile', { timeout: 60_000 }, async () => {
    const base = site()
    const connection = await connected(bridgeOf(base))
    const outcomes: string[] = []
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let calls = 0
    await connection.listen(async () => {
      calls++
      await held
      return { settle: (how) => outcomes.push(how) }
    }, never)
    await other.send(`${base}-writes`, 'x')
    await until(() => calls === 1)
    const twin = other.kafka.consumer({ groupId: `${base}-writers`, sessionTimeout: 6_000, rebalanceTimeout: 6_000 })
    const got: string[] = []
    await twin.connect()
    await twin.subscribe({ topic: `${base}-writes` })
    await twin.run({
      eachMessage: async ({ message }) => {
        got.push(String(message.value))
      },
    })
    await until(() => got.length === 1)
    release()
    await until(() => outcomes.length === 1)
    expect(outcomes).toEqual(['not-ours'])
    await connection.close()
    await twin.disconnect()
  })

  test('leaves the group when told to stop while it is still joining, and can open intake again', async () => {
    const base = site()
    const connection = await connected(bridgeOf(base))
    for (const waitMs of [0, 5, 20, 60]) {
      const stop = new AbortController()
      const opening = connection.listen(taking([]), stop.signal).catch((error: Error) => error)
      setTimeout(() => stop.abort(new Error('stopped')), waitMs)
      await opening
      stop.abort()
    }
    const seen: string[] = []
    await connection.listen(taking(seen), never)
    const { groups } = await other.admin.describeGroups([`${base}-writers`])
    expect(groups[0]?.members.map(({ clientId }) => clientId)).toEqual([`warlink-${base}-11111111-aaaa`])
    await other.send(`${base}-writes`, 'x')
    await until(() => seen.length === 1)
  })

  test('gives the record as it is: namespace header, time, position, and no bytes for a record without value', async () => {
    const base = site()
    const connection = await connected(bridgeOf(base, { selector: 'line1' }))
    const arrivals: Arrival[] = []
    await connection.listen((arrival) => {
      arrivals.push(arrival)
      return Promise.resolve({ settle: () => {} })
    }, never)
    const before = Date.now()
    await other.send(`${base}-line1-writes`, '{"a":1}', { namespace: 'site-x' })
    await other.send(`${base}-line1-writes`, null)
    await until(() => arrivals.length === 2)
    expect(arrivals[0]).toMatchObject({ namespaceHeader: 'site-x', position: { partition: 0, offset: '0' } })
    expect(Math.abs((arrivals[0]?.recordTime ?? 0) - before)).toBeLessThan(5_000)
    expect(arrivals[1]?.payload).toHaveLength(0)
    expect(arrivals[1]).not.toHaveProperty('namespaceHeader')
  })

  test('keeps the order of each key over several partitions, which are those the Java client would choose', async () => {
    const base = site()
    await other.create([base], 3)
    const connection = await connected(bridgeOf(base))
    const tags = Array.from({ length: 20 }, (_, i) => `Tag_${i}`)
    const messages = Array.from({ length: 3_000 }, (_, i) => tag(tags[i % 20] ?? '', i))
    const errors = await Promise.all(
      [0, 1, 2].map((n) => published(connection, messages.slice(n * 1_000, n * 1_000 + 1_000))),
    )
    expect(new Set(errors.flat())).toEqual(new Set(['']))
    const records = await other.read(base)
    expect(records).toHaveLength(3_000)
    const metadata = (await other.admin.fetchTopicMetadata({ topics: [base] })).topics[0]?.partitions ?? []
    const java = kafkajs.Partitioners.DefaultPartitioner()
    for (const name of tags) {
      const own = records.filter(({ key }) => key === `P.${name}`)
      const values = own.map(({ value }) => Number(/"value":(\d+)/.exec(value ?? '')?.[1]))
      expect(values).toEqual([...values].sort((a, b) => a - b))
      const expected = java({ topic: base, partitionMetadata: metadata, message: { key: `P.${name}`, value: '' } })
      expect(new Set(own.map(({ partition }) => partition))).toEqual(new Set([expected]))
    }
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(3)
    expect(records[0]?.headers).toEqual({ namespace: base })
  })

  test('refuses a value that is too large alone, and sends the others of its batch', async () => {
    const base = site()
    const connection = await connected(bridgeOf(base))
    const messages = [
      tag('A', 1),
      tag('Huge', 'x'.repeat(2_000_000)),
      tag('B', 2),
      ...Array.from({ length: 20 }, (_, i) => tag(`W${i}`, 'y'.repeat(200_000))),
    ]
    const errors = await published(connection, messages)
    expect(errors.filter((error) => error !== '')).toHaveLength(1)
    expect(errors[1]).toMatch(
      /^kafka "Contract": a message for topic ".*" is larger than the broker takes\. Raise max\.message\.bytes/,
    )
    expect((await other.read(base)).map(({ key }) => key)).not.toContain('P.Huge')
    expect(await published(connection, [tag('A', 3)])).toEqual([''])
  })

  test('sends no tag values with publish_changes off, nor what only renews a life time', async () => {
    const base = site()
    const off = await connected(bridgeOf(base, { publish_changes: false }))
    const health: Message = { subject: { kind: 'health', plc: 'P' }, body: '"plc":"P"}' }
    expect(await published(off, [tag('A', 1), health])).toEqual(['', ''])
    const on = await connected(bridgeOf(base))
    expect(await published(on, [{ ...tag('A', 2), refresh: true }, tag('A', 3)])).toEqual(['', ''])
    expect((await other.read(base)).map(({ value }) => value)).toEqual(['{"plc":"P","tag":"A","value":3}'])
    expect(await other.read(`${base}.health`)).toHaveLength(1)
  })

  test.each([{ required_acks: 0 as const }, { required_acks: 1 as const }, { compression: 'gzip' as const }])(
    'publishes with %o',
    async (more) => {
      const base = site()
      const connection = await connected(bridgeOf(base, more))
      expect(await published(connection, [tag('A', 1), tag('A', 2)])).toEqual(['', ''])
      await vi.waitFor(async () => expect(await other.read(base)).toHaveLength(2), { timeout: 10_000 })
    },
  )

  test('an answer does not wait behind a queue of tag values', async () => {
    const base = site()
    const connection = await connected(bridgeOf(base))
    const order: string[] = []
    await published(connection, [tag('A', 0)])
    const tags = Array.from({ length: 1_000 }, (_, i) => tag(`T${i}`, 'z'.repeat(400)))
    const last = new Promise<void>((resolve) => {
      connection.publish(tags, (index) => {
        if (index === 999) {
          order.push('tags')
          resolve()
        }
      })
    })
    const to = `${base}-write-responses`
    const answer = published(connection, [
      { subject: { kind: 'response', to, plc: 'P', tag: 'T' }, body: '"success":true}' },
    ])
    await Promise.all([last, answer.then(() => order.push('answer'))])
    expect(order).toEqual(['answer', 'tags'])
    expect((await other.read(to))[0]).toMatchObject({ key: 'P.T', value: '{"success":true}' })
  })

  test('tells that a broker is frozen, and does not hang in closing', { timeout: 60_000 }, async () => {
    const server = await startKafka()
    try {
      const bridge = createKafkaBridge(entryFor(server.port), contextFor(site()))
      const connection = await connected(bridge)
      await connection.listen(taking([]), never)
      server.pause()
      const from = performance.now()
      expect((await connection.lost).message).toMatch(/^kafka "Contract": no answer from the cluster/)
      expect(performance.now() - from).toBeLessThan(9_000)
      await connection.close()
      expect(performance.now() - from).toBeLessThan(12_000)
      const error = await refusal(bridge)
      expect(error.message).toMatch(/^kafka "Contract": no answer from the cluster/)
    } finally {
      await server.stop()
    }
  })

  test('owns a request whose commit landed though its answer was lost with the connection', {
    timeout: 90_000,
  }, async () => {
    const [port, advertised] = [await freePort(), await freePort()]
    const server = await startKafka({ behind: [{ port, advertised }] })
    const proxy = await startProxy({ target: port, port: advertised })
    const outside = await outsider(server.port)
    try {
      const base = site()
      const bridge = createKafkaBridge(entryFor(proxy.port), contextFor(base))
      const first = await connected(bridge)
      const seen: string[] = []
      const outcomes: string[] = []
      const take = taking(seen, outcomes)
      await first.listen(async (arrival) => {
        // From here on every answer takes its time: the connection breaks when the commit has arrived.
        proxy.delay(400)
        return take(arrival)
      }, never)
      await outside.send(`${base}-writes`, 'x')
      const position = async () => {
        const [topic] = await outside.admin.fetchOffsets({ groupId: `${base}-writers`, topics: [`${base}-writes`] })
        return topic?.partitions[0]?.offset
      }
      await vi.waitUntil(async () => (await position()) === '1', { timeout: 20_000, interval: 5 })
      proxy.cut()
      await first.lost
      await first.close()
      expect(outcomes).toEqual([])
      proxy.restore()
      await (await connected(bridge)).listen(take, never)
      expect(outcomes).toEqual(['acknowledged x'])
      await outside.send(`${base}-writes`, 'y')
      await until(() => outcomes.length === 2)
      expect(outcomes).toEqual(['acknowledged x', 'acknowledged y'])
      expect(seen).toEqual(['x', 'y'])
    } finally {
      await outside.close()
      await proxy.stop()
      await server.stop()
    }
  })

  test('comes back to a cluster that lost everything: topics and position are made again', {
    timeout: 90_000,
  }, async () => {
    const server = await startKafka()
    try {
      const base = site()
      const bridge = createKafkaBridge(entryFor(server.port), contextFor(base))
      const first = await connected(bridge)
      await first.listen(taking([]), never)
      await server.kill()
      const from = performance.now()
      expect((await first.lost).message).toMatch(/^kafka "Contract": (connection refused|the broker (closed|broke))/)
      expect(performance.now() - from).toBeLessThan(5_000)
      await first.close()
      await server.restart({ loseData: true })
      const fresh = await connected(bridge)
      const seen: string[] = []
      await fresh.listen(taking(seen), never)
      const outside = await outsider(server.port)
      await outside.send(`${base}-writes`, 'new')
      await until(() => seen.length === 1)
      expect(await published(fresh, [tag('A', 1)])).toEqual([''])
      await outside.close()
    } finally {
      await server.stop()
    }
  })

  test('takes requests again within 15 s after a killed broker is back', { timeout: 90_000 }, async () => {
    const server = await startKafka()
    try {
      const base = site()
      const bridge = createKafkaBridge(entryFor(server.port), contextFor(base))
      const first = await connected(bridge)
      const seen: string[] = []
      const outcomes: string[] = []
      await first.listen(taking(seen, outcomes), never)
      let outside = await outsider(server.port)
      await outside.send(`${base}-writes`, 'one')
      await until(() => outcomes.length === 1)
      await outside.close()
      await server.kill()
      await first.lost
      await first.close()
      await server.restart()
      const from = performance.now()
      outside = await outsider(server.port)
      await outside.send(`${base}-writes`, 'two')
      await (await connected(bridge)).listen(taking(seen), never)
      await until(() => seen.length === 2)
      expect(performance.now() - from).toBeLessThan(15_000)
      expect(seen).toEqual(['one', 'two'])
      await outside.close()
    } finally {
      await server.stop()
    }
  })
})

liveDescribe('kafka', 'Apache Kafka with users, rights and TLS', () => {
  let server: Awaited<ReturnType<typeof startKafka>>
  let admin: Outsider
  let files: ReturnType<typeof makeCertificates>
  beforeAll(async () => {
    files = makeCertificates()
    server = await startKafka({ users: { site: 'secret', guest: 'guest' }, superUsers: ['site'], tls: files })
    admin = await outsider(server.port)
  })
  afterAll(async () => {
    await admin?.close()
    await server?.stop()
  })
  const site = () => uniqueNamespace('site')
  const login = (namespace: string, more: Partial<KafkaConfig>, password = 'secret') =>
    createKafkaBridge(
      entryFor(server.saslTlsPort ?? 0, { username: 'site', use_tls: true, ca_file: files.ca, ...more }),
      contextFor(namespace, { password }),
    )

  test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)(
    'logs in with %s over TLS, publishes and takes requests',
    async (sasl_mechanism) => {
      const base = site()
      const connection = await connected(login(base, { sasl_mechanism }))
      const seen: string[] = []
      await connection.listen(taking(seen), never)
      await admin.send(`${base}-writes`, 'x')
      await until(() => seen.length === 1)
      expect(await published(connection, [tag('A', 1)])).toEqual([''])
    },
  )

  test.each(['PLAIN', 'SCRAM-SHA-512'] as const)(
    'says that the login was refused (%s), and never tells the password',
    async (sasl_mechanism) => {
      const error = await refusal(login(site(), { sasl_mechanism }, 'wrong-word'))
      expect(error).toBeInstanceOf(NeedsPerson)
      expect(error.message).toMatch(/^kafka "Contract": login of user "site" was refused/)
      expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toContain('wrong-word')
    },
  )

  test('tells a certificate that is not trusted, and a port that does not speak TLS', async () => {
    const stranger = makeCertificates()
    const untrusted = await refusal(login(site(), { ca_file: stranger.ca }))
    expect(untrusted).toBeInstanceOf(NeedsPerson)
    expect(untrusted.message).toMatch(/certificate is not trusted.*Set ca_file/)
    const plain = await refusal(login(site(), { brokers: [`127.0.0.1:${server.saslPort}`] }))
    expect(plain.message).toMatch(/^kafka "Contract": .*TLS/)
    const missing = await refusal(login(site(), { ca_file: '/nowhere/ca.pem' }))
    expect(missing.message).toMatch(/ca_file can't be read/)
  })

  test('tells which rights are missing, for topics and for the group', async () => {
    const base = site()
    const guest = login(base, { username: 'guest', sasl_mechanism: 'SCRAM-SHA-256' }, 'guest')
    const noTopics = await refusal(guest)
    expect(noTopics).toBeInstanceOf(NeedsPerson)
    expect(noTopics.message).toContain(`--command-config client.properties --create --topic ${base} --partitions 1`)
    const names = [base, `${base}.health`, `${base}-writes`, `${base}-write-responses`]
    await admin.create(names)
    const { AclResourceTypes, AclOperationTypes, AclPermissionTypes, ResourcePatternTypes } = kafkajs
    const allow = (resourceName: string, operation: number) => ({
      resourceType: AclResourceTypes.TOPIC,
      resourceName,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:guest',
      host: '*',
      operation,
      permissionType: AclPermissionTypes.ALLOW,
    })
    const operations = [AclOperationTypes.READ, AclOperationTypes.DESCRIBE]
    await admin.admin.createAcls({
      acl: names.flatMap((name) => operations.map((operation) => allow(name, operation))),
    })
    await rightsCount(admin.admin, 'guest', names)
    const connection = await connected(guest)
    const [refused] = await published(connection, [tag('A', 1)])
    expect(refused).toContain(`topic "${base}" is not allowed for user "guest"`)
    await expect(connection.listen(taking([]), never)).rejects.toThrow(
      new RegExp(
        `^kafka "Contract": consumer group "${base}-writers" is not allowed for user "guest", or not there yet`,
      ),
    )
  })

  test('goes on publishing where intake is refused, and takes requests once the right is given', async () => {
    const base = site()
    const names = [base, `${base}.health`, `${base}-writes`, `${base}-write-responses`]
    await admin.create(names)
    await allowTopics(admin.admin, 'guest', names)
    const guest = login(base, { username: 'guest', sasl_mechanism: 'SCRAM-SHA-256' }, 'guest')
    const connection = await connected(guest)
    const seen: string[] = []
    for (const value of [1, 2]) {
      await expect(connection.listen(taking(seen), never)).rejects.toThrow('is not allowed for user "guest"')
      expect(await published(connection, [tag('A', value)])).toEqual([''])
    }
    const group = `${base}-writers`
    const line = `kafka-acls --add --allow-principal User:guest --operation Read --group ${group}`
    await admin.admin.createAcls({ acl: entriesOf(line) })
    await rightsCount(admin.admin, 'guest', [group])
    await connection.listen(taking(seen), never)
    await admin.send(`${base}-writes`, 'x')
    await until(() => seen.length === 1)
  })
})
