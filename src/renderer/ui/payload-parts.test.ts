import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from '#shared/value'
import { payloadParts, pretty } from './payload-parts.ts'

const whole = (text: string, namespace?: string) =>
  payloadParts(text, namespace)
    .map((part) => part.text)
    .join('')

test('keeps every digit, and every letter of what is no JSON', () => {
  expect(pretty('{"value":9007199254740993,"x":1.50}')).toBe('{\n  "value": 9007199254740993,\n  "x": 1.50\n}')
  expect(whole('not { json')).toBe('not { json')
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(parseJson(pretty(json) ?? '')).toEqual(parseJson(json))
      expect(whole(json, 'a')).toBe(pretty(json))
    }),
  )
})

test('marks the namespace where a message says whose it is, and nowhere else', () => {
  const parts = payloadParts('{"topic":"factory-a/line1","plc":"factory-a","tag":"topic"}', 'factory-a')
  expect(parts.filter(({ kind }) => kind === 'namespace').map(({ at }) => at)).toEqual([14])
  const foreign = payloadParts('{"topic":"factory-ab","plc":"P"}', 'factory-a')
  expect(foreign.some(({ kind }) => kind === 'namespace')).toBe(false)
})

test('lists of numbers stay on one line', () => {
  expect(pretty('[1,2,[3]]')).toBe('[\n  1,\n  2,\n  [3]\n]')
  expect(pretty('{"a":[1,2.0],"b":{}}')).toBe('{\n  "a": [1, 2.0],\n  "b": {}\n}')
})

test('what would stop the window is shown as it is', () => {
  const long = `"${'x'.repeat(70_000)}"`
  expect(pretty(long)).toBeUndefined()
  expect(payloadParts(long)).toEqual([{ kind: 'text', text: long, at: 0 }])
})
