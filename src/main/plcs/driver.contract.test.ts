/** The driver and the simulated controller together: what the contract promises, on every kind of controller. */
import { describe, expect, it, vi } from 'vitest'
import { NeedsPerson } from '#main/link'
import { type TagListEntry, typeName } from '#shared/plc'
import type { TagValue } from '#shared/value'
import type { PlcConnection } from './driver.ts'
import { tag } from './simulator/program.ts'
import type { SimulatorOptions } from './simulator/simulator.ts'
import { hex, path, rawClient, readTag, request, u16, u32 } from './simulator/test-raw-client.ts'
import { udt } from './simulator/types.ts'
import { connect, never, now, open, program, read, simulate } from './test-controllers.ts'

const pages = async (connection: PlcConnection) => {
  const all: TagListEntry[] = []
  for await (const page of connection.browse?.(never) ?? []) all.push(...page.entries)
  return all
}

describe.each(['logix5580', 'logix5570', 'enbt'] as const)('on a %s', (profile) => {
  it('reads every kind of tag', async () => {
    const connection = await connect(await simulate(profile))
    expect(connection.degraded).toBe('')
    expect(connection.identity.mode).toBe('run')
    const wanted: { readonly [address: string]: TagValue } = {
      Counter: 42,
      counter: 42,
      Running: true,
      Small: -5,
      Big: 9007199254740993n,
      Level: 0.1,
      Exact: 0.1,
      Title: 'Grüße',
      Lot: 'L-1',
      Titles: ['a', '', 'c'],
      'Titles[2]': 'c',
      'Title.LEN': 5,
      Table: [
        [1, 2, 3],
        [4, 5, 6],
      ],
      'Table[1,2]': 6,
      'Word.5': true,
      'Word.4': false,
      Curve: Array.from({ length: 3_000 }, (_, i) => i),
      'Curve[2999]': 2_999,
      'Program:Main.Step': 7,
      'Program:main.step.0': true,
      'Recipe.Speed': 0,
      'Recipe.Steps[1].Times': [0, 0, 0, 0],
      'Recipe.Steps[1].Times[3]': 0,
      'Delay.PRE': 0,
      'Delay.DN': false,
      'Flags[63]': false,
    }
    expect(await read(connection, Object.keys(wanted))).toEqual(Object.values(wanted))
  })

  it('shows a long array again after one part of it was refused, though it did not change', async () => {
    const simulator = await simulate(profile)
    const plan = (await connect(simulator)).plan(['Curve'])
    const curve = { ok: true, value: Array.from({ length: 3_000 }, (_, i) => i) }
    expect((await plan.read(never)).outcomes[0]).toMatchObject(curve)
    expect((await plan.read(never)).outcomes[0]).toMatchObject(curve)
    simulator.control('refuse-service 52 02')
    expect((await plan.read(never)).outcomes[0]).toMatchObject({ ok: false })
    expect((await plan.read(never)).outcomes[0]).toMatchObject(curve)
  })

  it('tells apart why a tag has no value, and reads the others all the same', async () => {
    const connection = await connect(await simulate(profile))
    const addresses = [
      'Counter',
      'Missing',
      'Recipe.Missing',
      'Table[2,0]',
      'Table[0]',
      'Counter.32',
      'Counter.X',
      'A[',
      'Secret',
      'Small',
    ]
    const reasons = [
      42,
      'unknown-tag',
      'unknown-tag',
      'out-of-range',
      'bad-address',
      'out-of-range',
      'unknown-tag',
      'bad-address',
      'no-access',
      -5,
    ]
    expect(await read(connection, addresses)).toEqual(reasons)
  })

  it.each([
    ['whose path no request can hold', Array(200).fill('a').join('.')],
    ['whose path is larger than a small packet', Array(85).fill('abc').join('.')],
  ])('refuses an address %s, alone', async (_, address) => {
    const connection = await connect(await simulate(profile))
    const { outcomes } = await connection.plan(['Counter', address]).read(never)
    const text = expect.stringMatching(new RegExp(`^${address}: it has too many parts: .* Is it spelled right\\?`))
    expect(outcomes).toMatchObject([{ value: 42 }, { ok: false, reason: 'bad-address', text }])
    expect(await connection.typeOf(address, never)).toEqual(outcomes[1])
    expect(await connection.write(address, 1, now())).toEqual({ kind: 'refused', error: text })
  })

  it('reads structures whole, member by member, with their BOOLs in their own bits', async () => {
    const simulator = await simulate(profile)
    simulator.set('Recipe.Locked', true)
    simulator.set('Recipe.Name', 'Bread')
    simulator.set('Recipe.Total', 123n)
    simulator.set('Recipe.Steps[2].Retry', true)
    simulator.set('Delay.DN', true)
    const connection = await connect(simulator)
    const step = { Speed: 0, Done: false, Retry: false, Times: [0, 0, 0, 0] }
    const recipe = {
      Name: 'Bread',
      Speed: 0,
      Active: false,
      Locked: true,
      Flags: 0,
      Total: 123n,
      Steps: [step, step, { ...step, Retry: true }],
    }
    expect(await read(connection, ['Recipe', 'Recipe.Steps[2]', 'Recipe.Active', 'Recipe.Locked', 'Delay'])).toEqual([
      recipe,
      { ...step, Retry: true },
      false,
      true,
      { PRE: 0, ACC: 0, EN: false, TT: false, DN: true },
    ])
    expect((await read(connection, ['Recipes']))[0]).toHaveLength(4)
  })

  it('writes what fits, and the controller holds it', async () => {
    const simulator = await simulate(profile)
    const connection = await connect(simulator)
    const curve = Array.from({ length: 3_000 }, (_, i) => 1_000 - i)
    const writes: (readonly [string, TagValue])[] = [
      ['Counter', -1],
      ['Running', false],
      ['Small', 127],
      ['Big', -(2n ** 63n)],
      ['Level', 1.1],
      ['Title', 'Straße'],
      ['Titles[1]', 'b'],
      ['Lot', 'x'.repeat(16)],
      [
        'Table',
        [
          [9, 8, 7],
          [6, 5, 4],
        ],
      ],
      ['Curve', curve],
      ['Flags[37]', true],
      ['Word.3', true],
      ['Recipe.Speed', 2.5],
      ['Recipe.Active', true],
      ['Recipe.Flags.31', true],
      ['Recipes[3].Steps[1].Times[2]', 77],
      ['Program:Main.Step', 8],
    ]
    for (const [address, value] of writes)
      expect(await connection.write(address, value, now()), address).toEqual({ kind: 'done' })
    expect(
      await read(
        connection,
        writes.map(([address]) => address),
      ),
    ).toEqual(writes.map(([, value]) => value))
    expect(simulator.get('Curve[2999]')).toBe(-1_999)
    expect(simulator.get('Recipe.Flags')).toBe(-(2 ** 31))
    expect(await read(connection, ['Word', 'Flags[36]', 'Flags[38]', 'Recipe.Locked'])).toEqual([
      40,
      false,
      false,
      false,
    ])
  })

  it('writes whole structures and arrays of them', async () => {
    const simulator = await simulate(profile)
    const connection = await connect(simulator)
    const step = (i: number) => ({ Speed: i + 0.5, Done: i % 2 === 0, Retry: true, Times: [i, 2, 3, -4] })
    const recipe = (i: number) => ({
      Name: `Rye ${i}`,
      Speed: 1.5,
      Active: true,
      Locked: false,
      Flags: -1,
      Total: -(2n ** 40n),
      Steps: [step(i), step(i + 1), step(i + 2)],
    })
    const recipes = [0, 1, 2, 3].map(recipe)
    for (const [address, value] of [
      ['Recipe', recipe(0)],
      ['Recipes', recipes],
      ['Recipes[2].Steps', [step(7), step(8), step(9)]],
      ['Delay', { PRE: 5000, ACC: 17, EN: true, TT: false, DN: true }],
    ] as const) {
      expect(await connection.write(address, value, now()), address).toEqual({ kind: 'done' })
      expect((await read(connection, [address]))[0]).toEqual(value)
    }
    expect(simulator.get('Recipe.Steps[1]')).toMatchObject(step(1))
    expect(simulator.get('Recipes[3].Steps[2].Times[3]')).toBe(-4)
  })

  it('leaves the bits that no member shows as they are when it writes a whole structure', async () => {
    const simulator = await simulate(profile)
    const raw = await rawClient(simulator.port)
    open.push({ close: async () => raw.close() })
    await raw.register()
    const throughSlot = (message: Buffer) =>
      raw.unconnected(
        request(0x52, hex('20062401'), Buffer.concat([hex('0a0e'), u16(message.length), message, hex('01000100')])),
      )
    const timer = (control: number) => Buffer.concat([u32(control, 10, 20)])
    const written = await throughSlot(
      request(0x4d, path('Delay'), Buffer.concat([hex('a002830f0100'), timer(0x12345678)])),
    )
    expect(written.status).toBe(0)
    const connection = await connect(simulator)
    const value = { PRE: 5_000, ACC: 17, EN: true, TT: true, DN: false }
    expect(await connection.write('Delay', value, now())).toEqual({ kind: 'done' })
    const { data } = await throughSlot(readTag(path('Delay')))
    expect(data.subarray(4, 8).readUInt32LE().toString(16), 'EN, TT and DN are the three highest bits').toBe('d2345678')
    expect((await read(connection, ['Delay']))[0]).toEqual(value)
  })

  it('asks the guard once for a write in many fragments, before the first', async () => {
    const simulator = await simulate(profile)
    const connection = await connect(simulator)
    const asked: number[] = []
    const guard = () => void asked.push(simulator.writeLog.length) as undefined
    expect(await connection.write('Curve', Array(3_000).fill(7), { ...now(), guard })).toEqual({ kind: 'done' })
    expect(asked).toEqual([0])
    expect(simulator.writeLog.length).toBeGreaterThan(1)
    expect(await connection.write('Curve', Array(3_000).fill(8), { ...now(), guard: () => 'no' })).toEqual({
      kind: 'blocked',
      error: 'no',
    })
    expect(simulator.get('Curve[0]')).toBe(7)
  })

  it('refuses what does not fit, and leaves the controller as it was', async () => {
    const simulator = await simulate(profile)
    const connection = await connect(simulator)
    const wrong: (readonly [string, TagValue])[] = [
      ['Counter', 2 ** 31],
      ['Small', 300],
      ['Counter', 1.7],
      ['Counter', '1'],
      ['Running', 1],
      ['Lot', 'x'.repeat(17)],
      ['Curve', [1]],
      ['Recipe', {}],
      ['Recipe.Steps[0]', { Speed: 1, Done: true, Retry: true }],
      ['Recipe.Steps[0]', { Speed: 1, Done: true, Retry: true, Times: [1, 2, 3, 4], Other: 1 }],
      ['Recipe.Steps[0]', { Speed: 1, Done: true, Retry: true, Times: [1, 2, 3, 1.5] }],
      ['Missing', 1],
      ['Fixed', 2],
      ['Word.16', true],
    ]
    for (const [address, value] of wrong) {
      expect(await connection.write(address, value, now()), address).toMatchObject({
        kind: 'refused',
        error: expect.stringContaining(`${address}: `),
      })
    }
    expect(simulator.writeLog).toEqual([])
  })

  it('writes one bit of a word without touching those set meanwhile', async () => {
    const simulator = await simulate(profile)
    const connection = await connect(simulator)
    simulator.set('Word', 0x0fff)
    expect(await connection.write('Word.0', false, now())).toEqual({ kind: 'done' })
    expect(simulator.get('Word')).toBe(0x0ffe)
    expect(simulator.writeLog.at(-1)).toMatchObject({ address: 'Word.0', service: 'read-modify-write' })
  })

  it('lists every tag with its type, and none that nobody may see', async () => {
    const tags = await pages(await connect(await simulate(profile)))
    const type = (name: string) => tags.filter((entry) => entry.name === name).map((entry) => typeName(entry.type))
    expect([type('Counter'), type('Flags'), type('Table'), type('Titles'), type('Recipe'), type('Lot')]).toEqual([
      ['DINT'],
      ['BOOL[64]'],
      ['INT[2,3]'],
      ['STRING[3]'],
      ['Recipe'],
      ['Name16'],
    ])
    expect(type('Program:Main.Step')).toEqual(['DINT'])
    expect(type('Secret')).toEqual([])
    expect(
      tags
        .filter(({ hidden }) => !hidden)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(
      program.tags
        .map(({ name }) => name)
        .filter((name) => name !== 'Secret')
        .sort(),
    )
  })

  it('tells the type of tags, members, elements and bits', async () => {
    const connection = await connect(await simulate(profile))
    const types: string[] = []
    for (const address of ['Recipe.Name', 'Recipes[2].Steps[0].Speed', 'Flags', 'Flags[3]', 'Counter.3', 'Curve']) {
      const outcome = await connection.typeOf(address, never)
      types.push(outcome.ok ? typeName(outcome.type) : outcome.reason)
    }
    expect(types).toEqual(['Name16', 'REAL', 'BOOL[64]', 'BOOL', 'BOOL', 'DINT[3000]'])
    expect(await connection.typeOf('Missing', never)).toMatchObject({ ok: false, reason: 'unknown-tag' })
  })

  it('keeps the same outcome objects while nothing changes', async () => {
    const simulator = await simulate(profile)
    const plan = (await connect(simulator)).plan([
      'Counter',
      'Recipe',
      'Curve',
      'Title',
      'Missing',
      ...program.tags.slice(-300).map(({ name }) => name),
    ])
    await plan.read(never)
    const before = [...(await plan.read(never)).outcomes]
    simulator.set('Bench_Tag_00399', -1)
    const { outcomes, times } = await plan.read(never)
    expect(outcomes.map((outcome, i) => outcome === before[i]).indexOf(false)).toBe(outcomes.length - 1)
    expect(outcomes.at(-1)).toMatchObject({ value: -1 })
    expect(Date.now() - (times[0] ?? 0)).toBeLessThan(1_000)
  })

  it('keeps the objects of arrays and structures in a packet in which another tag changes', async () => {
    const simulator = await simulate(profile)
    const plan = (await connect(simulator)).plan(['Counter', 'Table', 'Recipe.Steps[0]'])
    const [, table, step] = [...(await plan.read(never)).outcomes]
    simulator.set('Counter', 43)
    const { outcomes } = await plan.read(never)
    expect(outcomes[0]).toMatchObject({ value: 43 })
    expect(outcomes[1]).toBe(table)
    expect(outcomes[2]).toBe(step)
  })

  it('leaves no session and no connection behind', async () => {
    const simulator = await simulate(profile)
    for (let i = 0; i < 5; i++) await (await connect(simulator)).close()
    await vi.waitFor(() => expect(simulator.counters).toMatchObject({ sockets: 0, connections: 0 }))
    expect(simulator.counters.forwardCloses).toBe(10)
  })
})

describe('on a micro800', () => {
  const micro = (more: Partial<SimulatorOptions> = {}) =>
    simulate('micro800', {
      program: {
        name: 'Micro',
        tags: [
          tag('Speed', 'REAL', [], { value: 1.5 }),
          tag('Big', 'ULINT', [], { value: 2n ** 64n - 1n }),
          tag('Name', 'SHORT_STRING', [], { value: 'Pump' }),
        ],
      },
      ...more,
    })

  it('reads and writes one by one over one small connection', async () => {
    const simulator = await micro()
    const connection = await connect(simulator, { driver: 'micro800' })
    expect(await read(connection, ['Speed', 'Big', 'Name', 'Missing'])).toEqual([
      1.5,
      2n ** 64n - 1n,
      'Pump',
      'unknown-tag',
    ])
    expect(await connection.write('Name', 'Fan', now())).toEqual({ kind: 'done' })
    expect(await connection.write('Speed', 2.5, now())).toEqual({ kind: 'done' })
    expect(await read(connection, ['Speed', 'Name'])).toEqual([2.5, 'Fan'])
  })

  it('is refused with a word where it is configured as a Logix', async () => {
    const failed = await connect(await micro()).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(NeedsPerson)
    expect(String(failed)).toContain('driver: micro800')
  })

  it('is read unconnected where it grants no connection', async () => {
    const simulator = await micro({ maxConnections: 0 })
    const connection = await connect(simulator, { driver: 'micro800' })
    expect(connection.degraded).toContain('no connection is left')
    expect(await read(connection, ['Speed', 'Name'])).toEqual([1.5, 'Pump'])
  })
})

describe('on a bad line', () => {
  const many = program.tags.filter(({ name }) => name.startsWith('Bench'))
  const right = many.map(({ value }) => value)
  const addresses = many.map(({ name }) => name)

  it.each([
    ['cut into pieces', { chunkBytes: 7 }],
    ['doubled', { duplicateEvery: 2 }],
    ['preceded by foreign replies', { foreignEvery: 2 }],
    ['dropped now and then', { dropEvery: 7 }],
    ['late now and then', { lateEvery: 5, lateMs: 300 }],
  ])('replies %s never become the value of another tag', async (_, faults) => {
    const simulator = await simulate('enbt')
    // One connection: a read is repeated once, and of two that take turns one may lose both of its replies.
    const connection = await connect(simulator, { connections: 1 })
    const plan = connection.plan(addresses)
    Object.assign(simulator.faults, faults)
    for (let i = 0; i < 3; i++) {
      const { outcomes } = await plan.read(never)
      expect(outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual(right)
    }
  })

  it('reads and writes unconnected where no connection is left', async () => {
    const simulator = await simulate('logix5580')
    simulator.faults.refuseForwardOpen = { status: 1, extended: [0x0113] }
    const connection = await connect(simulator)
    expect(connection.degraded).toContain('unconnected messages are used')
    expect(await read(connection, addresses)).toEqual(right)
    expect(await connection.write('Counter', 5, now())).toEqual({ kind: 'done' })
    expect(simulator.get('Counter')).toBe(5)
    expect((await read(connection, ['Curve']))[0]).toHaveLength(3_000)
  })

  it('a mute controller is noticed, also when nothing is polled', async () => {
    const simulator = await simulate('logix5580')
    const connection = await connect(simulator)
    simulator.faults.mute = true
    const started = Date.now()
    expect((await connection.lost).message).toContain('no answer for 500 ms')
    expect(Date.now() - started).toBeLessThan(7_000)
  })

  it('tags come back by themselves after a download in progress', async () => {
    const simulator = await simulate('logix5580')
    const plan = (await connect(simulator)).plan(['Counter', 'Title'])
    const values = async () =>
      (await plan.read(never)).outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.reason))
    expect(await values()).toEqual([42, 'Grüße'])
    simulator.faults.downloading = true
    expect(await values()).toEqual(['unknown-tag', 'unknown-tag'])
    simulator.faults.downloading = false
    simulator.download()
    await vi.waitFor(async () => expect(await values()).toEqual([42, 'Grüße']), { timeout: 7_000, interval: 50 })
  })

  it('the keyswitch stops writes, and the text says so', async () => {
    const simulator = await simulate('logix5580')
    const connection = await connect(simulator)
    simulator.faults.keyswitch = 'run'
    expect(await connection.write('Counter', 1, now())).toMatchObject({
      kind: 'refused',
      error: expect.stringContaining('keyswitch'),
    })
    expect(simulator.writeLog).toEqual([])
  })

  it('many connections and resets leave no timer, no socket and no connection', async () => {
    const simulator = await simulate('logix5580')
    const count = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind === 'TCPSocketWrap').length
    await (await connect(simulator)).close()
    await vi.waitFor(() => expect(simulator.counters.sockets).toBe(0))
    const before = count()
    for (let i = 0; i < 30; i++) {
      const connection = await connect(simulator)
      const reading = connection.plan(addresses).read(never)
      if (i % 2) simulator.resetConnections()
      await reading.catch(() => {})
      await connection.close()
      expect(await connection.lost).toBeInstanceOf(Error)
    }
    await vi.waitFor(() => expect(simulator.counters.sockets).toBe(0))
    // Two are of waitFor itself.
    await vi.waitFor(() => expect(count()).toBeLessThanOrEqual(before + 2))
  })

  it('a wrong slot needs a person', async () => {
    const failed = await connect(await simulate('logix5580'), { slot: 4 }).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(NeedsPerson)
    expect(String(failed)).toContain('1,4')
  })
})

