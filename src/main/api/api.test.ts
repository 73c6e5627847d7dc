/** The contract from end to end: a client on one end of a wire, a site with simulators and a memory broker on the other. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestFile, openTestSite, type TestFile, type TestSite, until } from '#main/gateway/test-gateway'
import { nodeHost } from '#main/host'
import { createLogger, type Logger } from '#main/log-sink'
import type { Simulator } from '#main/plcs/simulator/simulator'
import { type Cell, cellKey } from '#shared/contract/cells'
import { contract, type GatewayClient, type GatewayContract } from '#shared/contract/index'
import type { PlcTestStep } from '#shared/contract/plcs'
import type { LogEntry } from '#shared/log'
import type { MonitorMessage } from '#shared/monitor'
import { connectTo, joinedWires, serve } from '#shared/rpc'
import type { ConfigState } from '#shared/site'
import type { TagReading } from '#shared/tag'
import type { TesterHop } from '#shared/tester'
import type { EndedRequest } from '#shared/write'
import { type Api, createApi } from './index.ts'

let test: TestSite
let file: TestFile | undefined
let api: Api | undefined
let logger: Logger
const clients: GatewayClient[] = []

beforeEach(async () => {
  test = await openTestSite()
  logger = createLogger({ sink: { write: () => {}, close: async () => {} } })
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await api?.close()
  await file?.close()
  file = undefined
  await test.close()
  await logger.close()
})

const text = (port: number) => `namespace: factory-a
site: Halle 3
poll_rate: 250ms
plcs:
  - name: Main PLC
    address: 127.0.0.1:${port}
    timeout: 1s
    tags:
      - {name: Test_DINT, writable: true, alias: Set}
      - {name: Test_SINT}
      - {name: Test_LINT, enabled: false}
  - {name: Spare, address: 192.0.2.1, enabled: false}
mqtt:
  - {name: Central, broker: one, username: gw, password: clear-secret}
  - {name: Off, broker: two, enabled: false}
`

async function open(content?: string): Promise<GatewayClient> {
  file = await openTestFile(test, content)
  const host = nodeHost({ version: '1.2.3', secrets: file.store })
  api = createApi(file.site, host, logger, test.clientsOf)
  const [near, far] = joinedWires()
  serve(far, api.handlers, contract)
  const client = connectTo<GatewayContract>(near)
  clients.push(client)
  return client
}

async function running(): Promise<{ readonly client: GatewayClient; readonly plc: Simulator }> {
  const plc = await test.plc()
  const client = await open(text(plc.port))
  await until(() => test.retained('factory-a/Main PLC/tags/Set') !== undefined, 'published')
  return { client, plc }
}

/** Collects an event's items by key, or in order. */
function follow<T>(subscribe: (listener: { onItems(items: readonly T[]): void }) => () => void): {
  items: T[]
  stop(): void
} {
  const items: T[] = []
  return { items, stop: subscribe({ onItems: (more) => void items.push(...more) }) }
}

function remember<T>(into: Map<string, T>, items: readonly T[], key: (item: T) => string) {
  for (const item of items) into.set(key(item), item)
}

describe('gateway calls', () => {
  it('tell who runs, and how every PLC and every entry of the file is doing', async () => {
    const { client } = await running()
    const status = await client.call('gateway.status', {})
    expect(status).toMatchObject({
      namespace: 'factory-a',
      site: 'Halle 3',
      version: '1.2.3',
      configPath: file?.path,
      pid: process.pid,
      instance: 'instance',
      writeMode: 'armed',
      plcs: [
        { name: 'Main PLC', driver: 'logix', state: { kind: 'online' } },
        { name: 'Spare', state: { kind: 'disabled' } },
      ],
      brokers: [
        { entry: { service: 'mqtt', name: 'Central' }, base: 'factory-a', state: { kind: 'connected' } },
        { entry: { service: 'mqtt', name: 'Off' }, state: { kind: 'disabled' } },
      ],
    })
    expect(JSON.stringify(status)).not.toContain('clear-secret')
  })

  it('say that no gateway runs, and what to do, where there is no file or a broken one', async () => {
    const client = await open()
    await expect(client.call('gateway.status', {})).rejects.toMatchObject({
      code: 'refused',
      message: 'No gateway runs: there is no configuration yet. Make one first.',
    })
    await expect(client.call('plcs.details', { plc: 'Main PLC' })).rejects.toMatchObject({ code: 'refused' })
    expect(await client.call('app.info', {})).toMatchObject({ kind: 'browser', secretStore: 'test store' })
  })
})

