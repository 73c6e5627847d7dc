import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRounds } from './rounds.ts'

/** The client as far as rounds know it; its broker answers when the test says so. */
function client() {
  const listeners = new Map<string, (packet: { cmd: string }) => void>()
  let asked = 0
  return {
    on: (event: string, listener: (packet: { cmd: string }) => void) => listeners.set(event, listener),
    sendPing: () => {
      asked++
      listeners.get('packetsend')?.({ cmd: 'pingreq' })
    },
    answer: () => listeners.get('packetreceive')?.({ cmd: 'pingresp' }),
    asked: () => asked,
  }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function started() {
  const broker = client()
  // Rounds use nothing else of the client; a whole one is not needed to move its clock.
  const rounds = createRounds(broker as unknown as Parameters<typeof createRounds>[0])
  return { broker, rounds }
}

test('nothing is known before it begins; from then on nothing is older than the beginning', () => {
  const { rounds } = started()
  expect(rounds.longestMs()).toBe(Number.POSITIVE_INFINITY)
  rounds.start()
  vi.advanceTimersByTime(100)
  expect(rounds.longestMs()).toBe(100)
})

test('what is read after an answer is not older than its question', () => {
  const { broker, rounds } = started()
  rounds.start()
  vi.advanceTimersByTime(250)
  expect(broker.asked()).toBe(1)
  vi.advanceTimersByTime(200)
  expect(rounds.longestMs()).toBe(450)
  broker.answer()
  expect(rounds.longestMs()).toBe(200)
  rounds.stop()
  vi.advanceTimersByTime(1_000)
  expect(broker.asked()).toBe(1)
})

test('each answer belongs to the oldest question', () => {
  const { broker, rounds } = started()
  rounds.start()
  vi.advanceTimersByTime(500)
  expect(broker.asked()).toBe(2)
  broker.answer()
  expect(rounds.longestMs()).toBe(250)
  broker.answer()
  expect(rounds.longestMs()).toBe(0)
})

test('a round in which a message was confirmed does not count: more of them may have waited at the broker', () => {
  const { broker, rounds } = started()
  rounds.start()
  vi.advanceTimersByTime(250)
  rounds.confirmed()
  broker.answer()
  expect(rounds.longestMs()).toBe(250)
  // The next question does not wait for its time.
  expect(broker.asked()).toBe(2)
  broker.answer()
  expect(rounds.longestMs()).toBe(0)
  expect(broker.asked()).toBe(2)
})

test('after a gap the next question waits for its time: the broker may take a moment to send on what it held back', () => {
  const { broker, rounds } = started()
  rounds.start()
  vi.advanceTimersByTime(250)
  vi.setSystemTime(Date.now() + 7_000)
  rounds.confirmed()
  broker.answer()
  expect(broker.asked()).toBe(1)
  vi.advanceTimersByTime(250)
  expect(broker.asked()).toBe(2)
  broker.answer()
  expect(rounds.longestMs()).toBe(0)
})

test('a sleep counts, though the monotonic clock stood still, and a clock set back does not make it shorter', () => {
  const { rounds } = started()
  rounds.start()
  vi.setSystemTime(Date.now() + 7_000)
  expect(rounds.longestMs()).toBe(7_000)
  vi.setSystemTime(Date.now() - 60_000)
  vi.advanceTimersByTime(100)
  expect(rounds.longestMs()).toBe(100)
})
