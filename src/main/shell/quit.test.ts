import { expect, test, vi } from 'vitest'
import { createEnding } from './quit.ts'

function start({ armed = false, keepRunning = false, stops = async () => {} } = {}) {
  const state = { armed, keepRunning }
  let say: (yes: boolean) => void = () => {}
  const calls: string[] = []
  const confirm = vi.fn(
    () =>
      new Promise<boolean>((resolve) => {
        say = resolve
      }),
  )
  const ending = createEnding({
    keepRunning: () => state.keepRunning,
    armed: () => state.armed,
    confirm,
    hide: () => calls.push('hide'),
    stop: async () => {
      calls.push('stop')
      await stops()
    },
    exit: (code) => calls.push(`exit ${code}`),
  })
  const turns = () => new Promise((resolve) => setImmediate(resolve))
  return {
    ending,
    state,
    calls,
    confirm,
    turns,
    say: async (yes: boolean) => {
      say(yes)
      await turns()
    },
  }
}

test('closing the window ends the application after the gateway', async () => {
  const { ending, calls, turns } = start()
  expect(ending.mayClose()).toBe(false)
  await turns()
  expect(calls).toEqual(['hide', 'stop', 'exit 0'])
  expect(ending.mayClose()).toBe(true)
})

test('closing the window hides it where the application keeps running', async () => {
  const { ending, calls, turns } = start({ keepRunning: true, armed: true })
  expect(ending.mayClose()).toBe(false)
  await turns()
  expect(calls).toEqual(['hide'])
  expect(ending.ending()).toBe(false)
})

test('while writes are armed it asks once, and stays where the answer is no', async () => {
  const { ending, calls, confirm, say } = start({ armed: true })
  ending.mayClose()
  ending.request()
  expect(confirm).toHaveBeenCalledOnce()
  await say(false)
  expect(calls).toEqual([])
  ending.request()
  expect(confirm).toHaveBeenCalledTimes(2)
  await say(true)
  expect(calls).toEqual(['hide', 'stop', 'exit 0'])
})

test('an end by the system does not wait for an answer, and a late answer changes nothing', async () => {
  const { ending, calls, say, turns } = start({ armed: true })
  ending.request()
  ending.now()
  await turns()
  expect(calls).toEqual(['hide', 'stop', 'exit 0'])
  await say(true)
  ending.now()
  ending.request()
  await turns()
  expect(calls).toHaveLength(3)
})

test('a gateway that does not stop, or fails to, does not keep the application', async () => {
  vi.useFakeTimers()
  const stuck = start({ stops: () => new Promise(() => {}) })
  stuck.ending.now(3)
  await vi.advanceTimersByTimeAsync(4_000)
  expect(stuck.calls.at(-1)).toBe('exit 3')
  vi.useRealTimers()
  const failing = start({ stops: () => Promise.reject(new Error('no')) })
  failing.ending.request()
  await failing.turns()
  expect(failing.calls.at(-1)).toBe('exit 1')
})