describe('cells', () => {
  it('are all told at first, then what changed, and those of a new configuration when they come', async () => {
    const { client } = await running()
    const cells = new Map<string, Cell>()
    const stop = client.subscribe('cells', {}, { onItems: (items) => remember(cells, items, cellKey) })
    await until(() => cells.has('poll Main PLC') && cells.has('traffic mqtt "Central"'), 'first cells')
    expect([...cells.keys()].sort()).toEqual([
      'broker mqtt "Central"',
      'broker mqtt "Off"',
      'claim',
      'plc Main PLC',
      'plc Spare',
      'poll Main PLC',
      'poll Spare',
      'recording',
      'site',
      'traffic mqtt "Central"',
      'write-mode',
    ])
    const { version } = file?.site.now.getState() ?? { version: '' }
    const edits = [{ kind: 'rename-plc' as const, plc: 'Main PLC', to: 'Press' }]
    expect(await client.call('config.change', { version, edits })).toMatchObject({ kind: 'saved' })
    await until(() => cells.has('plc Press'), 'the new PLC')
    expect(cells.get('site')).toMatchObject({ value: { namespace: 'factory-a', plcs: ['Press', 'Spare'] } })
    await client.call('writeback.setMode', { mode: 'read-only' })
    await until(() => JSON.stringify(cells.get('write-mode')).includes('read-only'), 'write mode')
    stop()
    const before = cells.get('write-mode')
    await client.call('writeback.setMode', { mode: 'armed' })
    expect(cells.get('write-mode')).toBe(before)
  })
})

describe('traffic', () => {
  it('of an entry that is switched off is told a last time, as none', async () => {
    const { client } = await running()
    const cells = new Map<string, Cell>()
    client.subscribe('cells', {}, { onItems: (items) => remember(cells, items, cellKey) })
    const figures = () => {
      const cell = cells.get('traffic mqtt "Central"')
      return cell?.kind === 'traffic' ? cell.value : undefined
    }
    await until(() => (figures()?.confirmed ?? 0) > 0, 'traffic')
    const { version } = file?.site.now.getState() ?? { version: '' }
    const entry = { service: 'mqtt', name: 'Central' } as const
    await client.call('config.change', {
      version,
      edits: [{ kind: 'set-entry', entry, keys: { enabled: false } }],
    })
    await until(() => figures()?.confirmed === 0, 'no traffic')
    expect(figures()).toEqual({ waiting: 0, confirmed: 0, coalesced: 0, dropped: 0, perSecond: 0 })
  })
})

describe('configuration calls', () => {
  it('show the file without tags and without clear passwords, and follow it', async () => {
    const { client } = await running()
    const states = follow<ConfigState>((listener) => client.subscribe('config', {}, listener))
    await until(() => states.items.length > 0, 'state')
    const first = states.items[0]
    expect(first).toMatchObject({
      path: file?.path,
      site: { kind: 'running' },
      config: {
        plcs: [{ name: 'Main PLC', tagCount: 3, writableCount: 1 }, { name: 'Spare' }],
        mqtt: [{ password: '‹hidden›' }, {}],
      },
      problems: [{ severity: 'warning' }],
    })
    expect(JSON.stringify(first)).not.toContain('Test_DINT')
    const edits = [{ kind: 'set' as const, keys: { site: null, write_max_age: '5s' } }]
    expect(await client.call('config.preview', { edits })).toMatchObject({
      error: '',
      steps: ['settings of the whole gateway'],
    })
    const outcome = await client.call('config.change', { version: first?.version ?? '', edits })
    expect(outcome).toMatchObject({ kind: 'saved', failed: '' })
    await until(() => states.items.at(-1)?.config?.write_max_age === 5_000, 'the new state')
    expect(states.items.at(-1)?.config?.site).toBeUndefined()
    states.stop()
  })

  it('refuse what is not in the contract before anything is done', async () => {
    const { client } = await running()
    for (const edits of [[], [{ kind: 'set', keys: { password: 'x' } }], [{ kind: 'delete-everything' }]]) {
      await expect(client.call('config.change', { version: '', edits: edits as never })).rejects.toMatchObject({
        code: 'bad-input',
      })
    }
  })
})

