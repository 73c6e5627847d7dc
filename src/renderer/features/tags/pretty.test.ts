import { expect, test } from 'vitest'
import { prettyJson } from './pretty.ts'

test('every digit and every character of a string stays', () => {
  expect(prettyJson('{"a":9007199254740993,"b":["x,{y}\\"",1.50],"c":{}}')).toBe(
    '{\n  "a": 9007199254740993,\n  "b": [\n    "x,{y}\\"",\n    1.50\n  ],\n  "c": {}\n}',
  )
})

test('a text that was cut is shown as far as it goes', () => {
  expect(prettyJson('[1,2,"ab')).toBe('[\n  1,\n  2,\n  "ab')
})
