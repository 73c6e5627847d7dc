/**
 * A PLC link that is lost in every way, through the whole read side: noticed within the time-out and one poll, and good
 * values again within five seconds of the PLC's first answer.
 */
import { spawn } from 'node:child_process'
import { describe, expect, it, type TestContext, vi } from 'vitest'
import { createPlcPart } from '#main/gateway/plc-part'
import { silentLog } from '#main/log'
import { createTagTable } from '#main/tags/table'
import { startProxy } from '#scripts/brokers/proxy'
import type { TagConfig } from '#shared/config'
import { createDriver } from './index.ts'
import { type Simulator, type SimulatorOptions, startSimulator } from './simulator/simulator.ts'
import { never, plcConfig, program } from './test-controllers.ts'

const timeoutMs = 1_000
const pollMs = 250
/** How soon a loss has to show; a busy machine gets some more. */
const noticeMs = timeoutMs + pollMs + 1_000
const recoverMs = 5_000

const tagOf = (name: string): TagConfig => ({
  name,
  enabled: true,
  writable: false,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: false,
  no_kafka: false,
})

async function simulate({ onTestFinished }: TestContext, more: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startSimulator({ program, ...more })
  onTestFinished(simulator.close)
  return simulator
}

/** A PLC behind a network that can fail, polled. */
async function polled(
  { onTestFinished }: TestContext,
  simulator: Pick<Simulator, 'port'>,
  tags = ['Counter', 'Title'],
) {
  const proxy = await startProxy({ target: simulator.port })
  onTestFinished(() => proxy.stop())
  const plc = plcConfig(proxy, { timeout: timeoutMs, poll_rate: pollMs, tags: tags.map(tagOf) })
  const table = createTagTable([plc])
  const part = createPlcPart({
    plc,
    driver: createDriver(plc, { log: silentLog }),
    table,
    onChange: () => {},
    log: silentLog,
  })
  onTestFinished(() => part.stop())
  const attempts = { count: 0 }
  part.state.subscribe((state, before) => {
    if (state.kind === 'connecting' && before.kind !== 'connecting') attempts.count++
  })
  const quality = () => table.snapshot(0).quality
  const within = (ms: number, wanted: string) =>
    vi.waitFor(() => expect(quality(), JSON.stringify(part.state.getState())).toBe(wanted), {
      timeout: ms,
      interval: 20,
    })
  part.start()
  await within(recoverMs, 'good')
  return { proxy, part, attempts, within, value: () => table.snapshot(0).value }
}