describe('tag calls', () => {
  it('give pages of configured tags with their types', async () => {
    const { client } = await running()
    const page = await client.call('tags.page', { plc: 'Main PLC', offset: 1, limit: 2 })
    expect(page).toMatchObject({
      total: 3,
      rows: [
        { name: 'Test_SINT', type: 'SINT' },
        { name: 'Test_LINT', enabled: false },
      ],
    })
    expect(page.version).toBe(file?.site.now.getState().version)
    expect(await client.call('tags.page', { plc: 'Nobody', offset: 0, limit: 1 })).toMatchObject({ total: 0, rows: [] })
  })

  it('tell values of configured tags as they change, and read the others once a second', async () => {
    const { client, plc } = await running()
    plc.set('Test_LINT', 9007199254740993n)
    const tags = ['Test_SINT', 'Test_LINT', 'Machine_Status.Clear_Fault', 'No_Such_Tag'].map((address) => ({
      plc: 'Main PLC',
      address,
    }))
    const values = new Map<string, TagReading>()
    const stop = client.subscribe(
      'tags.values',
      { tags: [...tags, { plc: 'Spare', address: 'X' }] },
      {
        onItems: (items) => remember(values, items, ({ address }) => address),
      },
    )
    await until(
      () => values.size === 5 && [...values.values()].filter(({ quality }) => quality === 'good').length === 3,
      'values',
    )
    expect(values.get('Test_LINT')).toMatchObject({ valueJson: '9007199254740993', type: 'LINT', quality: 'good' })
    expect(values.get('Machine_Status.Clear_Fault')).toMatchObject({ valueJson: 'false', type: 'BOOL' })
    expect(values.get('No_Such_Tag')).toMatchObject({ quality: 'bad', error: expect.stringContaining('No_Such_Tag') })
    expect(values.get('X')).toMatchObject({ quality: 'waiting', error: 'Spare: not connected' })
    plc.set('Test_SINT', 77)
    plc.set('Machine_Status.Clear_Fault', true)
    await until(() => values.get('Test_SINT')?.valueJson === '77', 'a configured change')
    await until(() => values.get('Machine_Status.Clear_Fault')?.valueJson === 'true', 'another change')
    plc.faults.mute = true
    await until(() => values.get('Test_SINT')?.quality === 'stale', 'stale')
    await until(() => values.get('Test_LINT')?.quality === 'stale', 'stale too')
    expect(values.get('Test_LINT')).toMatchObject({ valueJson: '9007199254740993' })
    stop()
  })

  it('list the tags whose value is not good: all of them where the PLC does not answer', async () => {
    const { client, plc } = await running()
    const notGood = async () => (await client.call('tags.notGood', { plc: 'Main PLC' })).addresses
    expect(await notGood()).toEqual([])
    plc.faults.mute = true
    await expect.poll(notGood, { timeout: 10_000 }).toEqual(['Test_DINT', 'Test_SINT'])
  })

  it('read one tag now', async () => {
    const { client } = await running()
    expect(await client.call('tags.read', { plc: 'Main PLC', address: 'Test_DINT' })).toMatchObject({
      quality: 'good',
      type: 'DINT',
    })
    expect(await client.call('tags.read', { plc: 'Main PLC', address: 'Test_LINT' })).toMatchObject({
      quality: 'good',
      type: 'LINT',
    })
    expect(await client.call('tags.read', { plc: 'Main PLC', address: 'Test_String' })).toMatchObject({
      valueJson: '"ready"',
      type: 'STRING',
      capacity: 82,
    })
    expect(await client.call('tags.read', { plc: 'Main PLC', address: 'Nope' })).toMatchObject({ quality: 'bad' })
  })

  it('discover the tags of a controller, with the members of its structures', async () => {
    const { client } = await running()
    expect(await client.call('tags.browse', { plc: 'Spare' })).toMatchObject({
      kind: 'failed',
      error: expect.stringContaining('not connected'),
    })
    await client.call('tags.browse', { plc: 'Main PLC' })
    const cells = new Map<string, Cell>()
    client.subscribe('cells', {}, { onItems: (items) => remember(cells, items, cellKey) })
    await until(() => JSON.stringify([cells.get('browse Main PLC')]).includes('"done"'), 'the whole list')
    const page = await client.call('tags.catalogue', { plc: 'Main PLC', offset: 0, limit: 5_000 })
    expect(page.state).toMatchObject({ kind: 'done', tags: page.total })
    const status = page.entries.find(({ name }) => name === 'Machine_Status')
    expect(status?.type.kind).toBe('struct')
    expect(page.types[status?.type.name ?? '']?.map(({ name }) => name)).toContain('Clear_Fault')
  })

  it('export for a server what stands on the disk, with its own secrets, and nothing of a file that is broken', async () => {
    const { client } = await running()
    if (!file) throw new Error('no file')
    const folder = dirname(file.path)
    await file.store.set('mqtt/New', 'new-secret')
    const changed = `namespace: factory-a\nmqtt: [{name: New, broker: one, username: gw, password: "\${secret:mqtt/New}"}]\n`
    await writeFile(file.path, changed)
    expect(await client.call('config.export', { path: join(folder, 'server.yaml') })).toMatchObject({ kind: 'written' })
    expect(await readFile(join(folder, 'server.yaml'), 'utf8')).toBe(changed)
    expect(await readFile(join(folder, 'server.yaml.secrets'), 'utf8')).toContain('new-secret')
    await writeFile(file.path, 'namespace: [')
    expect(await client.call('config.export', { path: join(folder, 'broken.yaml') })).toMatchObject({
      kind: 'failed',
      error: expect.stringMatching(/^nothing was written: .*not valid YAML/),
    })
    expect(await readdir(folder)).not.toContain('broken.yaml')
  })

  it('export nothing under a name that another program takes for its own', async () => {
    const { client } = await running()
    if (!file) throw new Error('no file')
    const folder = dirname(file.path)
    for (const name of ['.bash_profile', 'server.yaml.sh', 'serveryaml', 'server.yaml/', 'server.yaml\n'])
      await expect(client.call('config.export', { path: join(folder, 'new', name) }), name).rejects.toMatchObject({
        code: 'bad-input',
        message: 'config.export: path: its name has to end in .yaml or .yml. Choose such a name.',
      })
    expect(await readdir(folder)).not.toContain('new')
    for (const name of ['a.yml', 'B.YAML'])
      expect(await client.call('config.export', { path: join(folder, name) })).toMatchObject({ kind: 'written' })
  })

  it('export tags as CSV, tell what an import would change, and do it', async () => {
    const { client } = await running()
    const { text: csv } = await client.call('tags.csv', { plc: 'Main PLC' })
    expect(csv.split('\r\n')[1]).toBe('Main PLC,Test_DINT,Set,true,true,,,,,false,false,false')
    const same = await client.call('tags.importCsv', { text: csv, dryRun: false })
    expect(same).toMatchObject({ counts: { add: 0, change: 0, same: 3, error: 0 }, rows: [] })
    const changed = csv.replace('Test_SINT,', 'Test_SINT,Small').replace(/$/, 'Main PLC,Test_INT,Small,,,,,,,,,\r\n')
    const dry = await client.call('tags.importCsv', { text: changed, dryRun: true })
    expect(dry.rows[0]).toMatchObject({ what: 'error', text: expect.stringContaining('Small') })
    const good = changed.replace('Test_INT,Small', 'Test_INT,Medium')
    expect(await client.call('tags.importCsv', { text: good, dryRun: true })).toMatchObject({
      counts: { add: 1, change: 1, same: 2, error: 0 },
      rows: [
        { what: 'change', tag: 'Test_SINT', text: 'alias: none → Small' },
        { what: 'add', tag: 'Test_INT' },
      ],
    })
    expect(await client.call('tags.importCsv', { text: good, dryRun: false })).toMatchObject({
      outcome: { kind: 'saved' },
    })
    await until(() => test.retained('factory-a/Main PLC/tags/Medium') !== undefined, 'published')
  })
})

