import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '#main/log'
import { status } from '#main/plcs/cip'
import type { Exchange } from './exchange.ts'
import { openLanes } from './lanes.ts'
import { makeModel } from './model.ts'
import { followProgram, type ProgramOptions } from './program.ts'
import type { CipReply } from './reply.ts'
import type { Wire } from './wire.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Follows a program over `width` connections, with an answer to each request; nothing else uses them. */
function follow(width: number, answer: (service: number) => Partial<CipReply>, more: Partial<ProgramOptions> = {}) {
  const used = Array.from({ length: width }, (): number[] => [])
  const asked: { readonly service: number; readonly at: number }[] = []
  const wires = used.map(
    (times): Wire => ({
      limit: 500,
      degraded: '',
      silenceMs: 16_000,
      frame: (message) => message,
      send: (_frame, take) => {
        times.push(Date.now())
        take(Buffer.alloc(4))
      },
      resend: () => {},
      close: async () => {},
    }),
  )
  const lanes = openLanes(wires, { timeoutMs: 1_000, onSilence: () => {} })
  const askFrame = async (frame: Buffer) => {
    await lanes.submit({ frame, priority: 'demand', repeatable: true })
    return frame
  }
  const exchange: Exchange = {
    limit: 500,
    lanes,
    frame: (message) => message,
    askFrame,
    ask: async (message) => {
      const service = message.readUInt8(0)
      asked.push({ service, at: Date.now() })
      await askFrame(message)
      return { service, status: status.serviceNotSupported, extended: [], data: Buffer.alloc(0), ...answer(service) }
    },
  }
  const program = followProgram({
    address: 'plc',
    exchange,
    model: makeModel([], true),
    remembered: false,
    lists: true,
    silenceMs: 16_000,
    boolArrays: true,
    multiple: true,
    log: silentLog,
    onModel: () => {},
    onChange: () => {},
    ...more,
  })
  const stop = () => {
    program.stop()
    lanes.end('over')
  }
  return { used, asked, program, stop }
}

const nothing = () => ({})
/** Change counters that say something, and a list of tags that is refused. */
const counted = { status: status.ok, data: Buffer.from('0102', 'hex') }
const listRefused = (service: number) => (service === 0x55 ? {} : counted)

it.each([
  [1, 16_000],
  [2, 16_000],
  [4, 16_000],
  [2, 6_000],
])(
  'with nothing else to do, each of %i connections is used long before it is dropped after %i ms',
  async (width, silenceMs) => {
    const started = Date.now()
    const { used, stop } = follow(width, nothing, { silenceMs })
    await vi.advanceTimersByTimeAsync(120_000)
    stop()
    for (const times of used) {
      const pauses = times.map((at, i) => at - (times[i - 1] ?? started))
      expect(Math.max(...pauses)).toBeLessThanOrEqual(silenceMs * 0.65)
      expect(pauses.length).toBeGreaterThan(10)
    }
  },
)

it('never asks for its tags where the device hangs up on that', async () => {
  const { asked, program, stop } = follow(1, listRefused, { model: makeModel(undefined, true), lists: false })
  await vi.advanceTimersByTimeAsync(10_000)
  program.suspect()
  program.distrust(program.model())
  await vi.advanceTimersByTimeAsync(60_000)
  stop()
  expect(asked.length).toBeGreaterThan(5)
  expect(asked.filter(({ service }) => service === 0x55)).toEqual([])
})

it('asks for a list that is refused soon, as in a download, and rarely where it is refused for ever', async () => {
  const { asked, program, stop } = follow(1, listRefused)
  const lists = () => asked.filter(({ service }) => service === 0x55)
  const suspecting = setInterval(() => program.suspect(), 250)
  await vi.advanceTimersByTimeAsync(30_000)
  const pauses = lists().map(({ at }, i, all) => at - (all[i - 1]?.at ?? at))
  expect(pauses.length).toBeGreaterThan(6)
  expect(Math.max(...pauses)).toBeLessThanOrEqual(5_600)
  await vi.advanceTimersByTimeAsync(10 * 60_000)
  const before = lists().length
  await vi.advanceTimersByTimeAsync(10 * 60_000)
  clearInterval(suspecting)
  stop()
  expect(lists().length - before).toBeLessThanOrEqual(11)
  expect(lists().length - before).toBeGreaterThan(5)
})

it.each([false, true])(
  'goes on at its pace though the clock is set back by hours (suspected all the while: %s)',
  async (odd) => {
    const { asked, program, stop } = follow(1, listRefused)
    program.distrust(program.model())
    const suspecting = odd ? setInterval(() => program.suspect(), 250) : undefined
    await vi.advanceTimersByTimeAsync(20_000)
    vi.setSystemTime(Date.now() - 3 * 3_600_000)
    const count = (wanted: number) => asked.filter(({ service }) => service === wanted).length
    const before = { looks: count(0x03), lists: count(0x55) }
    await vi.advanceTimersByTimeAsync(20_000)
    clearInterval(suspecting)
    stop()
    expect(count(0x03) - before.looks).toBeGreaterThan(3)
    expect(count(0x55) - before.lists).toBeGreaterThanOrEqual(3)
  },
)

describe('a controller without change counters', () => {
  /** One tag of the list, as the controller tells it. */
  const listed = (name: string) => {
    const entry = Buffer.alloc(4 + 2 + name.length + 2 + 2 + 12 + 1)
    entry.writeUInt32LE(1, 0)
    entry.writeUInt16LE(name.length, 4)
    entry.write(name, 6, 'latin1')
    entry.writeUInt16LE(0xc4, 6 + name.length)
    return entry
  }
  function suspected() {
    const list = { status: status.ok, data: listed('A') }
    const onChange = vi.fn()
    const log = { ...silentLog, info: vi.fn() }
    const began = follow(1, (service) => (service === 0x55 ? list : {}), { multiple: false, onChange, log })
    const suspecting = setInterval(() => began.program.suspect(), 250)
    const lists = () => began.asked.filter(({ service }) => service === 0x55).length
    const stop = () => {
      clearInterval(suspecting)
      began.stop()
    }
    return { list, lists, onChange, log, stop, model: began.program.model }
  }

  it('is asked for its tags now and then at most, however odd what it answers is, and nothing is told', async () => {
    const { lists, onChange, log, stop, model } = suspected()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(model().symbols.map(({ name }) => name)).toEqual(['A'])
    onChange.mockClear()
    log.info.mockClear()
    const before = lists()
    await vi.advanceTimersByTimeAsync(10 * 60_000)
    stop()
    expect(lists() - before).toBeLessThanOrEqual(20)
    expect(lists() - before).toBeGreaterThan(15)
    expect(onChange).not.toHaveBeenCalled()
    expect(log.info).not.toHaveBeenCalled()
  })

  it('is found with another program all the same', async () => {
    const { list, onChange, log, stop, model } = suspected()
    await vi.advanceTimersByTimeAsync(120_000)
    onChange.mockClear()
    log.info.mockClear()
    list.data = listed('B')
    await vi.advanceTimersByTimeAsync(40_000)
    stop()
    expect(model().symbols.map(({ name }) => name)).toEqual(['B'])
    expect(onChange).toHaveBeenCalledTimes(1)
    expect(log.info.mock.calls.join()).toContain('1 tag appeared (B), 1 tag vanished (A)')
  })
})
