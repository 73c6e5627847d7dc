/** The heart: the real middle, with the simulator at one end and the memory bridge at the other. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryBridge } from '#main/bridges/memory/bridge'
import { createMemoryBroker, type MemoryBroker } from '#main/bridges/memory/broker'
import { parseConfig } from '#main/config/parse'
import { silentLog } from '#main/log'
import { createDriver } from '#main/plcs/index'
import { guideProgram } from '#main/plcs/simulator/guide-program'
import { type Simulator, startSimulator } from '#main/plcs/simulator/simulator'
import type { Config } from '#shared/config'
import { type Gateway, startGateway } from './gateway.ts'

let folder = ''
let broker: MemoryBroker
const running: { stop(): Promise<void> }[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  broker = createMemoryBroker()
})
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop()
  await rm(folder, { recursive: true, force: true })
})

async function plc(): Promise<Simulator> {
  const simulator = await startSimulator({ program: guideProgram() })
  running.push({ stop: () => simulator.close() })
  return simulator
}

const defaultTags =
  '[{name: Machine_Status.Clear_Fault, writable: true}, {name: Test_DINT, writable: true, alias: Set}, {name: Test_SINT}, {name: Test_LINT}]'

function configOf(namespace: string, port: number, tags = defaultTags, more = ''): Config {
  const parsed = parseConfig(
    `namespace: ${namespace}\npoll_rate: 250ms\n${more}\nplcs:\n  - {name: Main PLC, address: "127.0.0.1:${port}", timeout: 1s, tags: ${tags}}\nmqtt:\n  - {name: Central, broker: 127.0.0.1}\n`,
    'test.yaml',
  )
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}

let boots = 0
async function gateway(config: Config, name = config.namespace): Promise<Gateway> {
  const who = `${name.slice(0, 8)}-${boots++}`
  const started = await startGateway({
    config,
    identity: { instance: name, boot: String(boots) },
    entries: config.mqtt.map((entry) => ({
      id: { service: 'mqtt', name: entry.name },
      config: entry,
      broker: 'memory',
      bridge: createMemoryBridge(entry, { namespace: config.namespace, who, log: silentLog }, broker),
    })),
    driverFor: (one) => createDriver(one, { log: silentLog }),
    journalPath: join(folder, `${name}.journal`),
    publishedPath: join(folder, `${name}.published`),
    claim: 'off',
    log: () => silentLog,
  })
  running.push(started)
  return started
}

async function until(condition: () => boolean, what: string, ms = 8_000) {
  const end = Date.now() + ms
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const retained = (address: string) => {
  const text = broker.retained.get(address)
  return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>)
}

/** Sends one request and gives its answer. */
async function write(
  namespace: string,
  tag: string,
  value: unknown,
  more: object = {},
): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown>[] = []
  const stop = broker.watch(`${namespace}/Main PLC/write/response`, ({ payload }) =>
    answers.push(JSON.parse(payload) as Record<string, unknown>),
  )
  broker.send(`${namespace}/Main PLC/write`, JSON.stringify({ topic: namespace, plc: 'Main PLC', tag, value, ...more }))
  await until(() => answers.length > 0, `answer for ${tag}`)
  stop()
  return answers[0] as Record<string, unknown>
}

const ready = (namespace: string, tag = 'Set') =>
  until(() => retained(`${namespace}/Main PLC/tags/${tag}`) !== undefined, `${namespace} publishes`)