describe('an array of structures larger than a packet', () => {
  it('is written as a whole, in parts of an element', async () => {
    const Large = udt('Large', { Values: 'DINT[149]', On: 'BOOL' })
    const program = { name: 'Line1', tags: [tag('Arr', Large, [3])] }
    const simulator = await simulate('enbt', { program })
    const value = [1, 2, 3].map((n) => ({ Values: Array.from({ length: 149 }, (_, i) => 1_000 * n + i), On: n === 2 }))
    const connection = await connect(simulator)
    expect(await connection.write('Arr', value, now())).toEqual({ kind: 'done' })
    expect(simulator.get('Arr')).toEqual(value)
    expect(await read(connection, ['Arr'])).toEqual([value])
  })
})

describe('a download', () => {
  it('with another order and other types gives every address its own new value', async () => {
    const simulator = await simulate('logix5580')
    const connection = await connect(simulator)
    const plan = connection.plan(['Counter', 'Recipe', 'Flags[37]', 'Late'])
    await plan.read(never)
    const Shorter = udt('Recipe', { Extra: 'DINT', Speed: 'REAL' })
    simulator.download({
      name: 'Line1',
      tags: [
        tag('Late', 'INT', [], { value: 3 }),
        tag('Recipe', Shorter, [], { value: { Extra: 1, Speed: 2.5 } }),
        tag('Flags', 'DINT', [64]),
        tag('Counter', 'REAL', [], { value: 1.25 }),
      ],
    })
    const { outcomes } = await plan.read(never)
    expect(outcomes[0]).toMatchObject({ ok: true, value: 1.25, type: { name: 'REAL' } })
    expect(outcomes[1]).toMatchObject({ ok: false, reason: 'unsupported-type' })
    expect(outcomes[2]).toMatchObject({ ok: true, value: 0, type: { name: 'DINT' } })
    expect(
      await connection.write('Flags[37]', true, now()),
      'a bit of a BOOL array that is none any more',
    ).toMatchObject({ kind: 'refused' })
    expect(simulator.writeLog).toEqual([])
    await vi.waitFor(
      async () => {
        const { outcomes } = await plan.read(never)
        expect(outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual([1.25, { Extra: 1, Speed: 2.5 }, 0, 3])
      },
      { timeout: 3_000, interval: 50 },
    )
  })
})
