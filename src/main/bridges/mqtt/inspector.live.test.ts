import type { MqttClient } from 'mqtt'
import { expect, test } from 'vitest'
import type { TestLine } from '#main/bridges/inspector'
import { type InspectorFixture, inspectorContract } from '#main/bridges/inspector.contract'
import { makeCertificates } from '#scripts/brokers/certificates'
import { liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import { startMosquitto } from '#scripts/brokers/mosquitto'
import { freePort } from '#scripts/brokers/server'
import { createMqttBridge } from './bridge.ts'
import { createMqttInspector } from './inspector.ts'
import { context, entryFor, outsideClient } from './test-brokers.ts'

const never = new AbortController().signal
const passwords = { gateway: 'secret', nobody: 'secret', reader: 'secret' }
const acl = [
  'user gateway',
  'topic readwrite #',
  'user nobody',
  'topic read elsewhere/#',
  'user reader',
  'topic read #',
]

async function fixture(): Promise<InspectorFixture> {
  const server = await startMosquitto({ passwords, acl })
  const nowhere = await freePort()
  let outside: MqttClient | undefined
  const client = async () => {
    if (!outside?.connected) outside = await outsideClient(server.port, { username: 'gateway', password: 'secret' })
    return outside
  }
  const as = (username: string, namespace: string, password = 'secret', port = server.port) =>
    [entryFor(port, { username }), { ...context(namespace), password }] as const
  return {
    service: 'mqtt',
    entry: 'mqtt "Contract"',
    inspector: (namespace) => createMqttInspector(...as('gateway', namespace)),
    bridge: (namespace) => createMqttBridge(...as('gateway', namespace)),
    publish: async (base, payload) => {
      await (await client()).publishAsync(`${base}/P/tags/T`, payload, { qos: 1 })
      return `${base}/P/tags/T`
    },
    plant: async (base) => {
      const planted = [
        { kind: 'retained', name: `${base}/P/tags/T`, content: '{"value":1}' },
        { kind: 'retained', name: `${base}/P/write`, content: '{"plc":"P"}' },
        { kind: 'retained', name: `${base}/_gw/owner`, content: '{"host":"x"}' },
      ]
      for (const { name, content } of planted)
        await (await client()).publishAsync(name, content, { qos: 1, retain: true })
      return planted
    },
    leftBehind: async (base) =>
      (await createMqttInspector(...as('gateway', base)).leftOvers(base, never)).found.map(({ name }) => name),
    tellsMembers: false,
    tellsTime: false,
    wrongLogin: (namespace) => createMqttInspector(...as('gateway', namespace, 'wrong')),
    unreachable: (namespace) => createMqttInspector(...as('gateway', namespace, 'secret', nowhere)),
    withoutRights: async (namespace) => createMqttInspector(...as('nobody', namespace)),
    cut: () => server.kill(),
    restore: () => server.restart(),
    stop: async () => {
      await outside?.endAsync(true)
      await server.stop()
    },
  }
}

async function all(lines: AsyncIterable<TestLine>): Promise<TestLine[]> {
  const list: TestLine[] = []
  for await (const line of lines) list.push(line)
  return list
}

liveDescribe('mosquitto', 'the inspector with a real mosquitto', ({ port }) => {
  inspectorContract('MQTT', fixture)

  test('tells a message the broker had kept from one that is sent now', async () => {
    const base = uniqueNamespace('site')
    const client = await outsideClient(port)
    await client.publishAsync(`${base}/P/tags/T`, 'kept', { qos: 1, retain: true })
    const seen: [string, boolean][] = []
    const watch = await createMqttInspector(entryFor(port), context(base)).watch(
      [`${base}/#`],
      ({ payload, retained }) => seen.push([Buffer.from(payload).toString(), retained]),
      never,
    )
    await client.publishAsync(`${base}/P/tags/T`, 'live', { qos: 1, retain: true })
    await expect
      .poll(() => seen)
      .toEqual([
        ['kept', true],
        ['live', false],
      ])
    await watch.close()
    await client.publishAsync(`${base}/P/tags/T`, '', { qos: 1, retain: true })
    await client.endAsync(true)
  })

  test('does not believe a broker that acknowledges what it drops', async () => {
    const server = await startMosquitto({ passwords, acl })
    const gateway = await outsideClient(server.port, { username: 'gateway', password: 'secret', protocolVersion: 4 })
    await gateway.publishAsync('site/P/tags/T', 'x', { qos: 1, retain: true })
    const reader = createMqttInspector(entryFor(server.port, { username: 'reader' }), {
      ...context('site'),
      password: 'secret',
    })
    const { found, note } = await reader.leftOvers('site', never)
    expect(found.map(({ name }) => name)).toEqual(['site/P/tags/T'])
    expect(note).toContain('did not come back')
    const [removal] = await reader.remove('site', found, never)
    expect(removal).toMatchObject({ name: 'site/P/tags/T', ok: false })
    await gateway.endAsync(true)
    await server.stop()
  })

  test('finds a right to the requests of all sites, where the test topic of a site is closed', async () => {
    const rules = ['user gateway', 'topic readwrite #', 'user wide', 'topic readwrite site/#', 'topic write +/+/write']
    const server = await startMosquitto({ passwords: { gateway: 'secret', wide: 'secret' }, acl: rules })
    const wide = createMqttInspector(entryFor(server.port, { username: 'wide' }), {
      ...context('site'),
      password: 'secret',
    })
    const reached = await wide.reach('site-canary', 'real', never)
    expect(
      reached.map(({ action, allowed, name }) => [action, allowed, name.replace(/_[0-9a-f]{8}|[0-9a-f]{8}$/, '')]),
    ).toEqual([
      ['send', true, 'site-canary/__probe/write'],
      ['receive', false, 'site-canary/__probe/write'],
      ['send', false, 'site-canary/_gw/test/'],
      ['receive', 'unknown', 'site-canary/_gw/test/'],
    ])
    await server.stop()
  })

  test('shows the certificate, also one that it refuses', async () => {
    const files = makeCertificates({ names: ['IP:127.0.0.1', 'DNS:broker.test'] })
    const server = await startMosquitto({ tls: files })
    const lines = (more: object) =>
      all(createMqttInspector(entryFor(server.tlsPort ?? 0, { use_tls: true, ...more }), context('site')).test(never))
    const good = await lines({ ca_file: files.ca })
    const tls = good.find(({ step }) => step === 'tls')
    expect(tls).toMatchObject({
      result: 'ok',
      certificate: { names: expect.arrayContaining(['127.0.0.1', 'broker.test']) },
    })
    expect(tls?.certificate?.expiresAt).toBeGreaterThan(Date.now())
    expect(tls?.text).toMatch(/^TLSv1\.\d, certificate of .* valid until \d{4}-\d\d-\d\d \(\d+ days\)/)
    expect(good.at(-1)?.step).toBe('rights')
    const untrusted = await lines({})
    expect(untrusted.at(-1)).toMatchObject({
      step: 'tls',
      result: 'failed',
      certificate: { names: tls?.certificate?.names },
    })
    expect(untrusted.at(-1)?.text).toContain('Set ca_file')
    const misnamed = await lines({ ca_file: files.ca, tls_server_name: 'other.test' })
    expect(misnamed.at(-1)).toMatchObject({ step: 'tls', result: 'failed' })
    expect(misnamed.at(-1)?.text).toContain('tls_server_name')
    const plainPort = await all(
      createMqttInspector(entryFor(server.port, { use_tls: true, ca_file: files.ca }), context('site')).test(never),
    )
    expect(plainPort.at(-1)).toMatchObject({ step: 'tls', result: 'failed' })
    await server.stop()
  })
})
