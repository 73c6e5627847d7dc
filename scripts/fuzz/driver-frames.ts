/**
 * The driver on a line that damages what the controller answers: it must neither crash nor hang, and where the values
 * themselves were not touched it must not report a wrong one.
 */
import { connect, createServer, type Socket } from 'node:net'
import { silentLog } from '#main/log'
import type { PlcConnection } from '#main/plcs/driver'
import { createDriver } from '#main/plcs/index'
import { type SimProgram, tag } from '#main/plcs/simulator/program'
import { type Simulator, startSimulator } from '#main/plcs/simulator/simulator'
import { udt } from '#main/plcs/simulator/types'
import type { PlcConfig } from '#shared/config'
import type { ReadOutcome } from '#shared/tag'
import { sameValue, type TagValue } from '#shared/value'
import { random } from './config-mutations.ts'
import { damage, frames, type Random } from './frame-mutations.ts'

export interface DriverFuzz {
  readonly damaged: number
  readonly connections: number
  readonly good: number
  readonly failed: number
  readonly lost: number
}

type Seen = { -readonly [key in keyof DriverFuzz]: number }

const Step = udt('Step', { Speed: 'REAL', Done: 'BOOL', Retry: 'BOOL', Times: 'DINT[4]', Name: 'STRING' })
const step = (i: number) => ({ Speed: i + 0.5, Done: i % 2 === 0, Retry: true, Times: [i, 2, 3, 4], Name: `Step ${i}` })
/** No value looks like a type code or like a part of another value. */
const values: { readonly [name: string]: TagValue } = {
  ...Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`Tag_${i}`, 0x51_00_00_00 + i * 0x10_101])),
  Curve: Array.from({ length: 1_500 }, (_, i) => 0x61_00_00_00 + i),
  Level: 0.1,
  Title: 'Storage',
  Big: 2n ** 60n + 5n,
  Step: step(3),
  Steps: [step(4), step(5), step(6)],
  'Program:Main.Count': 0x71_23_45_67,
}
const program: SimProgram = {
  name: 'Fuzz',
  tags: [
    ...Array.from({ length: 120 }, (_, i) => tag(`Tag_${i}`, 'DINT', [], { value: values[`Tag_${i}`] as TagValue })),
    tag('Curve', 'DINT', [1_500], { value: values.Curve as TagValue }),
    tag('Level', 'REAL', [], { value: 0.1 }),
    tag('Title', 'STRING', [], { value: 'Storage' }),
    tag('Big', 'LINT', [], { value: 2n ** 60n + 5n }),
    tag('Step', Step, [], { value: step(3) }),
    tag('Steps', Step, [3], { value: [step(4), step(5), step(6)] }),
    tag('Program:Main.Count', 'DINT', [], { value: values['Program:Main.Count'] as TagValue }),
    tag('Scratch', 'DINT'),
  ],
}
const addresses = [
  ...Object.keys(values),
  'Step.Name',
  'Steps[1].Times[2]',
  'Curve[700]',
  'Curve[701]',
  'Tag_5.3',
  'Nowhere',
]
const wanted: readonly (TagValue | undefined)[] = [
  ...Object.values(values),
  ...['Step 3', 3, 0x61_00_00_00 + 700, 0x61_00_00_00 + 701, ((Number(values.Tag_5) >> 3) & 1) === 1, undefined],
]

/** Longest time anything may take; the driver's own time-out is 100 ms for each request. */
const hangMs = 20_000

/** Damages `count` frames; `onDamaged` hears how many it were so far. Rejects where the driver breaks a promise. */
export async function fuzzDriver(
  count: number,
  seed: number,
  onDamaged: (damaged: number) => void = () => {},
): Promise<DriverFuzz> {
  const chance = random(seed)
  const simulator = await startSimulator({ program })
  const seen: Seen = { damaged: 0, connections: 0, good: 0, failed: 0, lost: 0 }
  try {
    await Promise.all(Array.from({ length: lines }, () => oneLine(simulator, count, chance, seen, onDamaged)))
    return seen
  } finally {
    await simulator.close()
  }
}