describe('PLC calls', () => {
  it('show one PLC with its tags by quality, disconnect and connect it', async () => {
    const { client, plc } = await running()
    expect(await client.call('plcs.details', { plc: 'Main PLC' })).toMatchObject({
      state: { kind: 'online', identity: { serial: plc.identity.serial } },
      tags: { good: 2, bad: 0, stale: 0, waiting: 0 },
      waitingWrites: 0,
    })
    expect(await client.call('plcs.disconnect', { plc: 'Main PLC' })).toEqual({ kind: 'stopped' })
    expect(await client.call('plcs.connect', { plc: 'Main PLC' })).toMatchObject({ kind: 'connecting' })
    await expect(client.call('plcs.connect', { plc: 'Nobody' })).rejects.toMatchObject({ code: 'refused' })
  })

  it('try settings step by step, and say which step failed', async () => {
    const { client, plc } = await running()
    const run = async (draft: { name: string; address: string; slot?: number }) => {
      const steps = follow<PlcTestStep>((listener) => client.subscribe('plcs.test', { draft }, listener))
      await until(() => steps.items.at(-1)?.kind === 'ended', 'the end')
      steps.stop()
      return steps.items
    }
    const good = await run({ name: 'New', address: `127.0.0.1:${plc.port}` })
    expect(good.at(-1)).toMatchObject({ kind: 'ended', ok: true })
    expect(good).toContainEqual(expect.objectContaining({ kind: 'identity', identity: plc.identity }))
    const none = await run({ name: 'New', address: '127.0.0.1:9' })
    expect(none).toMatchObject([
      { kind: 'step', step: 'TCP connection', result: 'failed' },
      { kind: 'ended', ok: false },
    ])
    const bad = await run({ name: 'a/b', address: 'not an address' })
    expect(bad[0]).toMatchObject({ step: 'settings', result: 'failed', text: expect.stringContaining('address') })
  })
})

