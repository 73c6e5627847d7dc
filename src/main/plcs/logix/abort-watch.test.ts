import { expect, it, vi } from 'vitest'
import { abortWatch } from './abort-watch.ts'

it('one listener hears for all requests of a signal, and goes with the last of them', () => {
  const { signal, abort } = signalOf()
  const added = vi.spyOn(signal, 'addEventListener')
  const removed = vi.spyOn(signal, 'removeEventListener')
  const watch = abortWatch()
  const calls: string[] = []
  const [first, second, third] = ['first', 'second', 'third'].map((name) => () => void calls.push(name))
  watch.hear(signal, first as () => void)
  watch.hear(signal, second as () => void)
  watch.forget(signal, first as () => void)
  expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 0])
  watch.forget(signal, second as () => void)
  watch.forget(signal, second as () => void)
  expect(removed.mock.calls.length).toBe(1)
  watch.hear(signal, third as () => void)
  abort()
  expect(calls).toEqual(['third'])
})

it('all are told once when the signal aborts, also where one stops hearing meanwhile', () => {
  const { signal, abort } = signalOf()
  const watch = abortWatch()
  let calls = 0
  const second = () => void calls++
  const first = () => {
    calls++
    watch.forget(signal, first)
  }
  watch.hear(signal, first)
  watch.hear(signal, second)
  abort()
  expect(calls).toBe(2)
})

function signalOf() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
