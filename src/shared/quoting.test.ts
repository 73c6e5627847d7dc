import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quoted, shellProofJson } from './quoting.ts'
import { cmdArguments } from './test-cmd-prompt.ts'
import { parseJson } from './value.ts'

const character = fc.oneof(
  fc.constantFrom(...`"'\\\`$&|<>^()%! ;*?~#`, 'é', '€', '\t'),
  fc.string({ minLength: 1, maxLength: 1 }),
)
const anyText = fc.array(character, { maxLength: 12 }).map((parts) => parts.join(''))
const printable = anyText.filter((text) => !/\0/.test(text))
const oneLine = printable.filter((text) => !/[\r\n]/.test(text))

test('a POSIX shell hands every argument to the program as it is', () => {
  fc.assert(
    fc.property(fc.array(printable, { minLength: 1, maxLength: 20 }), (texts) => {
      const words = texts.map((text) => quoted(text, 'posix') ?? '')
      const out = execFileSync('sh', ['-c', `printf '%s\\0' ${words.join(' ')}`], { encoding: 'utf8' })
      expect(out.split('\0').slice(0, -1)).toEqual(texts)
    }),
    { numRuns: 40 },
  )
})

test('the Windows prompt hands every argument to the program as it is', () => {
  fc.assert(
    fc.property(fc.array(oneLine, { minLength: 1, maxLength: 4 }), (texts) => {
      const words = texts.map((text) => quoted(text, 'cmd') ?? '')
      expect(cmdArguments(words.join(' '))).toEqual(texts)
    }),
    { numRuns: 2_000 },
  )
})

test('says so where a shell can not pass a text on', () => {
  expect(quoted('two\nlines', 'cmd')).toBeUndefined()
  expect(quoted('nul\0', 'posix')).toBeUndefined()
  expect(quoted('two\nlines', 'posix')).toBe("'two\nlines'")
})

test('simple words stay without quotes, so that a line can be read', () => {
  expect(quoted('factory-a/Main/write', 'posix')).toBe('factory-a/Main/write')
  expect(quoted('factory-a/Main PLC/write', 'posix')).toBe("'factory-a/Main PLC/write'")
  expect(quoted('factory-a/Main PLC/write', 'cmd')).toBe('"factory-a/Main PLC/write"')
  expect(quoted('{"plc":"Main PLC"}', 'cmd')).toBe('"{\\"plc\\":\\"Main PLC\\"}"')
})

test('shell-proof JSON has the same value and nothing that a prompt takes for itself', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const proof = shellProofJson(json)
      expect(parseJson(proof)).toEqual(parseJson(json))
      expect(proof).toMatch(/^[\x20-\x7e]*$/)
      expect(proof).not.toMatch(/[&|<>^%!'`]|\\"/)
    }),
  )
})
