/** What the test suites of other clients expect of a controller, and a fixed value or two for what they don't name. */
import { type SimProgram, tag } from './program.ts'
import { pycomm3Tags } from './pycomm3-program.ts'
import { pylogixTags } from './pylogix-program.ts'
import { udt } from './types.ts'

/** Limits and odd shapes beside the tags of pycomm3's and pylogix's own suites. */
export function clientsProgram(): SimProgram {
  const packed = udt('Packed', {
    ...Object.fromEntries(Array.from({ length: 19 }, (_, i) => [`Flag${i}`, 'BOOL' as const])),
    Level: 'INT',
    Ready: 'BOOL',
    Total: 'LINT',
    Faulted: 'BOOL',
  })
  return {
    name: 'Clients',
    tags: [
      ...pycomm3Tags(),
      ...pylogixTags(),
      tag('Packed', packed, [], {
        value: { Flag0: true, Flag8: true, Flag18: true, Level: -2, Total: 5, Faulted: true },
      }),
      tag('LongTable', 'REAL', [2_000], { value: Array.from({ length: 2_000 }, (_, i) => i / 2 - 250) }),
      tag('Counter64', 'LREAL', [], { value: 12_345_678.901_234_5 }),
      tag('Done', 'COUNTER', [], { value: { PRE: 500, ACC: 12, DN: true } }),
    ],
  }
}