describe('broker calls', () => {
  it('disconnect and connect an entry', async () => {
    const { client } = await running()
    const entry = { service: 'mqtt', name: 'Central' } as const
    expect(await client.call('brokers.disconnect', { entry })).toEqual({ kind: 'stopped' })
    expect(test.broker.connections()).toBe(0)
    await client.call('brokers.connect', { entry })
    await until(() => test.broker.connections() === 1, 'connected')
    expect(await client.call('brokers.connect', { entry: { service: 'mqtt', name: 'Off' } })).toEqual({
      kind: 'disabled',
    })
    await expect(client.call('brokers.connect', { entry: { service: 'kafka', name: 'X' } })).rejects.toMatchObject({
      code: 'refused',
    })
  })
})

describe('write-back calls', () => {
  it('explain a request with the types and the switch of the running gateway', async () => {
    const { client } = await running()
    const request = (value: unknown) => ({
      service: 'mqtt' as const,
      address: 'factory-a/Main PLC/write',
      payload: JSON.stringify({ topic: 'factory-a', plc: 'Main PLC', tag: 'Set', value }),
      retained: false,
    })
    expect((await client.call('writeback.explain', request(5))).every(({ verdict }) => verdict === 'pass')).toBe(true)
    expect((await client.call('writeback.explain', request('abc'))).at(-1)).toMatchObject({
      verdict: 'refused',
      text: 'cannot convert string to DINT',
    })
    await client.call('writeback.setMode', { mode: 'read-only' })
    expect((await client.call('writeback.explain', request(5))).at(-1)).toMatchObject({
      verdict: 'refused',
      text: 'writes are blocked: this gateway is read-only',
    })
  })

  it('tell each request that ended, also those of before', async () => {
    const { client } = await running()
    const send = (value: number) =>
      test.broker.send(
        'factory-a/Main PLC/write',
        JSON.stringify({ topic: 'factory-a', plc: 'Main PLC', tag: 'Set', value }),
      )
    const first = follow<EndedRequest>((listener) => client.subscribe('writeback.requests', {}, listener))
    send(1)
    await until(() => first.items.length === 1, 'the first')
    send(2)
    await until(() => first.items.length === 2, 'the second')
    const later = follow<EndedRequest>((listener) => client.subscribe('writeback.requests', {}, listener))
    await until(() => later.items.length === 2, 'those of before')
    expect(later.items.map(({ valueJson, success }) => [valueJson, success])).toEqual([
      ['1', true],
      ['2', true],
    ])
  })
})

