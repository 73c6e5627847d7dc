import { expect, test } from 'vitest'
import type { TestLine } from '#main/bridges/inspector'
import { type InspectorFixture, inspectorContract } from '#main/bridges/inspector.contract'
import { silentLog } from '#main/log'
import { makeCertificates } from '#scripts/brokers/certificates'
import { liveDescribe } from '#scripts/brokers/live'
import { freePort } from '#scripts/brokers/server'
import { aclLines } from '#shared/acl'
import type { ValkeyConfig } from '#shared/config'
import { createValkeyBridge } from './bridge.ts'
import { isNotPermitted } from './errors.ts'
import { createValkeyInspector } from './inspector.ts'
import { plain, startSite } from './test-site.ts'

const never = new AbortController().signal
const context = (namespace: string, password?: string) => ({
  namespace,
  who: '11111111-aaaa',
  log: silentLog,
  ...(password !== undefined && { password }),
})

async function fixture(): Promise<InspectorFixture> {
  const users = {
    gateway: 'on >secret ~* &* +@all',
    nobody: 'on >secret ~elsewhere:* &elsewhere:* +@all',
  }
  const server = await startSite({ users })
  const outside = server.client()
  const nowhere = await freePort()
  const as = (username: string, namespace: string, password = 'secret', port = server.port) =>
    [{ ...plain, address: `127.0.0.1:${port}`, username }, context(namespace, password)] as const
  return {
    service: 'valkey',
    entry: 'valkey "Contract"',
    inspector: (namespace) => createValkeyInspector(...as('gateway', namespace)),
    bridge: (namespace) => createValkeyBridge(...as('gateway', namespace)),
    publish: async (base, payload) => {
      await outside.publish(`${base}:P:changes`, payload)
      return `${base}:P:changes`
    },
    plant: async (base) => {
      await outside.set(`${base}:P:tags:T`, '{"value":1}')
      await outside.rpush(`${base}:writes`, '{"n":1}', '{"n":2}')
      return [
        { kind: 'key', name: `${base}:P:tags:T`, content: '{"value":1}' },
        { kind: 'list', name: `${base}:writes`, content: '{"n":2}' },
      ]
    },
    leftBehind: async (base) => [
      ...(await outside.keys(`${base}:*`)),
      ...String(await outside.client('LIST'))
        .split('\n')
        .filter((line) => line.includes(`name=warlink-${base}-`)),
    ],
    tellsMembers: true,
    tellsTime: true,
    wrongLogin: (namespace) => createValkeyInspector(...as('gateway', namespace, 'wrong')),
    unreachable: (namespace) => createValkeyInspector(...as('gateway', namespace, 'secret', nowhere)),
    withoutRights: async (namespace) => createValkeyInspector(...as('nobody', namespace)),
    cut: () => server.kill(),
    restore: () => server.restart(),
    stop: () => server.stop(),
  }
}

/** Commands that ask for no key: a pattern of keys does not stop them. */
const harmful = [
  ['FLUSHALL'],
  ['FLUSHDB'],
  ['SWAPDB', '0', '1'],
  ['KEYS', '*'],
  ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ['CLIENT', 'PAUSE', '1'],
  ['SCRIPT', 'FLUSH'],
  ['FUNCTION', 'FLUSH'],
  ['CONFIG', 'GET', '*'],
  ['ACL', 'LIST'],
  ['SHUTDOWN'],
  ['EVAL', "return redis.call('FLUSHALL')", '0'],
]

async function all(lines: AsyncIterable<TestLine>): Promise<TestLine[]> {
  const list: TestLine[] = []
  for await (const line of lines) list.push(line)
  return list
}

