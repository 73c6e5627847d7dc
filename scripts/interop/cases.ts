/** What the clients read and write in the simulator's `clients` tags: in the words of each client, with values for both. */

import type { SimTag } from '#main/plcs/simulator/program'
import { pycomm3Tags } from '#main/plcs/simulator/pycomm3-program'
import type { SimType } from '#main/plcs/simulator/types'
import type { TagValue } from '#shared/value'

/** One read, one write, or both, of one thing. */
export interface Case {
  readonly feature: string
  /** As the client writes it. */
  readonly tag: string
  /** Elements asked for; 0 of a scalar. */
  readonly count: number
  /** Where it stands in the simulator. */
  readonly address: string
  /** What the simulator holds before the client reads; null: it does not read. */
  readonly initial: TagValue | null
  /** What the client writes and must read back; null: it does not write. */
  readonly written: TagValue | null
  /** Bits of a floating point number. */
  readonly bits: 32 | 64
  /** Also read and written together with all others of this kind. */
  readonly packed: boolean
}

const most64 = 9_223_372_036_854_775_807n
const least64 = -9_223_372_036_854_775_808n
const text82 = 'Bottle line two, shift three: eighty-two characters are what a STRING holds, full.'

/** Two values of each type, at its limits where it has any. */
const twoValues = {
  BOOL: [true, false],
  SINT: [-128, 127],
  INT: [-32_768, 32_767],
  DINT: [-2_147_483_648, 2_147_483_647],
  LINT: [least64, most64],
  REAL: [-1.5, 0.1],
  STRING: ['ready', text82.slice(0, 82)],
} as const
type Leaf = keyof typeof twoValues
const leaves = Object.keys(twoValues) as Leaf[]
const integers = ['SINT', 'INT', 'DINT', 'LINT'] as const

type Values = Pick<Case, 'initial' | 'written'>
type Options = Partial<Pick<Case, 'count' | 'address' | 'bits' | 'packed'>>

const one = (feature: string, tag: string, values: Values, options: Options = {}): Case => ({
  feature,
  tag,
  count: 0,
  address: tag,
  bits: 32,
  packed: false,
  ...values,
  ...options,
})
const two = (type: Leaf): Values => ({ initial: twoValues[type][0], written: twoValues[type][1] })

/** Bits of words, of array elements and of members, elements of BOOL arrays and packed BOOL members. */
const bits: readonly Case[] = [
  'BaseBITS.0',
  'BaseBITS.31',
  'BaseBITSArray[5].7',
  'BaseBOOLArray[0]',
  'BaseBOOLArray[37]',
  'UDTBasic.b_BITS.31',
  'UDTArray.b_BITS[31].31',
  'UDTArray.b_BOOL[31]',
  'UDTBasic.b_BOOL',
  'Packed.Flag9',
  'Packed.Ready',
  'Program:MainProgram.pBaseBITS.3',
].map((tag) => one('bits', tag, two('BOOL'), { packed: true }))

/** pycomm3's own tests: every `read_…` tag is read, every `write_…` tag written with the value of the first. */
export function pycomm3Cases(): Case[] {
  const tags = pycomm3Tags()
  const own = tags.flatMap((tag): Case[] => {
    if (!/^(Program:pycomm3\.)?read_/.test(tag.name)) return []
    const { feature, suffix, count, value } = shape(tag)
    const writes = tag.name.replace('read_', 'write_')
    const options = { count, packed: count === 0 }
    return [
      one(feature, tag.name + suffix, { initial: value, written: null }, { ...options, address: tag.name }),
      one(feature, writes + suffix, { initial: null, written: value }, { ...options, address: writes }),
    ]
  })
  const slices: Case[] = [
    one(
      'arrays',
      'read_sint_ary1[5]',
      { initial: Array.from({ length: 10 }, (_, i) => i + 5), written: null },
      { count: 10 },
    ),
    one('arrays', 'read_int_ary1[1]', { initial: [10, 20, 30], written: null }, { count: 3 }),
    one('arrays', 'read_lint_ary1[3]', { initial: least64, written: null }),
    one('arrays', 'read_dint_ary1[29]', { initial: 2_900, written: null }),
    one('strings', 'read_str_ary1[9]', { initial: '123', written: null }),
    one('structures', 'read_nested_udt1.udt_ary2[1].reals[1]', { initial: 88.8888, written: null }),
    one('structures', 'UDTCombinedArray[9].c_Array.b_LINT[31]', two('LINT'), { packed: true }),
    one('structures', 'BaseTimerArray[31].ACC', { initial: 6, written: 11_000 }, { packed: true }),
  ]
  const table = Array.from({ length: 2_000 }, (_, i) => i / 2 - 250)
  const fragments: Case[] = [
    one('fragments', 'LongTable', { initial: table, written: [...table].reverse() }, { count: 2_000 }),
    one('fragments', 'YugeArray', yuge, { count: 60_000 }),
  ]
  const wide = one(
    'atomics',
    'Counter64',
    { initial: 12_345_678.901_234_5, written: 1 / 3 },
    { bits: 64, packed: true },
  )
  return [...own, ...slices, ...bits, wide, ...fragments]
}

