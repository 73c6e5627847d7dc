/** What the driver knows of the controller's program: numbers of tags, what is read together, and another download. */
import { describe, expect, it, vi } from 'vitest'
import { silentLog } from '#main/log'
import { type PlcDetails, type ProgramChange, programChangeText } from '#shared/plc'
import { createDriver } from './index.ts'
import { tag } from './simulator/program.ts'
import { udt } from './simulator/types.ts'
import { connect, never, open, plcConfig, program, read, simulate } from './test-controllers.ts'

const bench = program.tags.filter(({ name }) => name.startsWith('Bench'))
const names = bench.map(({ name }) => name)

describe('tags named by number', () => {
  it('are read so where the controller takes numbers, and by name where it does not', async () => {
    const newer = await connect(await simulate('logix5580'))
    expect(newer.details).toMatchObject({ addressing: 'instance', addressingText: '', connections: 2, tags: 419 })
    const older = await connect(await simulate('logix5570'))
    expect(older.details.addressing).toBe('symbol')
    expect(older.details.addressingText).toContain('does not take tag numbers')
    expect(await read(older, ['Counter', 'Program:Main.Step'])).toEqual([42, 7])
    const micro = await connect(await simulate('micro800'), { driver: 'micro800' })
    expect(micro.details).toMatchObject({ addressing: 'symbol', multiple: false, connections: 1 })
  })

  it('take fewer packets than names', async () => {
    const packets = async (profile: 'logix5580' | 'logix5570') => {
      const simulator = await simulate(profile)
      const plan = (await connect(simulator, { connections: 1 })).plan(names)
      await plan.read(never)
      const before = simulator.counters.connectedRequests
      await plan.read(never)
      return simulator.counters.connectedRequests - before
    }
    expect(await packets('logix5580')).toBe(2)
    expect(await packets('logix5570')).toBe(3)
  })

  it('never show the value of the tag that got their number in a download, not for one read', async () => {
    const simulator = await simulate('logix5580')
    const connection = await connect(simulator)
    const plan = connection.plan([...names, 'Program:Main.Step'])
    const values = async () => (await plan.read(never)).outcomes.map((outcome) => outcome.ok && outcome.value)
    expect(await values()).toEqual([...bench.map(({ value }) => value), 7])
    for (let round = 0; round < 5; round++) {
      // The same types in another order: only the number of a tag is another.
      simulator.download({ name: 'Line1', tags: [...program.tags].sort(() => Math.random() - 0.5) })
      expect(await values()).toEqual([...bench.map(({ value }) => value), 7])
      await vi.waitFor(() => expect(connection.details.addressing).toBe('instance'), { timeout: 3_000 })
      expect(await values()).toEqual([...bench.map(({ value }) => value), 7])
    }
  })

  it('show no wrong value while programs are loaded as fast as can be', async () => {
    const simulator = await simulate('logix5580')
    const plan = (await connect(simulator)).plan(names)
    const right = new Map(bench.map(({ name, value }) => [name, value]))
    let loading = true
    const loads = (async () => {
      for (let i = 0; i < 60; i++) {
        simulator.download({ name: 'Line1', tags: [...program.tags].sort(() => Math.random() - 0.5) })
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 12))
      }
      loading = false
    })()
    while (loading) {
      const { outcomes } = await plan.read(never)
      for (const [i, outcome] of outcomes.entries())
        if (outcome.ok) expect(outcome.value, names[i]).toBe(right.get(names[i] ?? ''))
    }
    await loads
  })
})

it('tells the mode of the controller as it is now', async () => {
  const simulator = await simulate('logix5580')
  const told = vi.fn()
  const driver = createDriver(plcConfig(simulator), { log: silentLog })
  const connection = await driver.connect({ signal: never, onDetails: told })
  open.push(connection)
  expect(connection.identity.mode).toBe('run')
  simulator.faults.mode = 'program'
  await vi.waitFor(() => expect(connection.identity.mode).toBe('program'), { timeout: 8_000 })
  expect(told).toHaveBeenCalled()
  expect(connection.identity.serial).toBe(simulator.identity.serial)
})

