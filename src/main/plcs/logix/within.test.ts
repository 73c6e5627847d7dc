import { expect, it } from 'vitest'
import { hangingOn } from './test-signals.ts'
import { within } from './within.ts'

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))

it('gives what the work gives, and leaves nothing at the signal', async () => {
  const { signal } = new AbortController()
  for (let i = 0; i < 10; i++) expect(await within(signal, 60_000, async () => i)).toBe(i)
  await expect(within(signal, 60_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(within(signal, 1, untilAborted)).rejects.toThrow('time ran out')
  expect(hangingOn(signal)).toEqual({ listeners: 0, dependants: 0 })
})

it('aborts the work with the signal, and with its reason', async () => {
  const cancel = new AbortController()
  const working = within(cancel.signal, 60_000, untilAborted)
  cancel.abort(new Error('stopped by a person'))
  await expect(working).rejects.toThrow('stopped by a person')
  await expect(within(cancel.signal, 60_000, async (signal) => signal.aborted)).resolves.toBe(true)
  expect(hangingOn(cancel.signal)).toEqual({ listeners: 0, dependants: 0 })
})
