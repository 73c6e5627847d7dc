/** A download moves what lies under old names: no value is shown and none written at the place where another lay before. */
import { describe, expect, it, vi } from 'vitest'
import type { PlcConnection } from './driver.ts'
import { type SimTag, tag } from './simulator/program.ts'
import type { Simulator, SimulatorOptions } from './simulator/simulator.ts'
import { udt } from './simulator/types.ts'
import { connect, never, now, read, simulate } from './test-controllers.ts'

const wide = tag('Table', 'DINT', [2, 3], {
  value: [
    [1, 2, 3],
    [4, 5, 6],
  ],
})
const tall = tag('Table', 'DINT', [3, 2], {
  value: [
    [1, 2],
    [3, 4],
    [5, 6],
  ],
})
const Before = udt('Axis', { Speed: 'DINT', Limit: 'DINT', Torque: 'DINT' })
const After = udt('Axis', { Limit: 'DINT', Torque: 'DINT', Speed: 'DINT' })
const value = { Speed: 1, Limit: 2, Torque: 3 }
const other = tag('Other', 'DINT', [], { value: 7 })
const elements = ['Table[0,0]', 'Table[0,1]', 'Table[1,0]']
const anew = 'the program was just changed and is being read anew'

const load = (simulator: Simulator, ...tags: SimTag[]) => simulator.download({ name: 'Line1', tags })
const start = (tags: readonly SimTag[], more: Partial<SimulatorOptions> = {}) =>
  simulate('logix5580', { program: { name: 'Line1', tags }, ...more })
const numbered = (connection: PlcConnection) =>
  vi.waitFor(() => expect(connection.details.addressing).toBe('instance'), { timeout: 3_000 })
/** Values, or the text of the failure. */
const valuesOf = async (plan: ReturnType<PlcConnection['plan']>) =>
  (await plan.read(never)).outcomes.map((it) => (it.ok ? it.value : it.text))

describe('after a download, in the very next read', () => {
  it.each([
    ['logix5580', 'alone in its packet', elements],
    ['logix5580', 'with another tag', [...elements, 'Other']],
    ['logix5570', 'alone in its packet', elements],
    ['logix5570', 'with another tag', [...elements, 'Other']],
  ] as const)('an element is not taken from where it lay before (%s, %s)', async (profile, _, addresses) => {
    const simulator = await simulate(profile, { program: { name: 'Line1', tags: [wide, other] } })
    const plan = (await connect(simulator)).plan(addresses)
    expect((await valuesOf(plan)).slice(0, 3)).toEqual([1, 2, 4])
    load(simulator, tall, other)
    expect((await valuesOf(plan)).slice(0, 3)).toEqual([1, 2, 3])
  })

  it('a member is not taken from where it lay before, under an equal handle', async () => {
    expect(Before.handle).toBe(After.handle)
    const simulator = await start([tag('Axis', Before, [], { value })])
    const plan = (await connect(simulator)).plan(['Axis.Speed', 'Axis.Limit', 'Axis.Torque'])
    expect(await valuesOf(plan)).toEqual([1, 2, 3])
    load(simulator, tag('Axis', After, [], { value }))
    expect(await valuesOf(plan)).toEqual([1, 2, 3])
  })

  it('a long array that is read in parts is not shown in its old shape', async () => {
    const rows = Array.from({ length: 900 }, (_, i) => i)
    const simulator = await start([
      other,
      tag('Long', 'DINT', [900, 2], { value: rows.map((i) => [2 * i, 2 * i + 1]) }),
    ])
    const connection = await connect(simulator)
    const plan = connection.plan(['Long'])
    expect((await valuesOf(plan))[0]).toHaveLength(900)
    const flat = Array.from({ length: 2 }, (_, i) => rows.map((n) => 900 * i + n))
    load(simulator, other, tag('Long', 'DINT', [2, 900], { value: flat }))
    const [next] = await valuesOf(plan)
    if (typeof next === 'string') expect(next).toContain(anew)
    else expect(next).toEqual(flat)
    await numbered(connection)
    expect(await valuesOf(plan)).toEqual([flat])
  })
})