describe('gateway', () => {
  it('tells health again every ten seconds', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const simulator = await plc()
      await gateway(configOf('factory-a', simulator.port))
      await until(() => retained('factory-a/Main PLC/health')?.status === 'connected', 'health')
      const again: string[] = []
      broker.watch('factory-a/Main PLC/health', ({ payload }) => again.push(payload))
      vi.advanceTimersByTime(9_999)
      expect(again).toEqual([])
      vi.advanceTimersByTime(1)
      await until(() => again.length > 0, 'health again')
      expect(again.map((text) => JSON.parse(text) as object)).toMatchObject([{ online: true, status: 'connected' }])
    } finally {
      vi.useRealTimers()
    }
  })

  it('says that the broker refuses messages until all of them have gone out, though other ones do', async () => {
    const simulator = await plc()
    const allow = broker.deny(/./, '+/+/tags/Test_SINT')
    const { brokers } = await gateway(configOf('factory-a', simulator.port))
    const state = () => brokers[0]?.state.getState()
    await ready('factory-a')
    await until(() => JSON.stringify(state()).includes('refused'), 'refusal is told')
    expect(state()).toMatchObject({
      kind: 'connected',
      intake: 'open',
      refused:
        'mqtt "Central": publishing on factory-a/Main PLC/tags/Test_SINT is not authorized. Give this client the right.',
    })
    const before = brokers[0]?.outbox.stats().confirmed ?? 0
    simulator.set('Test_DINT', 17)
    await until(() => (brokers[0]?.outbox.stats().confirmed ?? 0) > before, 'another value goes out')
    expect(state()).toHaveProperty('refused')
    allow()
    await ready('factory-a', 'Test_SINT')
    await until(() => JSON.stringify(state()) !== undefined && !('refused' in (state() ?? {})), 'refusal is over')
    expect(state()).toMatchObject({ kind: 'connected', intake: 'open' })
  })

  it('publishes every tag and the health of its PLC under its namespace', async () => {
    const simulator = await plc()
    simulator.set('Test_LINT', 9007199254740993n)
    await gateway(configOf('factory-a', simulator.port))
    await ready('factory-a', 'Test_LINT')
    expect(broker.retained.get('factory-a/Main PLC/tags/Test_LINT')).toMatch(
      /^\{"topic":"factory-a","plc":"Main PLC","tag":"Test_LINT","value":9007199254740993,"type":"LINT","writable":false,"timestamp":"\d{4}-.*Z"\}$/,
    )
    await until(() => retained('factory-a/Main PLC/health')?.status === 'connected', 'health')
    expect(Object.keys(retained('factory-a/Main PLC/health') ?? {})).toEqual([
      'topic',
      'plc',
      'driver',
      'online',
      'status',
      'timestamp',
    ])
    simulator.set('Test_LINT', -1n)
    await until(() => retained('factory-a/Main PLC/tags/Test_LINT')?.value === -1, 'change')
  })

  it('never does the writes of another gateway on the same broker', async () => {
    const [a, b] = [await plc(), await plc()]
    await gateway(configOf('factory-a', a.port))
    await gateway(configOf('factory-b', b.port))
    await ready('factory-a')
    await ready('factory-b')
    expect(await write('factory-a', 'Machine_Status.Clear_Fault', true)).toMatchObject({ success: true })
    expect(a.get('Machine_Status.Clear_Fault')).toBe(true)
    expect(b.get('Machine_Status.Clear_Fault')).toBe(false)
    expect(await write('factory-b', 'Set', 5, { topic: 'factory-a' })).toMatchObject({
      success: false,
      error: 'namespace mismatch: expected factory-b, got factory-a',
    })
    expect([a.writeLog.length, b.writeLog.length]).toEqual([1, 0])
  })

  it('publishes a written value, and takes a tag by its alias', async () => {
    const simulator = await plc()
    await gateway(configOf('factory-a', simulator.port))
    await ready('factory-a')
    expect(await write('factory-a', 'Set', 123456, { request_id: 'r' })).toMatchObject({
      success: true,
      request_id: 'r',
      value: 123456,
    })
    expect(simulator.get('Test_DINT')).toBe(123456)
    await until(() => retained('factory-a/Main PLC/tags/Set')?.value === 123456, 'published write')
  })

  it('says that the PLC is lost, publishes no stale value as good, answers requests, and comes back by itself', async () => {
    const simulator = await plc()
    const one = await gateway(configOf('factory-a', simulator.port))
    await ready('factory-a')
    simulator.faults.mute = true
    await until(() => retained('factory-a/Main PLC/health')?.status !== 'connected', 'loss told', 3_000)
    expect(one.tags.snapshot(1).quality).toBe('stale')
    expect(await write('factory-a', 'Set', 1)).toMatchObject({ success: false, error: 'plc not connected' })
    simulator.faults.mute = false
    await until(() => retained('factory-a/Main PLC/health')?.status === 'connected', 'back', 10_000)
    expect(await write('factory-a', 'Set', 2)).toMatchObject({ success: true })
    expect(simulator.get('Test_DINT')).toBe(2)
  })

  it('sends every newest value again after the broker lost its data, and takes requests again', async () => {
    const simulator = await plc()
    await gateway(configOf('factory-a', simulator.port))
    await ready('factory-a', 'Test_LINT')
    broker.refuse()
    broker.cut()
    const before = broker.retained.size
    expect(before).toBeGreaterThan(4)
    for (const [address] of broker.retained) broker.send(address, '', { retain: true })
    simulator.set('Test_DINT', 77)
    await until(() => broker.retained.size === 0, 'broker emptied')
    broker.accept()
    await until(() => broker.retained.size === before, 'all published again')
    expect(retained('factory-a/Main PLC/tags/Set')?.value).toBe(77)
    expect(await write('factory-a', 'Set', 3)).toMatchObject({ success: true })
  })

  it('blocks writes in read-only mode, and follows the switch', async () => {
    const simulator = await plc()
    const one = await gateway(configOf('factory-a', simulator.port, defaultTags, 'write_mode: read-only'))
    await ready('factory-a')
    expect(await write('factory-a', 'Set', 1)).toMatchObject({ error: 'writes are blocked: this gateway is read-only' })
    one.writeMode.setState('armed', true)
    expect(await write('factory-a', 'Set', 2)).toMatchObject({ success: true })
    expect(simulator.writeLog.map(({ value }) => value)).toEqual([2])
  })

  it('clears what is no longer published, also where the file was changed while it was off', async () => {
    const simulator = await plc()
    const one = await gateway(configOf('factory-a', simulator.port))
    await ready('factory-a', 'Test_SINT')
    await one.stop()
    expect(retained('factory-a/Main PLC/health')).toMatchObject({ status: 'disconnected', online: false })
    expect(retained('factory-a/Main PLC/tags/Test_SINT')).toBeDefined()
    await gateway(configOf('factory-a', simulator.port, '[{name: Test_DINT, alias: Renamed}]'))
    await ready('factory-a', 'Renamed')
    await until(() => broker.retained.size === 2, 'old names cleared')
    expect([...broker.retained.keys()].sort()).toEqual(['factory-a/Main PLC/health', 'factory-a/Main PLC/tags/Renamed'])
  })

  it('answers after a restart what it had accepted and not finished, and executes nothing again', async () => {
    const simulator = await plc()
    const config = configOf('factory-a', simulator.port)
    const one = await gateway(config)
    await ready('factory-a')
    await write('factory-a', 'Set', 9, { request_id: 'r' })
    await one.stop()
    const path = join(folder, 'factory-a.journal')
    const lines = (await readFile(path, 'utf8')).trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { line: string }).line)).toEqual([
      'accepted',
      'outcome',
      'answered',
    ])
    await writeFile(path, `${lines[0]}\n`)
    const answers: unknown[] = []
    broker.watch('factory-a/+/write/response', ({ payload }) => answers.push(JSON.parse(payload)))
    await gateway(config)
    await until(() => answers.length > 0, 'answer to the interrupted request')
    expect(answers).toMatchObject([
      { request_id: 'r', success: false, error: 'interrupted by restart: outcome unknown' },
    ])
    await ready('factory-a')
    expect(simulator.writeLog).toHaveLength(1)
  })

  it('ends within three seconds, though PLC and broker do not answer', async () => {
    const simulator = await plc()
    const one = await gateway(configOf('factory-a', simulator.port))
    await ready('factory-a')
    simulator.faults.mute = true
    broker.send(
      'factory-a/Main PLC/write',
      JSON.stringify({ topic: 'factory-a', plc: 'Main PLC', tag: 'Set', value: 1 }),
    )
    broker.freeze()
    const begun = performance.now()
    await one.stop()
    expect(performance.now() - begun).toBeLessThan(3_000)
  })
})
