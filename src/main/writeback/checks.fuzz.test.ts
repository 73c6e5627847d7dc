import { expect, it } from 'vitest'
import { fuzzRequests } from '#scripts/fuzz/request-mutations'

it('writes only what every reader of the request would take it for, for 30,000 mutated requests', () => {
  const seen = fuzzRequests(30_000, 20_261_125)
  // Both ways are taken often, so that neither promise is empty.
  expect(seen.accepted).toBeGreaterThan(1_000)
  expect(seen.refused).toBeGreaterThan(10_000)
})
