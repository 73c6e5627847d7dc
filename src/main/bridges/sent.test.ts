import { expect, test } from 'vitest'
import { createSentMemory } from './sent.ts'

test('knows what was sent, by address and payload, as text and as bytes', () => {
  const sent = createSentMemory()
  sent.note('a/P/health', '{"Größe":1}')
  expect(sent.has('a/P/health', '{"Größe":1}')).toBe(true)
  expect(sent.has('a/P/health', Buffer.from('{"Größe":1}'))).toBe(true)
  expect(sent.has('a/Q/health', '{"Größe":1}')).toBe(false)
  expect(sent.has('a/P/health', '{"Größe":2}')).toBe(false)
  expect(sent.has('a/P/health{', '"Größe":1}')).toBe(false)
})

test('knows a message for at least a minute of sending, and forgets it after', () => {
  let ms = 0
  const sent = createSentMemory(() => ms)
  sent.note('x', 'first')
  for (ms = 1_000; ms <= 60_000; ms += 1_000) {
    sent.note('x', String(ms))
    expect(sent.has('x', 'first')).toBe(true)
  }
  for (; ms <= 80_000; ms += 1_000) sent.note('x', String(ms))
  expect(sent.has('x', 'first')).toBe(false)
})

test('forgets nothing while the process stood still: what it sent before comes back only then', () => {
  let ms = 0
  const sent = createSentMemory(() => ms)
  sent.note('x', 'before')
  ms = 3_600_000
  sent.note('x', 'after')
  expect(sent.has('x', 'before')).toBe(true)
})

test('keeps at most 140,000 messages', () => {
  const sent = createSentMemory(() => 0)
  for (let i = 0; i < 140_001; i++) sent.note('x', String(i))
  expect([sent.has('x', '0'), sent.has('x', '20000'), sent.has('x', '140000')]).toEqual([false, true, true])
})