describe.concurrent('a PLC link', () => {
  it('that is silent for 8 s, with the cable pulled, is noticed in time and flows again soon after', async (test) => {
    const simulator = await simulate(test)
    const { proxy, within, attempts, value } = await polled(test, simulator)
    attempts.count = 0
    proxy.stall()
    await within(noticeMs, 'stale')
    await new Promise((resolve) => setTimeout(resolve, 8_000 - timeoutMs))
    expect(attempts.count, 'it tries again, and never in haste').toBeGreaterThan(1)
    expect(attempts.count).toBeLessThan(10)
    simulator.set('Counter', 4711)
    proxy.restore()
    await within(recoverMs, 'good')
    await vi.waitFor(() => expect(value()).toBe(4711), { timeout: 1_000 })
    await vi.waitFor(() => expect(simulator.counters.connections).toBe(2), { timeout: 1_000 })
  })

  it('that is lost with a write under way never delivers it once the cable is back', async (test) => {
    const simulator = await simulate(test)
    const { proxy, part, within } = await polled(test, simulator)
    proxy.stall()
    const guard = vi.fn(() => undefined)
    const writing = part.connection()?.write('Counter', 4711, { signal: never, deadline: Date.now() + 300, guard })
    await vi.waitFor(() => expect(guard).toHaveBeenCalled())
    await within(noticeMs, 'stale')
    expect(await writing).toMatchObject({ kind: 'unknown' })
    await part.stop()
    await vi.waitFor(() => expect(proxy.connections(), 'what was sent is thrown away').toBe(0), { timeout: 2_000 })
    proxy.restore()
    part.start()
    await within(recoverMs, 'good')
    expect(simulator.writeLog).toEqual([])
    expect(simulator.get('Counter')).toBe(42)
  })

  it('whose PLC answers nothing on a connection that stands is noticed in time, too', async (test) => {
    const simulator = await simulate(test)
    const { within } = await polled(test, simulator)
    simulator.faults.mute = true
    await within(noticeMs, 'stale')
    simulator.faults.mute = false
    await within(recoverMs, 'good')
  })

  it('whose PLC stands still as a whole is noticed in time, and flows again when it goes on', async (test) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/main/cli.ts', 'simulate', '--port', '0'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    test.onTestFinished(() => void child.kill('SIGKILL'))
    const port = await new Promise<number>((resolve) => {
      let printed = ''
      child.stdout.on('data', (text) => {
        printed += text
        const found = /listening on \S+:(\d+)/.exec(printed)?.[1]
        if (found) resolve(Number(found))
      })
    })
    const { within } = await polled(test, { port }, ['Pumps[0].SpeedSetpoint'])
    child.kill('SIGSTOP')
    await within(noticeMs, 'stale')
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    child.kill('SIGCONT')
    await within(recoverMs, 'good')
  })

  it('whose CPU is exchanged behind a module that stays is noticed in time, and is the new one afterwards', async (test) => {
    const simulator = await simulate(test, { serial: 0x1111 })
    simulator.faults.refuseForwardOpen = { status: 0x01, extended: [0x0113] }
    const { within, part } = await polled(test, simulator)
    expect(part.pin()).toMatchObject({ found: { serial: 0x1111 } })
    simulator.exchangeCpu({ slot: 5 })
    await within(noticeMs, 'stale')
    await vi.waitFor(() =>
      expect(part.state.getState()).toMatchObject({ error: expect.stringContaining('no module answers in this slot') }),
    )
    simulator.exchangeCpu({ slot: 0, serial: 0x2222 })
    await within(recoverMs, 'good')
    expect(part.pin()).toMatchObject({ found: { serial: 0x2222 } })
  })

  it('that is closed once by the PLC is back at once', async (test) => {
    const simulator = await simulate(test)
    const { within, attempts } = await polled(test, simulator)
    attempts.count = 0
    const begun = performance.now()
    simulator.resetConnections()
    await within(noticeMs, 'stale')
    await within(recoverMs, 'good')
    expect(performance.now() - begun).toBeLessThan(recoverMs)
    expect(attempts.count).toBe(1)
  })

  it('that is refused for a while comes back when the PLC has started again, with another program', async (test) => {
    const simulator = await simulate(test)
    const { within, part, attempts, value } = await polled(test, simulator)
    attempts.count = 0
    await simulator.close()
    await within(noticeMs, 'stale')
    await vi.waitFor(() => expect(part.state.getState()).toMatchObject({ kind: 'waiting' }))
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect(attempts.count).toBeLessThan(8)
    const tags = program.tags.map((one) => (one.name === 'Counter' ? { ...one, value: 7 } : one)).reverse()
    await simulate(test, { port: simulator.port, program: { ...program, tags } })
    await within(recoverMs, 'good')
    await vi.waitFor(() => expect(value()).toBe(7), { timeout: 1_000 })
  })

  it('that breaks again and again leaves no connection behind at the PLC, and never storms', async (test) => {
    const simulator = await simulate(test, { maxConnections: 4 })
    const { proxy, within, part, attempts } = await polled(test, simulator)
    attempts.count = 0
    const begun = performance.now()
    for (let i = 0; i < 6; i++) {
      proxy.reset()
      await within(noticeMs, 'stale')
      await within(recoverMs, 'good')
      expect(part.state.getState()).not.toHaveProperty('degraded')
    }
    expect(attempts.count).toBeLessThanOrEqual(6 + (performance.now() - begun) / 1_000)
    expect(simulator.counters.connections).toBe(2)
  })
})
