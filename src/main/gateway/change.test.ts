/** A configuration that changes while the gateway runs: only what is concerned restarts, and nothing old stays alive. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '#shared/config'
import type { Gateway } from './gateway.ts'
import { openTestSite, type TestSite, testConfig, until } from './test-gateway.ts'

let site: TestSite
beforeEach(async () => {
  site = await openTestSite()
})
afterEach(() => site.close())

interface Wanted {
  readonly namespace?: string
  readonly plcs?: readonly {
    readonly name?: string
    readonly port: number
    readonly tags?: string
    readonly more?: string
  }[]
  readonly mqtt?: string
  readonly more?: string
}

const guideTags = '[{name: Test_DINT, writable: true, alias: Set}, {name: Test_SINT}]'

function wanted({
  namespace = 'factory-a',
  plcs = [],
  mqtt = '  - {name: Central, broker: one}\n',
  more = '',
}: Wanted): Config {
  const list = plcs.map(
    ({ name = 'Main PLC', port, tags = guideTags, more: keys = '' }) =>
      `  - {name: ${name}, address: "127.0.0.1:${port}", timeout: 1s, ${keys} tags: ${tags}}\n`,
  )
  return testConfig(`namespace: ${namespace}\npoll_rate: 250ms\n${more}plcs:\n${list.join('')}mqtt:\n${mqtt}`)
}

const change = (gateway: Gateway, config: Config) => gateway.apply(config, site.entries(config))
const published = (address: string) => until(() => site.retained(address) !== undefined, `${address} published`)
const addresses = () => [...site.broker.retained.keys()].sort()

/** Asks for a write and gives its answer; undefined where nobody answers within `ms`. */
async function write(
  base: string,
  tag: string,
  value: number,
  ms = 8_000,
): Promise<Record<string, unknown> | undefined> {
  const topic = `${base}/Main PLC/write`
  let answer: Record<string, unknown> | undefined
  const stop = site.broker.watch(`${topic}/response`, ({ payload }) => {
    answer = JSON.parse(payload) as Record<string, unknown>
  })
  site.broker.send(topic, JSON.stringify({ topic: base, plc: 'Main PLC', tag, value }))
  await until(() => answer !== undefined, 'an answer', ms).catch(() => undefined)
  stop()
  return answer
}

