/** The driver over a long time and through every fault of the simulator: nothing grows, and no value is another tag's. */
import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import { silentLog } from '#main/log'
import { createDriver } from './index.ts'
import { connect, never, now, plcConfig, program, simulate } from './test-controllers.ts'

const many = program.tags.filter(({ name }) => name.startsWith('Bench'))
const addresses = [...many.map(({ name }) => name), 'Recipe.Speed', 'Recipe.Flags', 'Curve[7]', 'Curve[8]', 'Title']
const right = [...many.map(({ value }) => value), 0, 0, 7, 8, 'Grüße']

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Timers and sockets that live now. */
const resources = () =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind === 'TCPSocketWrap').length

function heapBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

describe('nothing grows', () => {
  it('over ten thousand requests', async () => {
    const simulator = await simulate('enbt')
    const connection = await connect(simulator)
    const plan = connection.plan(addresses)
    const scratch = new AbortController()
    const until = async (requests: number) => {
      while (simulator.counters.requests < requests) {
        await plan.read(scratch.signal)
        await connection.write('Small', 1, { ...now(), signal: scratch.signal })
      }
    }
    await until(2_000)
    const before = { resources: resources(), heap: heapBytes(), listeners: getEventListeners(scratch.signal, 'abort') }
    await until(12_000)
    expect(resources()).toBeLessThanOrEqual(before.resources)
    expect(getEventListeners(scratch.signal, 'abort')).toHaveLength(before.listeners.length)
    expect(heapBytes() - before.heap).toBeLessThan(1_500_000)
  })

  it('over a hundred connections that break in the midst of a read', async () => {
    const simulator = await simulate('logix5580', { maxConnections: 6 })
    const driver = createDriver(plcConfig(simulator), { log: silentLog })
    const scratch = new AbortController()
    const once = async (i: number) => {
      const connection = await driver.connect({ signal: scratch.signal })
      expect(connection.degraded, `connection ${i}`).toBe('')
      const reading = connection.plan(addresses).read(scratch.signal)
      if (i % 3 > 0) simulator.resetConnections()
      await reading.catch(() => {})
      await connection.close()
      await connection.lost
    }
    for (let i = 0; i < 10; i++) await once(i)
    await vi.waitFor(() => expect(simulator.counters.sockets).toBe(0))
    const before = { resources: resources(), heap: heapBytes() }
    for (let i = 0; i < 100; i++) await once(i)
    await vi.waitFor(() => expect(simulator.counters.sockets).toBe(0))
    // Two are of waitFor itself.
    await vi.waitFor(() => expect(resources()).toBeLessThanOrEqual(before.resources + 2))
    expect(getEventListeners(scratch.signal, 'abort')).toEqual([])
    expect(heapBytes() - before.heap).toBeLessThan(3_000_000)
    expect(simulator.counters.connections).toBeLessThanOrEqual(2)
  })
})

describe('through every fault', () => {
  it('switched on and off by lot, each value is the one of its tag or none', async () => {
    const simulator = await simulate('logix5580')
    const calm = { ...simulator.faults }
    const kinds: readonly (() => void)[] = [
      () => Object.assign(simulator.faults, { chunkBytes: 1 + Math.floor(Math.random() * 90) }),
      () => Object.assign(simulator.faults, { packetTimeMs: 2, jitterMs: 10 }),
      () => Object.assign(simulator.faults, { dropEvery: 5 }),
      () => Object.assign(simulator.faults, { loseEvery: 6 }),
      () => Object.assign(simulator.faults, { lateEvery: 3, lateMs: 60 }),
      () => Object.assign(simulator.faults, { duplicateEvery: 2, foreignEvery: 2 }),
      () => Object.assign(simulator.faults, { downloading: true }),
      () => Object.assign(simulator.faults, { keyswitch: 'run' }),
      () => Object.assign(simulator.faults, { mode: 'faulted' }),
      () => Object.assign(simulator.faults, { mute: true }),
      () => Object.assign(simulator.faults, { refuseConnections: true }),
      () => Object.assign(simulator.faults, { refuseForwardOpen: { status: 1, extended: [0x0113] } }),
      () => simulator.resetConnections(),
      () => simulator.download({ ...program, tags: [...program.tags].sort(() => Math.random() - 0.5) }),
    ]
    const driver = createDriver(plcConfig(simulator, { timeout: 150 }), { log: silentLog })
    let good = 0
    for (const kind of [...kinds, ...kinds].sort(() => Math.random() - 0.5)) {
      const connection = await driver.connect({ signal: never }).catch(() => undefined)
      kind()
      if (connection) {
        const plan = connection.plan(addresses)
        const polls = async () => {
          for (let poll = 0; poll < 4; poll++) {
            const { outcomes } = await plan.read(never)
            for (const [i, outcome] of outcomes.entries()) {
              if (!outcome.ok) continue
              good++
              if (outcome.value !== right[i]) throw new Error(`${addresses[i]} was read as ${String(outcome.value)}`)
            }
          }
        }
        await polls().catch((error: Error) => expect(error.message).not.toContain('was read as'))
        await connection.close()
      } else {
        await driver.connect({ signal: never }).then(
          (late) => late.close(),
          () => {},
        )
      }
      Object.assign(simulator.faults, calm)
    }
    expect(good).toBeGreaterThan(5_000)
    const last = await driver.connect({ signal: never })
    const { outcomes } = await last.plan(addresses).read(never)
    expect(outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual(right)
    await last.close()
  }, 40_000)
})