const yuge: Values = {
  initial: Array.from({ length: 60_000 }, (_, i) => i * 7 - 100_000),
  written: Array.from({ length: 60_000 }, (_, i) => 2_147_483_647 - i),
}

/** pylogix's own tests: the limits of each type, alone, in arrays, in structures and arrays of structures. */
export function pylogixCases(): Case[] {
  const scopes = ['', 'Program:MainProgram.p']
  const packed = { packed: true }
  return [
    ...scopes.flatMap((scope) => leaves.map((type) => one(featureOf(type), `${scope}Base${type}`, two(type), packed))),
    ...scopes.flatMap((scope) =>
      leaves.flatMap((type) =>
        [0, 31].map((index) => one('arrays', `${scope}Base${type}Array[${index}]`, two(type), packed)),
      ),
    ),
    ...scopes.flatMap((scope) =>
      integers.map((type) => wholeArray(`${scope}Base${type}Array`, type, scope === '' ? 128 : 32)),
    ),
    ...scopes.flatMap((scope) => structureMembers(scope)),
    one('structures', 'BaseTimer.PRE', { initial: 5, written: 12_000 }, packed),
    one('structures', 'BaseTimerArray[31].ACC', { initial: 6, written: 11_000 }, packed),
    one('structures', 'BaseCOUNTER.ACC', { initial: -6, written: 6 }, packed),
    ...Array.from({ length: 51 }, (_, i) =>
      one('strings', `Str${i}`, { initial: 'x'.repeat(i), written: text82.slice(i) }, packed),
    ),
    ...bits.filter(({ tag }) => tag !== 'BaseBOOLArray[0]' && !tag.startsWith('UDT')),
    one('fragments', 'YugeArray[0]', yuge, { count: 60_000, address: 'YugeArray' }),
  ]
}

function featureOf(type: Leaf): string {
  return type === 'STRING' ? 'strings' : 'atomics'
}

function wholeArray(name: string, type: (typeof integers)[number], length: number): Case {
  const [a, b] = twoValues[type]
  // Elements 0 and 31 are cases of their own, with the same values.
  const values = (first: TagValue, second: TagValue) =>
    Array.from({ length }, (_, i) => (i % 2 === 0 || i === 31 ? first : second))
  return one('arrays', `${name}[0]`, { initial: values(a, b), written: values(b, a) }, { count: length, address: name })
}

/** Every member of the structures: alone, in an array within one, in an array of them, nested. */
function structureMembers(scope: string): Case[] {
  const members = leaves.filter((type) => type !== 'BOOL')
  const places = [
    (type: Leaf) => `${scope}UDTBasic.b_${type}`,
    (type: Leaf) => `${scope}UDTBasicArray[4].b_${type}`,
    (type: Leaf) => `${scope}UDTArray.b_${type}[31]`,
    (type: Leaf) => `${scope}UDTArray2[31].b_${type}[0]`,
    (type: Leaf) => `${scope}UDTCombined.c_Basic.b_${type}`,
    (type: Leaf) => `${scope}UDTCombinedArray[9].c_Array.b_${type}[31]`,
  ]
  return [
    ...places.flatMap((place) => members.map((type) => one('structures', place(type), two(type), { packed: true }))),
    one(
      'structures',
      `${scope}UDTCombinedArray[9].c_Array.b_Timer[31].PRE`,
      { initial: 1, written: 32_000 },
      { packed: true },
    ),
  ]
}

/** How pycomm3 asks for a whole tag. */
function shape(tag: SimTag): { feature: string; suffix: string; count: number; value: TagValue } {
  const value = tag.value ?? 0
  const name = isString(tag.type) ? 'strings' : tag.type.kind === 'struct' ? 'structures' : 'atomics'
  if (tag.dims.length === 0) return { feature: name, suffix: '', count: 0, value }
  const flat = tag.dims.slice(1).reduce<TagValue>((items) => (items as TagValue[]).flat(), value) as TagValue[]
  const suffix = tag.dims.length > 1 ? `[${tag.dims.map(() => 0).join(',')}]` : ''
  return { feature: name === 'strings' ? name : 'arrays', suffix, count: flat.length, value: flat }
}

function isString(type: SimType): boolean {
  return type.kind === 'struct' && type.stringCapacity !== undefined
}