describe('while the program is being read anew', () => {
  const short = [tag('Flags', 'BOOL', [64]), tag('Word', 'BOOL', [32]), tag('Short', 'DINT', [1], { value: [5] })]
  /** A connection that has noticed a download and can't list the tags yet. */
  async function held() {
    const simulator = await start([wide, tag('Axis', Before, [], { value }), other, ...short])
    const connection = await connect(simulator)
    const plan = connection.plan([
      ...elements,
      'Table',
      'Axis',
      'Axis.Speed',
      'Other',
      'Flags[40]',
      'Word',
      'Short',
      'Short[0]',
    ])
    await plan.read(never)
    simulator.control('refuse-service 55 02 1000')
    load(simulator, tall, tag('Axis', After, [], { value }), other, ...short)
    simulator.set('Flags[40]', true)
    return { simulator, connection, plan }
  }

  it('what is one value is read by its own path, and what is many is told as such', async () => {
    const { simulator, connection, plan } = await held()
    const many = expect.stringContaining(anew)
    expect(await valuesOf(plan)).toEqual([1, 2, 3, many, many, 1, 7, true, many, many, 5])
    expect(await valuesOf(plan)).toEqual([1, 2, 3, many, many, 1, 7, true, many, many, 5])
    simulator.control('refuse-service off')
    await numbered(connection)
    expect(await valuesOf(plan)).toEqual([
      1,
      2,
      3,
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      value,
      1,
      7,
      true,
      Array.from({ length: 32 }, () => false),
      [5],
      5,
    ])
  })

  it('nothing of many parts is written', async () => {
    const { simulator, connection, plan } = await held()
    await plan.read(never)
    expect(
      await connection.write(
        'Table',
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        now(),
      ),
    ).toMatchObject({ kind: 'refused' })
    expect(await connection.write('Axis', value, now())).toEqual({
      kind: 'refused',
      error: expect.stringContaining(anew),
    })
    expect(await connection.write('Other', 8, now())).toEqual({ kind: 'done' })
    expect(simulator.writeLog.map(({ address }) => address)).toEqual(['Other'])
  })
})

it('a value of many parts is not written over a program that was just loaded, before any read has noticed', async () => {
  const simulator = await start([wide, other, tag('Axis', Before, [], { value })])
  const connection = await connect(simulator)
  expect(await read(connection, ['Axis', 'Table'])).toEqual([
    value,
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ])
  load(simulator, tall, other, tag('Axis', After, [], { value }))
  const refused = { kind: 'refused', error: expect.stringContaining(anew) }
  expect(await connection.write('Axis', { ...value, Speed: 9 }, now())).toEqual(refused)
  expect(simulator.writeLog).toEqual([])
  await numbered(connection)
  load(simulator, wide, other, tag('Axis', Before, [], { value }))
  expect(
    await connection.write(
      'Table',
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      now(),
    ),
  ).toEqual(refused)
  expect(simulator.writeLog).toEqual([])
  await numbered(connection)
  expect(await connection.write('Axis', { ...value, Speed: 9 }, now())).toEqual({ kind: 'done' })
})