liveDescribe('redis', 'the inspector with a real Redis', () => {
  inspectorContract('Valkey', fixture)

  test('says what may not be looked at, with the rule that allows it', async () => {
    const users = { few: 'on >secret ~site:* &site:* +@all -client -time -scan -multi' }
    const server = await startSite({ users })
    const entry: ValkeyConfig = { ...plain, address: `127.0.0.1:${server.port}`, username: 'few' }
    const inspector = createValkeyInspector(entry, context('site', 'secret'))
    expect(await inspector.members('site', never)).toMatchObject({
      kind: 'unproven',
      rules: ['ACL SETUSER few +client|list'],
    })
    expect(await inspector.clock(never)).toMatchObject({ kind: 'unproven', rules: ['ACL SETUSER few +time'] })
    expect(await inspector.leftOvers('site', never)).toMatchObject({ found: [], note: expect.stringContaining('SCAN') })
    const rights = await inspector.rights('site', never)
    expect(rights.map(({ allowed }) => allowed)).toEqual(['unknown', true])
    await server.stop()
  })

  test('names each right that is missing, and runs none of what it tries', async () => {
    const server = await startSite({ users: { half: 'on >secret ~site:* &site:* +@all -blpop -publish' } })
    const outside = server.client()
    await outside.rpush('site:writes', 'request')
    const entry: ValkeyConfig = { ...plain, address: `127.0.0.1:${server.port}`, username: 'half' }
    const rights = await createValkeyInspector(entry, context('site', 'secret')).rights('site', never)
    const missing = rights.filter(({ allowed }) => allowed === false).map(({ text }) => text)
    expect(missing).toEqual([expect.stringContaining('+publish'), expect.stringContaining('+blpop')])
    expect(await outside.keys('*')).toEqual(['site:writes'])
    expect(await outside.llen('site:writes')).toBe(1)
    await server.stop()
  })

  test('finds nothing missing with the rule that is made for a gateway, which reaches no data of other sites', async () => {
    const [rule = ''] = aclLines('valkey', 'site', 'gateway', 'gateway')
    const server = await startSite()
    const admin = server.client()
    const [command = '', ...words] = rule.replace('>PASSWORD', '>secret').split(' ')
    await admin.call(command, ...words)
    await admin.set('site-b:P:tags:T', '1')
    const entry: ValkeyConfig = { ...plain, address: `127.0.0.1:${server.port}`, username: 'gateway' }
    const inspector = createValkeyInspector(entry, context('site', 'secret'))
    expect((await inspector.rights('site', never)).filter(({ allowed }) => allowed !== true)).toEqual([])
    const reached = await inspector.reach('site-canary', 'real', never)
    expect(reached.filter(({ allowed }) => allowed !== false)).toEqual([])
    expect(await inspector.members('site', never)).toMatchObject({ kind: 'seen' })
    expect(await inspector.clock(never)).toMatchObject({ kind: 'known' })
    expect(await inspector.leftOvers('site', never)).toMatchObject({ found: [], note: '' })
    // As the gateway's login these would be run on the data of all.
    const gateway = admin.duplicate({ username: 'gateway', password: 'secret' })
    for (const [name = '', ...more] of harmful) {
      const refused = await gateway.call(name, ...more).catch((error: Error) => error)
      expect(isNotPermitted(refused), `${name}: ${refused}`).toBe(true)
    }
    gateway.disconnect()
    expect(await admin.get('site-b:P:tags:T')).toBe('1')
    await server.stop()
  })

  test('finds a right to the lists of all sites, where the test name of a site is closed', async () => {
    const server = await startSite({ users: { wide: 'on >secret ~site:* ~*:writes &site:* +@all' } })
    const entry: ValkeyConfig = { ...plain, address: `127.0.0.1:${server.port}`, username: 'wide' }
    const reached = await createValkeyInspector(entry, context('site', 'secret')).reach('site-canary', 'real', never)
    expect(reached.filter(({ allowed }) => allowed === true).map(({ text, name }) => [text, name])).toEqual([
      ['may send requests (RPUSH)', 'site-canary:writes'],
      ['may take requests (BLPOP)', 'site-canary:writes'],
    ])
    expect(await server.client().keys('*')).toEqual([])
    await server.stop()
  })

  test('lists whoever waits at a list, also without a name', async () => {
    const server = await startSite()
    const stranger = server.client()
    void stranger.blpop('site:writes', 5).catch(() => {})
    const entry: ValkeyConfig = { ...plain, address: `127.0.0.1:${server.port}` }
    const inspector = createValkeyInspector(entry, context('site'))
    await expect
      .poll(async () => {
        const members = await inspector.members('site', never)
        return members.kind === 'seen' ? members.members : []
      })
      .toContainEqual(expect.objectContaining({ client: '', doing: 'blpop', self: false }))
    await server.stop()
  })

  test('a gateway of another site that waits at its own list is none of ours', async () => {
    const server = await startSite()
    const [theirs, ours] = [server.client(), server.client()]
    await theirs.client('SETNAME', 'warlink-site-b-3f8a21c4-b71e-0a1b')
    void theirs.blpop('site-b:writes', 5).catch(() => {})
    await ours.client('SETNAME', 'warlink-site-91d0c7be-11aa-0a1b')
    void ours.blpop('site:writes', 5).catch(() => {})
    const entry: ValkeyConfig = { ...plain, address: `127.0.0.1:${server.port}` }
    const inspector = createValkeyInspector(entry, context('site'))
    await expect
      .poll(async () => {
        const members = await inspector.members('site', never)
        return members.kind === 'seen' ? members.members.filter(({ doing }) => doing === 'blpop') : []
      })
      .toEqual([expect.objectContaining({ who: '91d0c7be-11aa', self: false })])
    await server.stop()
  })

  test('cuts what is too long, and counts it whole', async () => {
    const server = await startSite()
    const outside = server.client()
    await outside.set('site:long', 'x'.repeat(100_000))
    await outside.rpush('site:writes', ...Array.from({ length: 1_200 }, (_, i) => String(i)))
    await outside.hset('site:hash', 'a', 1)
    const entry: ValkeyConfig = { ...plain, address: `127.0.0.1:${server.port}` }
    const { found, note } = await createValkeyInspector(entry, context('site')).leftOvers('site', never)
    expect(found.map(({ name, size, complete, content }) => [name, size, complete, content.length])).toEqual([
      ['site:hash', 0, false, 0],
      ['site:long', 100_000, false, 1],
      ['site:writes', 1_200, false, 1_000],
    ])
    expect(note).toContain('1 keys')
    await server.stop()
  })

  test('shows the certificate of a server with TLS', async () => {
    const files = makeCertificates({ names: ['IP:127.0.0.1'] })
    const server = await startSite({ tls: files })
    const entry: ValkeyConfig = { ...plain, address: `127.0.0.1:${server.tlsPort}`, use_tls: true }
    const good = await all(createValkeyInspector({ ...entry, ca_file: files.ca }, context('site')).test(never))
    expect(good.find(({ step }) => step === 'tls')).toMatchObject({
      result: 'ok',
      certificate: { names: ['127.0.0.1'] },
    })
    expect(good.at(-1)?.step).toBe('rights')
    const bad = await all(createValkeyInspector(entry, context('site')).test(never))
    expect(bad.at(-1)).toMatchObject({ step: 'tls', result: 'failed', certificate: { names: ['127.0.0.1'] } })
    await server.stop()
  })
})
