/** The tags that pylogix's own tests against a controller name, in the controller's scope and in `Program:MainProgram`. */
import { type SimTag, tag } from './program.ts'
import { type TypeSpec, udt } from './types.ts'

const basic = udt('Basic', {
  b_BOOL: 'BOOL',
  b_BITS: 'DINT',
  b_SINT: 'SINT',
  b_INT: 'INT',
  b_DINT: 'DINT',
  b_LINT: 'LINT',
  b_REAL: 'REAL',
  b_STRING: 'STRING',
  b_Timer: 'TIMER',
})
const arrays = udt('Arrays', {
  b_BOOL: 'BOOL[32]',
  b_BITS: 'DINT[32]',
  b_SINT: 'SINT[32]',
  b_INT: 'INT[32]',
  b_DINT: 'DINT[32]',
  b_LINT: 'LINT[32]',
  b_REAL: 'REAL[32]',
  b_STRING: ['STRING', 32],
  b_Timer: ['TIMER', 32],
})
const combined = udt('combined', { c_Array: arrays, c_Basic: basic })

const both: readonly (readonly [name: string, type: TypeSpec])[] = [
  ['BaseBITS', 'DINT'],
  ['BaseBOOL', 'BOOL'],
  ['BaseDINT', 'DINT'],
  ['BaseINT', 'INT'],
  ['BaseLINT', 'LINT'],
  ['BaseREAL', 'REAL'],
  ['BaseSINT', 'SINT'],
  ['BaseSTRING', 'STRING'],
]

/** `length` elements in the controller's scope are 128, in the program's 32. */
function scope(prefix: string, length: number): SimTag[] {
  return [
    ...both.flatMap(([name, type]) => [tag(`${prefix}${name}`, type), tag(`${prefix}${name}Array`, type, [length])]),
    tag(`${prefix}BaseTimer`, 'TIMER'),
    tag(`${prefix}BaseTimerArray`, 'TIMER', [32]),
    tag(`${prefix}UDTBasic`, basic),
    tag(`${prefix}UDTBasicArray`, basic, [length === 128 ? 5 : 32]),
    tag(`${prefix}UDTArray`, arrays),
    tag(`${prefix}UDTArray2`, arrays, [32]),
    tag(`${prefix}UDTCombined`, combined),
    tag(`${prefix}UDTCombinedArray`, combined, [32]),
  ]
}

/** All of them; `YugeArray` of 60,000 DINT is the one that needs many packets. */
export function pylogixTags(): SimTag[] {
  return [
    ...scope('', 128),
    tag('BaseCOUNTER', 'COUNTER'),
    tag('ReadOnly', 'DINT', [], { access: 'read-only' }),
    tag('YugeArray', 'DINT', [60_000]),
    tag('Nemesis', 'DINT', [64]),
    ...Array.from({ length: 51 }, (_, i) => tag(`Str${i}`, 'STRING')),
    ...scope('Program:MainProgram.p', 32),
    tag('Program:MainProgram.pMultiDim', 'DINT', [5, 5, 5]),
  ]
}
