/** What the tests of driver and simulator together share: a program with every kind of tag, and a driver connected to it. */
import { afterEach } from 'vitest'
import { silentLog } from '#main/log'
import type { PlcConfig } from '#shared/config'
import type { TagValue } from '#shared/value'
import type { ConnectOptions, PlcConnection, WriteOptions } from './driver.ts'
import { createDriver } from './index.ts'
import type { ProfileName } from './simulator/profiles.ts'
import { type SimProgram, tag } from './simulator/program.ts'
import { type Simulator, type SimulatorOptions, startSimulator } from './simulator/simulator.ts'
import { stringType, udt } from './simulator/types.ts'

/** Closed after each test, the newest first. */
export const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

export const never = new AbortController().signal
export const now = (): WriteOptions => ({ signal: never, deadline: Date.now() + 2_000, guard: () => undefined })

export const Step = udt('Step', { Speed: 'REAL', Done: 'BOOL', Retry: 'BOOL', Times: 'DINT[4]' })
export const Name16 = stringType('Name16', 16)
export const Recipe = udt('Recipe', {
  Name: Name16,
  Speed: 'REAL',
  Active: 'BOOL',
  Locked: 'BOOL',
  Flags: 'DINT',
  Total: 'LINT',
  Steps: [Step, 3],
})
export const program: SimProgram = {
  name: 'Line1',
  tags: [
    tag('Counter', 'DINT', [], { value: 42 }),
    tag('Running', 'BOOL', [], { value: true }),
    tag('Small', 'SINT', [], { value: -5 }),
    tag('Big', 'LINT', [], { value: 9007199254740993n }),
    tag('Level', 'REAL', [], { value: 0.1 }),
    tag('Exact', 'LREAL', [], { value: 0.1 }),
    tag('Word', 'INT', [], { value: 32 }),
    tag('Title', 'STRING', [], { value: 'Grüße' }),
    tag('Titles', 'STRING', [3], { value: ['a', '', 'c'] }),
    tag('Lot', Name16, [], { value: 'L-1' }),
    tag('Table', 'INT', [2, 3], {
      value: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    }),
    tag('Curve', 'DINT', [3_000], { value: Array.from({ length: 3_000 }, (_, i) => i) }),
    tag('Flags', 'BOOL', [64]),
    tag('Recipe', Recipe),
    tag('Recipes', Recipe, [4]),
    tag('Delay', 'TIMER'),
    tag('Fixed', 'DINT', [], { value: 1, access: 'read-only' }),
    tag('Secret', 'DINT', [], { value: 1, access: 'none' }),
    tag('Program:Main.Step', 'DINT', [], { value: 7 }),
    ...Array.from({ length: 400 }, (_, i) => tag(`Bench_Tag_${String(i).padStart(5, '0')}`, 'DINT', [], { value: i })),
  ],
}

export async function simulate(profile: ProfileName, more: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startSimulator({ profile, program, ...more })
  open.push(simulator)
  return simulator
}

export function plcConfig(to: Pick<Simulator, 'port'>, more: Partial<PlcConfig> = {}): PlcConfig {
  return {
    name: 'Main PLC',
    driver: 'logix',
    address: `127.0.0.1:${to.port}`,
    slot: 0,
    enabled: true,
    poll_rate: 250,
    timeout: 500,
    health_check_enabled: true,
    pin: [],
    tags: [],
    ...more,
  }
}

export async function connect(
  to: Pick<Simulator, 'port'>,
  more: Partial<PlcConfig> = {},
  heard: Omit<ConnectOptions, 'signal'> = {},
): Promise<PlcConnection> {
  const driver = createDriver(plcConfig(to, more), { log: silentLog })
  const connection = await driver.connect({ signal: never, ...heard })
  open.push(connection)
  return connection
}

export async function read(connection: PlcConnection, addresses: readonly string[]): Promise<(TagValue | string)[]> {
  const { outcomes } = await connection.plan(addresses).read(never)
  return outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.reason))
}