describe('the tester', () => {
  const topic = 'factory-a/Main PLC/write'
  const entry = { service: 'mqtt', name: 'Central' } as const
  const request = (value: unknown, more: object = {}) =>
    JSON.stringify({ topic: 'factory-a', plc: 'Main PLC', tag: 'Set', value, ...more })

  async function send(client: GatewayClient, payload: string, address = topic) {
    const hops = follow<TesterHop>((listener) =>
      client.subscribe(
        'writeback.send',
        { entry, address, payload, readBack: { plc: 'Main PLC', tag: 'Set' } },
        listener,
      ),
    )
    await until(() => hops.items.at(-1)?.kind === 'ended', 'the end')
    return hops.items
  }

  it('sends through the broker and tells each hop, up to the value read back', async () => {
    const { client, plc } = await running()
    const hops = await send(client, request(4711, { request_id: 'one' }))
    const kinds = hops.map(({ kind }) => kind)
    expect([...kinds].sort()).toEqual(
      ['sent', 'taken', 'received', 'checked', 'writing', 'written', 'response', 'read-back', 'ended'].sort(),
    )
    expect(kinds.filter((kind) => !['sent', 'taken'].includes(kind))).toEqual([
      'received',
      'checked',
      'writing',
      'written',
      'response',
      'read-back',
      'ended',
    ])
    expect(hops.find(({ kind }) => kind === 'read-back')).toMatchObject({ text: '4711', same: true })
    expect(hops.find(({ kind }) => kind === 'response')).toMatchObject({ success: true, address: `${topic}/response` })
    expect(plc.get('Test_DINT')).toBe(4711)
    const again = await send(client, request(4711, { request_id: 'one' }))
    expect(again.find(({ kind }) => kind === 'written')).toMatchObject({
      text: expect.stringContaining('not written again'),
    })
    expect(plc.writeLog).toHaveLength(1)
  })

  it('tells who refused a request and how to mend it, and that nobody listens on a foreign address', async () => {
    const { client, plc } = await running()
    const refused = await send(client, request(1).replace('"Set"', '"Test_SINT"'))
    expect(refused.find(({ kind }) => kind === 'refused')).toMatchObject({
      text: 'tag is not writable',
      check: 'writable',
      hint: expect.stringContaining('writable: true'),
    })
    const unreadable = await send(client, 'not json')
    expect(unreadable.map(({ kind }) => kind)).toContain('response')
    expect(unreadable.find(({ kind }) => kind === 'refused')).toMatchObject({ check: 'request' })
    expect(plc.writeLog).toHaveLength(0)
    expect(test.broker.connections()).toBe(2)
  })
})

describe('the journal', () => {
  it('has the requests of the tester, newest first', async () => {
    const { client } = await running()
    for (const value of [1, 2]) {
      test.broker.send(
        'factory-a/Main PLC/write',
        JSON.stringify({ topic: 'factory-a', plc: 'Main PLC', tag: 'Set', value }),
      )
    }
    const all = () => client.call('writeback.journal', { limit: 10, filter: {} })
    let page = await all()
    await expect
      .poll(async () => {
        page = await all()
        return page.requests.filter(({ answer }) => answer === 'answered').length
      })
      .toBe(2)
    expect(page.requests.map(({ value, outcome }) => [value, outcome])).toEqual([
      ['2', 'done'],
      ['1', 'done'],
    ])
    expect(await client.call('writeback.journal', { limit: 10, filter: { text: 'nothing' } })).toEqual({
      requests: [],
      error: '',
    })
  })
})