/** Lines at a time: most of the time is spent waiting for answers that do not come. */
const lines = 12

/** One damaging line after the other, until all have done enough. */
async function oneLine(
  simulator: Simulator,
  count: number,
  chance: Random,
  seen: Seen,
  onDamaged: (damaged: number) => void,
): Promise<void> {
  const line = { rate: 0, headOnly: true, damaged: () => onDamaged(++seen.damaged) }
  const relay = await startRelay(simulator, chance, line)
  const config: PlcConfig = {
    name: 'Fuzz',
    driver: 'logix',
    address: `127.0.0.1:${relay.port}`,
    slot: 0,
    enabled: true,
    poll_rate: 250,
    timeout: 100,
    health_check_enabled: false,
    pin: [],
    tags: [],
  }
  const signal = new AbortController().signal
  try {
    // Another driver now and then: what one remembers must not hide what the next has to learn on a bad line.
    for (let round = 0; seen.damaged < count; round++) {
      const driver = createDriver(config, { log: silentLog })
      for (let i = 0; i < 4 && seen.damaged < count; i++) {
        line.headOnly = round % 2 === 0
        line.rate = [0.05, 0.2, 0.5][(round + i) % 3] ?? 0.1
        const connection = await inTime(driver.connect({ signal }), 'connect').catch(ignoreLoss)
        if (!connection) continue
        seen.connections++
        await use(connection, line.headOnly, chance, seen).catch(ignoreLoss)
        seen.lost++
        await inTime(connection.close(), 'close')
        await inTime(connection.lost, 'lost')
      }
    }
  } finally {
    await relay.stop()
  }
}

class Broken extends Error {}

function ignoreLoss(error: unknown): undefined {
  if (error instanceof Broken || !(error instanceof Error)) throw error
  // A bug in the driver shows as one of these; a lost link is told in words of its own.
  if (error instanceof TypeError || error instanceof RangeError) throw error
  return undefined
}

async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Broken(`${what} took longer than ${hangMs} ms`)), hangMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

async function use(connection: PlcConnection, headOnly: boolean, chance: Random, seen: Seen): Promise<void> {
  const signal = new AbortController().signal
  const plan = connection.plan(addresses)
  // Without a list of tags an array is not known to be one.
  const checked = headOnly && !connection.degraded.includes('lists no tags')
  const before: ReadOutcome[] = []
  for (let poll = 0; poll < 40; poll++) {
    const { outcomes } = await inTime(plan.read(signal), 'a read')
    for (const [i, outcome] of outcomes.entries()) {
      if (!outcome.ok) seen.failed++
      else {
        seen.good++
        if (before[i] === outcome) continue
        before[i] = outcome
        if (checked && !right(outcome.value, wanted[i])) {
          const shown = JSON.stringify(outcome.value, (_, it) => (typeof it === 'bigint' ? `${it}n` : it))
          throw new Broken(`${addresses[i]} was read as ${shown.slice(0, 200)}`)
        }
      }
    }
    if (chance() < 0.2) {
      const deadline = Date.now() + 300
      const write = connection.write('Scratch', poll, { signal, deadline, guard: () => undefined })
      await inTime(write, 'a write')
    }
    if (chance() < 0.05) for await (const _ of connection.browse?.(signal) ?? []);
  }
}

const right = (value: TagValue, wanted: TagValue | undefined) => wanted !== undefined && sameValue(value, wanted)

interface Line {
  /** Share of the controller's frames that are damaged. */
  rate: number
  headOnly: boolean
  damaged(): void
}

/** A TCP relay before the controller that damages what it answers. */
async function startRelay(simulator: Simulator, chance: Random, line: Line) {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    const plc = connect({ port: simulator.port, host: simulator.host, noDelay: true })
    for (const socket of [client, plc]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        plc.destroy()
      })
    }
    client.on('data', (chunk) => plc.write(chunk))
    const take = frames((frame) => {
      if (chance() >= line.rate) return void client.write(frame)
      line.damaged()
      for (const one of damage(chance, frame, line.headOnly)) client.write(one)
    })
    plc.on('data', take)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
