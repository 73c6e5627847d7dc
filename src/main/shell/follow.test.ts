import { expect, it, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { type FollowedGateway, followGateway } from './follow.ts'

it('is told once of other parts, however often they change, and lets go of them at the end', async () => {
  const parts = createStore<FollowedGateway['parts'] extends { getState(): infer T } ? T : never>(() => ({}) as never)
  const state = createStore(() => ({ kind: 'stopped' as const }))
  const subscribed = vi.spyOn(parts, 'subscribe')
  const gateway = {
    config: { namespace: 'demo' },
    parts,
    plcs: [{ config: { name: 'Main PLC' }, state }],
    brokers: [],
    blocked: [],
    writeMode: createStore(() => 'armed' as const),
  }
  const summaries: string[] = []
  const stop = followGateway({ gateway: () => gateway as never, onChange: () => () => {} }, ({ title }) =>
    summaries.push(title),
  )
  // A listener that listens anew while it is told would never end here.
  parts.setState({} as never, true)
  parts.setState({} as never, true)
  await vi.waitFor(() => expect(summaries.length).toBeGreaterThan(1))
  expect(subscribed).toHaveBeenCalledTimes(1)
  expect(summaries.at(-1)).toBe('demo: PLCs 0 of 1 online, writes armed')
  stop()
  const told = summaries.length
  state.setState({ kind: 'stopped' }, true)
  parts.setState({} as never, true)
  expect(summaries).toHaveLength(told)
})