it.each(['logix5580', 'logix5570'] as const)(
  'no wrong value is shown while programs are loaded as fast as can be (%s)',
  async (profile) => {
    const one = [
      tag('Table', 'DINT', [2, 3], {
        value: [
          [1, 2, 3],
          [10, 20, 30],
        ],
      }),
      tag('Axis', Before, [], { value }),
      tag('Long', 'DINT', [1_200], { value: Array.from({ length: 1_200 }, (_, i) => i) }),
      other,
    ]
    const two = [
      other,
      tag('Long', 'DINT', [1_300], { value: Array.from({ length: 1_300 }, (_, i) => i) }),
      tag('Axis', After, [], { value }),
      tag('Table', 'DINT', [3, 2], {
        value: [
          [1, 2],
          [10, 20],
          [100, 200],
        ],
      }),
    ]
    const simulator = await simulate(profile, { program: { name: 'Line1', tags: one } })
    const addresses = [
      'Table[0,0]',
      'Table[0,1]',
      'Table[1,0]',
      'Table[1,1]',
      'Axis.Speed',
      'Axis.Limit',
      'Axis',
      'Other',
    ]
    const plan = (await connect(simulator)).plan([...addresses, 'Table', 'Long'])
    const right = [1, 2, 10, 20, 1, 2, value, 7]
    const tables = [one[0]?.value, two[3]?.value]
    let loading = true
    const loads = (async () => {
      for (let i = 0; i < 60; i++) {
        load(simulator, ...(i % 2 ? one : two))
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 12))
      }
      loading = false
    })()
    let shown = 0
    // On a slow machine no list may be whole before the next program is loaded: the last one stays.
    while (loading || shown === 0) {
      const { outcomes } = await plan.read(never)
      for (const [i, address] of addresses.entries()) {
        const outcome = outcomes[i]
        if (outcome?.ok) expect(outcome.value, address).toEqual(right[i])
      }
      const [table, long] = outcomes.slice(addresses.length)
      if (table?.ok) expect(tables).toContainEqual(table.value)
      if (long?.ok) expect(long.value).toEqual(Array.from({ length: (long.value as number[]).length }, (_, i) => i))
      if (table?.ok) shown++
    }
    await loads
  },
)

describe('change counters that are told to who asks for nothing else', () => {
  it('are asked behind the packets', async () => {
    const simulator = await start([wide, tag('Axis', Before, [], { value }), other])
    simulator.faults.refuseService = { service: 3, classId: 0xac, status: 8, times: 1e9, embedded: true }
    const connection = await connect(simulator)
    const plan = connection.plan([...elements, 'Axis.Speed', 'Axis.Limit', 'Other'])
    const lists = simulator.counters.listServices
    for (let i = 0; i < 3; i++) expect(await valuesOf(plan)).toEqual([1, 2, 4, 1, 2, 7])
    expect(simulator.counters.listServices).toBe(lists)
    load(simulator, tall, tag('Axis', After, [], { value }), other)
    expect(await valuesOf(plan)).toEqual([1, 2, 3, 1, 2, 7])
  })
})

describe('change counters that are not told for a moment', () => {
  it.each(['05', '08'])('end the use of numbers for that moment alone (status %s)', async (status) => {
    const simulator = await start([wide, other])
    const connection = await connect(simulator)
    const plan = connection.plan([...elements, 'Other'])
    await plan.read(never)
    simulator.control(`refuse-service 03/ac ${status}`)
    expect(await valuesOf(plan)).toEqual([1, 2, 4, 7])
    await numbered(connection)
    expect(await valuesOf(plan)).toEqual([1, 2, 4, 7])
  })

  it('and a download that ends with the same program, too', async () => {
    const simulator = await start([wide, other])
    const connection = await connect(simulator)
    const plan = connection.plan([...elements, 'Other'])
    await plan.read(never)
    simulator.faults.downloading = true
    await plan.read(never)
    await vi.waitFor(() => expect(connection.details.addressing).toBe('symbol'))
    simulator.faults.downloading = false
    await numbered(connection)
    expect(await valuesOf(plan)).toEqual([1, 2, 4, 7])
  })

  it.each(['06', '11'])('for want of room cost no more than another packet (status %s)', async (status) => {
    const simulator = await start([wide, other])
    const connection = await connect(simulator)
    const plan = connection.plan([...elements, 'Other'])
    await plan.read(never)
    const lists = simulator.counters.listServices
    simulator.control(`refuse-service 03/ac ${status}`)
    simulator.set('Other', 8)
    expect(await valuesOf(plan)).toEqual([1, 2, 4, 8])
    expect(connection.details.addressing).toBe('instance')
    expect(simulator.counters.listServices).toBe(lists)
  })
})
