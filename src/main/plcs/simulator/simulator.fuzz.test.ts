import { expect, it } from 'vitest'
import { fuzzSimulator } from '#scripts/fuzz/simulator-frames'

it('the simulator survives damaged requests, and serves another client all the while', async () => {
  const seen = await fuzzSimulator(2_000, 4711)
  expect(seen.damaged).toBe(2_000)
  expect(seen.polls).toBe(seen.sockets)
}, 60_000)