describe('the monitor', () => {
  it('lists what goes out and what comes in, tells own and foreign apart, and shows whole messages', async () => {
    const { client, plc } = await running()
    const seen = follow<MonitorMessage>((listener) => client.subscribe('monitor.messages', { filter: {} }, listener))
    const cells = new Map<string, Cell>()
    client.subscribe('cells', {}, { onItems: (items) => remember(cells, items, cellKey) })
    await until(() => JSON.stringify([cells.get('watch mqtt "Central"')]).includes('"on"'), 'watching')
    plc.set('Test_SINT', 66)
    test.broker.send('factory-b/Press/health', '{"online":true}', { retain: true })
    test.broker.send('factory-a/Main PLC/write', '{"plc":"Main PLC"}')
    const find = (part: Partial<MonitorMessage>) =>
      seen.items.find((message) =>
        Object.entries(part).every(([key, value]) => message[key as keyof MonitorMessage] === value),
      )
    await until(
      () =>
        !!find({ direction: 'out', kind: 'value', address: 'factory-a/Main PLC/tags/Test_SINT', owner: 'own' }) &&
        !!find({ direction: 'in', kind: 'health', owner: 'foreign' }) &&
        !!find({ direction: 'in', kind: 'request', owner: 'own' }) &&
        !!find({ direction: 'out', kind: 'response', owner: 'own' }),
      'all four',
    )
    // Its own echo is not a second message.
    expect(find({ direction: 'in', address: 'factory-a/Main PLC/write/response' })).toBeUndefined()
    const health = find({ owner: 'foreign', kind: 'health' })
    expect(await client.call('monitor.message', { seq: health?.seq ?? 0 })).toMatchObject({
      text: '{"online":true}',
      complete: true,
    })
    await expect(client.call('monitor.message', { seq: 999_999 })).rejects.toMatchObject({ code: 'refused' })
    const only = follow<MonitorMessage>((listener) =>
      client.subscribe('monitor.messages', { filter: { kinds: ['request'], text: 'MAIN plc' } }, listener),
    )
    await until(() => only.items.length === 1, 'the filtered one')
    seen.stop()
    only.stop()
  })

  it('looks at nothing while no window listens', async () => {
    await running()
    expect(test.broker.connections()).toBe(1)
  })

  it('records into a new file', async () => {
    const { client, plc } = await running()
    const path = `${test.folder}/messages.jsonl`
    expect(await client.call('monitor.record', { path, filter: { direction: 'out' } })).toMatchObject({
      kind: 'on',
      path,
    })
    plc.set('Test_SINT', 11)
    await until(() => test.retained('factory-a/Main PLC/tags/Test_SINT')?.value === 11, 'published')
    expect(await client.call('monitor.stopRecord', {})).toEqual({ kind: 'off' })
    const lines = (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { address: string; payload: string })
    expect(lines.some(({ address, payload }) => address.endsWith('/Test_SINT') && payload.includes('"value":11'))).toBe(
      true,
    )
    await expect(client.call('monitor.record', { path, filter: {} })).rejects.toMatchObject({
      message: expect.stringContaining('exists already'),
    })
    const other = `${test.folder}/.bash_profile`
    await expect(client.call('monitor.record', { path: other, filter: {} })).rejects.toMatchObject({
      code: 'bad-input',
      message: 'monitor.record: path: its name has to end in .jsonl. Choose such a name.',
    })
    await expect(readFile(other)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('left-overs', () => {
  const entry = { service: 'mqtt', name: 'Central' } as const

  it('are listed, and removed after a backup; what is in use is not', async () => {
    const { client } = await running()
    test.broker.send('factory-old/Press/tags/A', '{"value":1}', { retain: true })
    test.broker.send('factory-old/Press/health', '{"online":true}', { retain: true })
    await until(() => test.broker.retained.has('factory-old/Press/health'), 'stored')
    const old = await client.call('leftOvers.list', { entry, base: 'factory-old' })
    expect(old.items.map(({ name, inUse, preview }) => [name, inUse, preview]).sort()).toEqual([
      ['factory-old/Press/health', false, '{"online":true}'],
      ['factory-old/Press/tags/A', false, '{"value":1}'],
    ])
    const own = await client.call('leftOvers.list', { entry, base: 'factory-a' })
    expect(own.items.every(({ inUse }) => inUse)).toBe(true)
    const tag = { kind: 'retained' as const, name: 'factory-a/Main PLC/tags/Set' }
    await expect(client.call('leftOvers.remove', { entry, base: 'factory-a', names: [tag] })).rejects.toMatchObject({
      message: expect.stringContaining('uses it now'),
    })
    const names = [
      { kind: 'retained' as const, name: 'factory-old/Press/tags/A' },
      { kind: 'retained' as const, name: 'factory-old/gone' },
    ]
    const report = await client.call('leftOvers.remove', { entry, base: 'factory-old', names })
    expect(report).toMatchObject({ removed: 1, failed: [{ name: 'factory-old/gone' }] })
    expect(JSON.parse(await readFile(report.backup, 'utf8'))).toMatchObject({
      name: 'factory-old/Press/tags/A',
      content: ['{"value":1}'],
    })
    expect(test.broker.retained.has('factory-old/Press/tags/A')).toBe(false)
    expect(test.broker.retained.has('factory-old/Press/health')).toBe(true)
    for (const base of ['#', 'a/b/c', '', '+']) {
      await expect(client.call('leftOvers.list', { entry, base })).rejects.toThrow()
    }
  })
})

describe('isolation calls', () => {
  it('tell claim and pins, and refuse a namespace typed otherwise', async () => {
    const { client, plc } = await running()
    const status = await client.call('isolation.status', {})
    expect(status.claim.namespace).toBe('factory-a')
    expect(status.pins).toMatchObject([
      { plc: 'Main PLC', pin: { kind: 'unpinned', found: { serial: plc.identity.serial } } },
      { plc: 'Spare', pin: { kind: 'unpinned' } },
    ])
    expect(await client.call('isolation.take', { namespace: 'factory', name: 'Ada', reason: 'line moved' })).toEqual({
      ok: false,
      error: 'claim: "factory" is not this gateway\'s namespace. Type "factory-a" to take it over.',
    })
    await expect(
      client.call('isolation.take', { namespace: 'factory-a', name: ' ', reason: '' }),
    ).rejects.toMatchObject({ code: 'bad-input' })
  })
})

describe('log calls', () => {
  it('give the newest lines and each one after, and switch debug areas', async () => {
    const client = await open()
    logger.for('gateway').info('before')
    const lines = follow<LogEntry>((listener) => client.subscribe('log.entries', {}, listener))
    logger.for('mqtt').debug(() => 'not yet')
    expect(await client.call('log.setDebug', { areas: ['mqtt'] })).toEqual({ areas: ['mqtt'] })
    logger.for('mqtt').debug(() => 'now')
    await until(() => lines.items.length === 2, 'lines')
    expect(lines.items.map(({ text: line }) => line)).toEqual(['before', 'now'])
    expect(await client.call('log.debug', {})).toEqual({ areas: ['mqtt'] })
  })
})

describe('app calls', () => {
  it('say what to do where there is no desktop', async () => {
    const client = await open()
    expect(await client.call('app.pickFile', { title: 'Import' })).toEqual({
      kind: 'unavailable',
      why: expect.stringMatching(/^Import: .*Type the path/),
    })
    expect(await client.call('app.openPath', { what: 'log' })).toMatchObject({
      error: expect.stringContaining('--log'),
    })
    expect(await client.call('app.recent', {})).toEqual([])
  })
})
