import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Frame, frameToText, textToFrame } from './frame.ts'

const reply = (value: unknown): Frame => ({ kind: 'reply', id: 1, value })
const through = (value: unknown) => {
  const frame = textToFrame(frameToText(reply(value)))
  return frame?.kind === 'reply' ? frame.value : undefined
}

test('carries 64-bit integers, NaN, infinities and minus zero without losing anything', () => {
  const values = [
    9223372036854775807n,
    -9223372036854775808n,
    0n,
    Number.NaN,
    1 / 0,
    -1 / 0,
    -0,
    0,
    0.1,
    'x',
    true,
    null,
  ]
  expect(through(values)).toEqual(values)
  expect(Object.is((through([-0]) as number[])[0], -0)).toBe(true)
  expect(frameToText(reply(5n))).toBe('{"kind":"reply","id":1,"value":{"$big":"5"}}')
})

test('carries objects that look like its own marks', () => {
  const values = [
    { $big: '5' },
    { $$big: '5' },
    { $num: 'NaN' },
    { $big: 5n },
    { $x: { $y: Number.NaN } },
    { $big: '5', b: 1 },
  ]
  expect(through(values)).toEqual(values)
})

test('gives back every value it was given', () => {
  const key = fc.oneof(fc.string(), fc.constantFrom('$big', '$num', '$$num', '$', '$$'))
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('group'),
    ),
    list: fc.array(tie('any'), { maxLength: 4 }),
    group: fc.dictionary(key, tie('any'), { maxKeys: 3, noNullPrototype: true }),
  })).any
  fc.assert(
    fc.property(value, (given) => void expect(through(given)).toEqual(given)),
    { numRuns: 300 },
  )
})

test('takes nothing for a frame that is none', () => {
  const texts = [
    '',
    '{',
    'null',
    '5',
    '[]',
    '"call"',
    '{}',
    '{"kind":"call"}',
    '{"kind":"call","id":"1","name":"x"}',
    '{"kind":"call","id":1.5,"name":"x"}',
    '{"kind":"call","id":1,"name":5}',
    '{"kind":"other","id":1}',
    `{"kind":"call","id":1,"name":"${'x'.repeat(101)}"}`,
    '{"kind":"event","id":1,"items":5}',
    '['.repeat(200_000),
  ]
  for (const text of texts) expect(textToFrame(text), text.slice(0, 60)).toBeUndefined()
})

test('leaves a broken mark as it is instead of failing', () => {
  const value = [{ $big: 'x' }, { $num: '5' }, { $big: null }]
  expect(textToFrame(`{"kind":"reply","id":1,"value":${JSON.stringify(value)}}`)).toEqual(reply(value))
})

test('does not let a frame change what every object inherits', () => {
  const frame = textToFrame('{"kind":"call","id":1,"name":"x","input":{"__proto__":{"bad":1},"$a":1}}')
  expect(frame?.kind).toBe('call')
  expect(({} as Record<string, unknown>).bad).toBeUndefined()
})
