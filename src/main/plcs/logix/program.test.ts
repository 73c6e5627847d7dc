import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { silentLog } from '#main/log'
import { status } from '#main/plcs/cip'
import type { Exchange } from './exchange.ts'
import { openLanes } from './lanes.ts'
import { makeModel } from './model.ts'
import { followProgram } from './program.ts'
import type { Wire } from './wire.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it.each([1, 2, 4])(
  'with nothing else to do, each of %i connections is used long before it is dropped after 16 s',
  async (width) => {
    const used = Array.from({ length: width }, (): number[] => [])
    const wires = used.map(
      (times): Wire => ({
        limit: 500,
        degraded: '',
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
        await askFrame(message)
        return { service: 3, status: status.serviceNotSupported, extended: [], data: Buffer.alloc(0) }
      },
    }
    const started = Date.now()
    const program = followProgram({
      address: 'plc',
      exchange,
      model: makeModel([], true),
      remembered: false,
      boolArrays: true,
      multiple: true,
      log: silentLog,
      onModel: () => {},
      onChange: () => {},
    })
    await vi.advanceTimersByTimeAsync(120_000)
    program.stop()
    lanes.end('over')
    for (const times of used) {
      const pauses = times.map((at, i) => at - (times[i - 1] ?? started))
      expect(Math.max(...pauses)).toBeLessThanOrEqual(10_100)
      expect(pauses.length).toBeGreaterThan(10)
    }
  },
)
