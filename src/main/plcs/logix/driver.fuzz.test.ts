import { expect, it } from 'vitest'
import { fuzzDriver } from '#scripts/fuzz/driver-frames'

it('the driver neither crashes nor hangs nor reports a wrong value when answers arrive damaged', async () => {
  const seen = await fuzzDriver(400, 4711)
  expect(seen.damaged).toBeGreaterThanOrEqual(400)
  expect(seen.good).toBeGreaterThan(1_000)
}, 60_000)