describe('what lies together', () => {
  it('is read together, with the same values', async () => {
    const simulator = await simulate('enbt')
    simulator.set('Recipe.Steps[1].Done', true)
    simulator.set('Flags[40]', true)
    const connection = await connect(simulator)
    const addresses = [
      ...Array.from({ length: 200 }, (_, i) => `Curve[${i}]`),
      ...['Recipe.Speed', 'Recipe.Active', 'Recipe.Locked', 'Recipe.Steps[1].Done', 'Recipe.Steps[1].Times[2]'],
      ...['Delay.PRE', 'Delay.ACC', 'Delay.DN', 'Table[1,0]', 'Table[0,2]', 'Flags[40]', 'Flags[3]', 'Title.LEN'],
    ]
    const plan = connection.plan(addresses)
    await plan.read(never)
    const before = simulator.counters.readServices
    const { outcomes } = await plan.read(never)
    expect(outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual([
      ...Array.from({ length: 200 }, (_, i) => i),
      ...[0, false, false, true, 0, 0, 0, false, 4, 3, true, false, 5],
    ])
    expect(simulator.counters.readServices - before).toBeLessThan(12)
  })

  it('gives the objects of what did not change again', async () => {
    const simulator = await simulate('logix5580')
    const plan = (await connect(simulator)).plan(['Recipe.Steps[0]', 'Recipe.Steps[1]', 'Recipe.Name', 'Recipe.Speed'])
    const before = [...(await plan.read(never)).outcomes]
    simulator.set('Recipe.Steps[1].Times[0]', 9)
    const { outcomes } = await plan.read(never)
    expect(outcomes.map((outcome, i) => outcome === before[i])).toEqual([true, false, true, true])
  })

  it('is read apart where the whole is refused, within the same read', async () => {
    const simulator = await simulate('logix5580')
    const connection = await connect(simulator)
    const plan = connection.plan(['Recipe.Speed', 'Recipe.Active', 'Recipe.Flags', 'Counter'])
    await plan.read(never)
    // The number of members stays, their places and the handle do not: the structure read whole is another one.
    const Moved = udt('Recipe', { Flags: 'DINT', Speed: 'REAL', Active: 'BOOL' })
    const tags = program.tags.filter(({ name }) => !name.startsWith('Recipe'))
    simulator.download({
      name: 'Line1',
      tags: [...tags, tag('Recipe', Moved, [], { value: { Flags: 3, Speed: 2.5, Active: true } })],
    })
    const { outcomes } = await plan.read(never)
    expect(outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual([2.5, true, 3, 42])
  })
})

describe('a structure with a member that nobody may see', () => {
  it('is refused as a whole with the reason, and its other members are read', async () => {
    const Guarded = udt('Guarded', { Speed: 'REAL', Key: { of: 'DINT', access: 'none' }, Count: 'DINT', On: 'BOOL' })
    const simulator = await simulate('logix5580', {
      program: { name: 'Line1', tags: [tag('Guarded', Guarded, [], { value: { Speed: 1.5, Count: 7, On: true } })] },
    })
    const connection = await connect(simulator)
    expect(await read(connection, ['Guarded', 'Guarded.Speed', 'Guarded.Count', 'Guarded.On', 'Guarded.Key'])).toEqual([
      'no-access',
      1.5,
      7,
      true,
      'no-access',
    ])
  })
})

describe('an array of structures with a member that nobody may see', () => {
  it('is read member by member within the first read, and in few packets from then on', async () => {
    const Station = udt('Station', { Speed: 'REAL', Key: { of: 'DINT', access: 'none' }, Count: 'DINT' })
    const value = Array.from({ length: 50 }, (_, i) => ({ Speed: i, Count: 100 + i }))
    const stations = tag('Station', Station, [50], { value })
    const simulator = await simulate('logix5580', { program: { name: 'Line1', tags: [stations] } })
    const plan = (await connect(simulator)).plan([
      ...value.map((_, i) => `Station[${i}].Speed`),
      ...value.map((_, i) => `Station[${i}].Count`),
    ])
    const right = [...value.map(({ Speed }) => Speed), ...value.map(({ Count }) => Count)]
    expect((await plan.read(never)).outcomes.map((it) => it.ok && it.value)).toEqual(right)
    const before = simulator.counters.connectedRequests
    await plan.read(never)
    expect(simulator.counters.connectedRequests - before).toBeLessThan(4)
  })
})

describe('another program', () => {
  it('is told with what appeared, vanished and changed its type', async () => {
    const simulator = await simulate('logix5580')
    const changes: ProgramChange[] = []
    const seen: PlcDetails[] = []
    const connection = await connect(
      simulator,
      {},
      { onChange: (it) => changes.push(it), onDetails: (it) => seen.push(it) },
    )
    await read(connection, ['Recipe', 'Counter'])
    const kept = program.tags.filter(({ name }) => !['Counter', 'Recipe', 'Small'].includes(name))
    const Other = udt('Recipe', { Extra: 'DINT', Speed: 'REAL' })
    simulator.download({
      name: 'Line1',
      tags: [tag('Late', 'INT'), tag('Counter', 'REAL'), tag('Recipe', Other), ...kept],
    })
    await read(connection, ['Counter', ...names.slice(0, 3)])
    await vi.waitFor(() => expect(changes).toHaveLength(1), { timeout: 3_000 })
    expect(changes[0]).toMatchObject({
      appeared: { count: 1, names: ['Late'] },
      vanished: { count: 1, names: ['Small'] },
      retyped: {
        count: 2,
        tags: [
          { name: 'Counter', before: 'DINT', after: 'REAL' },
          { name: 'Recipe', before: 'Recipe', after: 'Recipe with other members' },
        ],
      },
    })
    expect(changes[0] && programChangeText(changes[0])).toBe(
      '1 tag appeared (Late), 1 tag vanished (Small), 2 tags changed their types (Counter: DINT → REAL, Recipe: Recipe → Recipe with other members)',
    )
    expect(seen.at(-1)).toMatchObject({ addressing: 'instance' })
  })
})

describe('after a short loss', () => {
  it('nothing is listed before the first values, and tags are named by number again after the list was checked', async () => {
    const simulator = await simulate('logix5580')
    const driver = createDriver(plcConfig(simulator), { log: silentLog })
    const first = await driver.connect({ signal: never })
    open.push(first)
    const before = simulator.counters.listServices
    expect(before).toBeGreaterThan(0)
    simulator.resetConnections()
    await first.lost
    const stages: string[] = []
    const second = await driver.connect({ signal: never, onStage: (stage) => stages.push(stage) })
    open.push(second)
    expect(stages).toEqual(['connecting', 'registering', 'opening', 'identifying'])
    expect(second.details).toMatchObject({ addressing: 'symbol', addressingText: 'its tag list is being checked' })
    expect(await read(second, names.slice(0, 3))).toEqual([0, 1, 2])
    await vi.waitFor(() => expect(second.details.addressing).toBe('instance'), { timeout: 3_000 })
    expect(simulator.counters.listServices).toBeGreaterThan(before)
  })

  it('another program is noticed at once', async () => {
    const simulator = await simulate('logix5580')
    const driver = createDriver(plcConfig(simulator), { log: silentLog })
    const first = await driver.connect({ signal: never })
    open.push(first)
    simulator.resetConnections()
    await first.lost
    simulator.download({
      name: 'Line1',
      tags: [tag('Late', 'INT', [], { value: 3 }), tag('Counter', 'REAL', [], { value: 0.5 })],
    })
    const second = await driver.connect({ signal: never })
    open.push(second)
    expect(second.details).toMatchObject({ addressing: 'instance', tags: 2 })
    expect(await read(second, ['Counter', 'Late', 'Small'])).toEqual([0.5, 3, 'unknown-tag'])
  })

  it('connections that were left open are closed, so that none is missing at the PLC', async () => {
    const simulator = await simulate('logix5580', { maxConnections: 3 })
    const driver = createDriver(plcConfig(simulator), { log: silentLog })
    for (let i = 0; i < 20; i++) {
      const connection = await driver.connect({ signal: never })
      expect(connection.degraded, `round ${i}`).toBe('')
      expect(simulator.counters.connections).toBe(2)
      simulator.resetConnections()
      await connection.lost
    }
  })
})

describe('fewer connections than wanted', () => {
  it('are told, and all is read all the same', async () => {
    const connection = await connect(await simulate('logix5580', { maxConnections: 2 }), { connections: 4 })
    expect(connection.degraded).toMatch(/^2 of 4 connections are open: no connection is left at the device/)
    expect(connection.details.connections).toBe(2)
    expect(await read(connection, names)).toEqual(bench.map(({ value }) => value))
  })
})