describe('a changed configuration', () => {
  it('adds, changes and removes tags on the same connection, and clears what is gone', async () => {
    const simulator = await site.plc()
    const gateway = await site.gateway(wanted({ plcs: [{ port: simulator.port }] }))
    await published('factory-a/Main PLC/tags/Test_SINT')
    const connection = gateway.plcs[0]?.connection()
    const tags = '[{name: Test_DINT, alias: Renamed}, {name: Test_LINT}]'
    await change(gateway, wanted({ plcs: [{ port: simulator.port, tags }] }))
    await published('factory-a/Main PLC/tags/Test_LINT')
    await until(
      () =>
        addresses().join() ===
        'factory-a/Main PLC/health,factory-a/Main PLC/tags/Renamed,factory-a/Main PLC/tags/Test_LINT',
      'old names cleared',
    )
    expect(site.retained('factory-a/Main PLC/tags/Renamed')).toMatchObject({ tag: 'Renamed', writable: false })
    expect(gateway.plcs[0]?.connection()).toBe(connection)
    expect(site.broker.connections()).toBe(1)
    expect(await write('factory-a', 'Renamed', 1)).toMatchObject({ error: 'tag is not writable' })
    simulator.set('Test_LINT', 77n)
    await until(() => site.retained('factory-a/Main PLC/tags/Test_LINT')?.value === 77, 'new tag followed')
  })

  it('takes two quick edits one after the other', async () => {
    const simulator = await site.plc()
    const gateway = await site.gateway(wanted({ plcs: [{ port: simulator.port }] }))
    await published('factory-a/Main PLC/tags/Set')
    const withTags = (tags: string) => wanted({ plcs: [{ port: simulator.port, tags }] })
    await Promise.all([
      change(gateway, withTags('[{name: Test_DINT, alias: One}]')),
      change(gateway, withTags('[{name: Test_DINT, alias: Two, writable: true}]')),
    ])
    await until(
      () => addresses().join() === 'factory-a/Main PLC/health,factory-a/Main PLC/tags/Two',
      'the last one stands alone',
    )
    expect(await write('factory-a', 'Two', 5)).toMatchObject({ success: true })
    expect(await write('factory-a', 'One', 6)).toMatchObject({ error: 'unknown tag: Main PLC/One' })
    expect(simulator.writeLog.map(({ value }) => value)).toEqual([5])
  })

  it('renames a PLC: the old name is cleared, the new one published and written', async () => {
    const simulator = await site.plc()
    const gateway = await site.gateway(wanted({ plcs: [{ name: 'Old', port: simulator.port }] }))
    await published('factory-a/Old/tags/Set')
    await change(gateway, wanted({ plcs: [{ port: simulator.port }] }))
    await published('factory-a/Main PLC/tags/Set')
    await until(() => !addresses().some((address) => address.includes('/Old/')), 'old name cleared')
    expect(await write('factory-a', 'Set', 9)).toMatchObject({ success: true })
    await until(() => simulator.sessions() === 1, 'the old session closed')
    expect(gateway.plcs.map(({ config }) => config.name)).toEqual(['Main PLC'])
  })

  it('moves a PLC to another controller without a value of the old one', async () => {
    const [before, after] = [await site.plc(), await site.plc()]
    before.set('Test_DINT', 111)
    after.set('Test_DINT', 222)
    const gateway = await site.gateway(wanted({ plcs: [{ port: before.port }] }))
    await until(() => site.retained('factory-a/Main PLC/tags/Set')?.value === 111, 'first value')
    await change(gateway, wanted({ plcs: [{ port: after.port }] }))
    before.set('Test_DINT', 333)
    await until(() => site.retained('factory-a/Main PLC/tags/Set')?.value === 222, 'value of the other controller')
    await until(() => before.sessions() === 0, 'the old session closed')
    await write('factory-a', 'Set', 4)
    expect([before.writeLog.length, after.writeLog.length]).toEqual([0, 1])
  })

  it('removes an entry under traffic: its requests are answered, it is deaf, and leaves nothing behind', async () => {
    const simulator = await site.plc()
    const two = '  - {name: Central, broker: one}\n  - {name: Line, broker: one, selector: line}\n'
    const gateway = await site.gateway(wanted({ plcs: [{ port: simulator.port }], mqtt: two }))
    await published('factory-a/line/Main PLC/tags/Set')
    await published('factory-a/Main PLC/tags/Set')
    simulator.faults.packetTimeMs = 300
    const last = write('factory-a/line', 'Set', 1)
    await until(() => gateway.pipeline.stats().accepted === 1, 'request accepted')
    await change(gateway, wanted({ plcs: [{ port: simulator.port }] }))
    simulator.faults.packetTimeMs = 0
    expect(await last).toMatchObject({ success: true })
    expect(addresses().filter((address) => address.includes('/line/'))).toEqual([])
    expect(await write('factory-a/line', 'Set', 2, 300)).toBeUndefined()
    expect(await write('factory-a', 'Set', 3)).toMatchObject({ success: true })
    expect(simulator.writeLog.map(({ value }) => value)).toEqual([1, 3])
    expect(site.broker.connections()).toBe(1)
    simulator.set('Test_SINT', 12)
    await until(() => site.retained('factory-a/Main PLC/tags/Test_SINT')?.value === 12, 'the other entry goes on')
    expect(addresses().filter((address) => address.includes('/line/'))).toEqual([])
  })

  it('changes the namespace under traffic: the old topic is deaf before the new one opens, nothing is executed twice', async () => {
    const simulator = await site.plc()
    const gateway = await site.gateway(wanted({ plcs: [{ port: simulator.port }] }))
    await published('factory-a/Main PLC/tags/Set')
    const answers = new Map<number, number>()
    const subscribed: string[] = []
    for (const namespace of ['factory-a', 'factory-b']) {
      site.broker.watch(`${namespace}/Main PLC/write/response`, ({ payload }) => {
        const { value } = JSON.parse(payload) as { value: number }
        answers.set(value, (answers.get(value) ?? 0) + 1)
        subscribed.push(namespace)
      })
    }
    let value = 0
    const traffic = setInterval(() => {
      value++
      for (const topic of ['factory-a', 'factory-b']) {
        site.broker.send(
          `${topic}/Main PLC/write`,
          JSON.stringify({ topic, plc: 'Main PLC', tag: 'Set', value, request_id: `${value}` }),
        )
      }
    }, 10)
    await until(() => answers.size > 5, 'traffic under the old name')
    await change(gateway, wanted({ namespace: 'factory-b', plcs: [{ port: simulator.port }] }))
    await published('factory-b/Main PLC/tags/Set')
    const until10 = answers.size + 10
    await until(() => answers.size > until10, 'traffic under the new name')
    clearInterval(traffic)
    await until(() => gateway.pipeline.stats().accepted === answers.size, 'all answered')
    // Each value at most once in the PLC and exactly once answered, under one of the names; never both, never back.
    const written = simulator.writeLog.map((entry) => entry.value)
    expect(new Set(written).size).toBe(written.length)
    expect([...answers.values()].every((count) => count === 1)).toBe(true)
    expect(subscribed.lastIndexOf('factory-a')).toBeLessThan(subscribed.indexOf('factory-b'))
    expect(site.retained('factory-a/Main PLC/health')).toMatchObject({ status: 'disconnected' })
    expect(await write('factory-a', 'Set', 99_999, 300)).toBeUndefined()
  })

  it('remembers request ids and the journal over a change', async () => {
    const simulator = await site.plc()
    const gateway = await site.gateway(wanted({ plcs: [{ port: simulator.port }] }))
    await published('factory-a/Main PLC/tags/Set')
    const ask = async (base: string) => {
      let answer: Record<string, unknown> | undefined
      const stop = site.broker.watch(`${base}/Main PLC/write/response`, ({ payload }) => {
        answer = JSON.parse(payload) as Record<string, unknown>
      })
      const request = { topic: base, plc: 'Main PLC', tag: 'Set', value: 5, request_id: 'once' }
      site.broker.send(`${base}/Main PLC/write`, JSON.stringify(request))
      await until(() => answer !== undefined, 'an answer')
      stop()
      return answer
    }
    expect(await ask('factory-a')).toMatchObject({ success: true })
    await change(gateway, wanted({ namespace: 'factory-b', plcs: [{ port: simulator.port }] }))
    await published('factory-b/Main PLC/tags/Set')
    await until(() => gateway.brokers[0]?.state.getState().kind === 'connected', 'connected')
    expect(await ask('factory-b')).toMatchObject({ success: true, deduplicated: true })
    expect(simulator.writeLog).toHaveLength(1)
    const journal = await readFile(join(site.folder, 'test.journal'), 'utf8')
    expect(journal.split('\n').filter((line) => line.includes('"line":"accepted"'))).toHaveLength(2)
  })

  it('follows health checks switched off and on, and a PLC taken off an entry', async () => {
    const [one, two] = [await site.plc(), await site.plc()]
    const both = [{ port: one.port }, { name: 'Press', port: two.port }]
    const gateway = await site.gateway(wanted({ plcs: both }))
    await published('factory-a/Press/health')
    await published('factory-a/Press/tags/Set')
    const quiet = [both[0] as { port: number }, { ...both[1], port: two.port, more: 'health_check_enabled: false,' }]
    await change(gateway, wanted({ plcs: quiet }))
    await until(() => site.retained('factory-a/Press/health') === undefined, 'health cleared')
    await change(gateway, wanted({ plcs: both }))
    await until(() => site.retained('factory-a/Press/health')?.status === 'connected', 'health back')
    await change(gateway, wanted({ plcs: both, mqtt: '  - {name: Central, broker: one, plcs: [Main PLC]}\n' }))
    await until(() => !addresses().some((address) => address.includes('/Press/')), 'taken off the entry')
    await published('factory-a/Main PLC/tags/Set')
  })

  it('clears a removed tag at a broker that was away, once it is back', async () => {
    const simulator = await site.plc()
    const gateway = await site.gateway(wanted({ plcs: [{ port: simulator.port }] }))
    await published('factory-a/Main PLC/tags/Test_SINT')
    site.broker.refuse()
    site.broker.cut()
    await change(gateway, wanted({ plcs: [{ port: simulator.port, tags: '[{name: Test_DINT, alias: Set}]' }] }))
    expect(site.retained('factory-a/Main PLC/tags/Test_SINT')).toBeDefined()
    site.broker.accept()
    await until(() => site.retained('factory-a/Main PLC/tags/Test_SINT') === undefined, 'cleared')
    expect(site.retained('factory-a/Main PLC/tags/Set')).toBeDefined()
  })

  it('keeps disconnected what a person disconnected, also over a change, and connects it again', async () => {
    const simulator = await site.plc()
    const gateway = await site.gateway(wanted({ plcs: [{ port: simulator.port }] }))
    await published('factory-a/Main PLC/tags/Set')
    const entry = { service: 'mqtt', name: 'Central' } as const
    expect(await gateway.disconnect({ entry })).toBe(true)
    expect(site.retained('factory-a/Main PLC/health')).toMatchObject({ status: 'disconnected' })
    expect(await gateway.disconnect({ plc: 'Main PLC' })).toBe(true)
    await until(() => simulator.sessions() === 0, 'session closed')
    await change(gateway, wanted({ plcs: [{ port: simulator.port, more: 'slot: 0, poll_rate: 500ms,' }] }))
    expect([site.broker.connections(), simulator.sessions()]).toEqual([0, 0])
    expect(gateway.brokers[0]?.state.getState().kind).toBe('stopped')
    expect(await gateway.connect({ plc: 'Main PLC' })).toBe(true)
    expect(await gateway.connect({ entry })).toBe(true)
    await until(() => site.retained('factory-a/Main PLC/health')?.status === 'connected', 'connected again')
    expect(await write('factory-a', 'Set', 8)).toMatchObject({ success: true })
    expect(await gateway.connect({ plc: 'Nobody' })).toBe(false)
    expect(gateway.brokers[0]?.state.getState().kind).toBe('connected')
    await gateway.stop()
    expect([site.broker.connections(), simulator.sessions()]).toEqual([0, 0])
    expect(await write('factory-a', 'Set', 9, 300)).toBeUndefined()
  })

  it('ends within three seconds in the middle of a change', async () => {
    const simulator = await site.plc()
    const gateway = await site.gateway(wanted({ plcs: [{ port: simulator.port }] }))
    await published('factory-a/Main PLC/tags/Set')
    simulator.faults.mute = true
    void write('factory-a', 'Set', 1, 10)
    await until(() => gateway.pipeline.stats().accepted === 1, 'request accepted')
    site.broker.freeze()
    const changing = change(gateway, wanted({ namespace: 'factory-b', plcs: [{ port: simulator.port }] })).catch(
      () => {},
    )
    const begun = performance.now()
    await gateway.stop()
    expect(performance.now() - begun).toBeLessThan(3_000)
    await changing
  })
})
