/**
 * The tags that pycomm3's own tests against a controller name, with the values they expect there: `read_…`, `write_…`
 * and the same in `Program:pycomm3` (`read_prog_…`, `write_prog_…`). Texts are ours, of the same lengths.
 */
import type { TagValue } from '#shared/value'
import { type SimTag, tag } from './program.ts'
import { stringType, type TypeSpec, udt } from './types.ts'

const atomicUdt = udt('pycomm3_AtomicUDT', {
  bool: 'BOOL',
  sint: 'SINT',
  int: 'INT',
  dint: 'DINT',
  lint: 'LINT',
  real: 'REAL',
})
const arrayUdt = udt('pycomm3_AtomicArrayUDT', {
  bools: 'BOOL[64]',
  sints: 'SINT[8]',
  ints: 'INT[4]',
  dints: 'DINT[10]',
  lints: 'LINT[4]',
  reals: 'REAL[10]',
})
const nestedUdt = udt('pycomm3_NestedUDT', {
  udt1: atomicUdt,
  udt_ary1: [atomicUdt, 5],
  udt2: arrayUdt,
  udt_ary2: [arrayUdt, 5],
  str1: 'STRING',
  str_ary1: ['STRING', 5],
})
const string20 = stringType('STRING20', 20)
const string480 = stringType('STRING480', 480)

const most64 = 9_223_372_036_854_775_807n
const least64 = -9_223_372_036_854_775_808n

const fullText = (length: number) => 'The filling line takes another two hundred bottles. '.repeat(10).slice(0, length)
const text82 = fullText(82)
const text480 = fullText(480)
const text20 = fullText(20)
/** The printable characters of Latin-1 above ASCII that every client passes on. */
const symbols = '¡¢£¤¥¦¨§©ª«¬­®¯¯±²³´µ¶·¸¹º»¼½¾¿'

const filled = { bool: true, sint: -1, int: 1, dint: 10, lint: 100, real: 1000.009 }
const empty = { bool: false, sint: 0, int: 0, dint: 0, lint: 0, real: 0 }
const at = (length: number, places: { readonly [index: number]: TagValue }, rest: TagValue = 0): TagValue[] =>
  Array.from({ length }, (_, i) => places[i] ?? rest)
const filledArrays = {
  bools: at(64, { 5: true }, false),
  sints: at(8, { 2: -2 }),
  ints: at(4, { 3: 2 }),
  dints: at(10, { 8: 4 }),
  lints: at(4, { 2: 100 }),
  reals: at(10, { 1: 88.8888 }),
}
const emptyArrays = {
  bools: at(64, {}, false),
  sints: at(8, {}),
  ints: at(4, {}),
  dints: at(10, {}),
  lints: at(4, {}),
  reals: at(10, {}),
}
const setBits = new Set([0, 6, 11, 17, 22, 25, 31])

/** Name behind the prefix, type, lengths, value. */
const base: readonly (readonly [name: string, type: TypeSpec, dims: readonly number[], value: TagValue])[] = [
  ...(
    [
      ['sint', 'SINT', -128, 127],
      ['int', 'INT', -32_768, 32_767],
      ['dint', 'DINT', -2_147_483_648, 2_147_483_647],
      ['lint', 'LINT', least64, most64],
    ] as const
  ).flatMap(([name, type, min, max]) => [
    [`_${name}1`, type, [], 0] as const,
    [`_${name}2`, type, [], 100] as const,
    [`_${name}_max`, type, [], max] as const,
    [`_${name}_min`, type, [], min] as const,
  ]),
  ['_real1', 'REAL', [], 0],
  ['_real2', 'REAL', [], 100],
  ['_real_max1', 'REAL', [], 3.40282306e38],
  ['_real_min1', 'REAL', [], -3.40282306e38],
  ['_real_max2', 'REAL', [], 1.17549435e-38],
  ['_real_min2', 'REAL', [], -1.17549435e-38],
  ['_bool1', 'BOOL', [], false],
  ['_bool2', 'BOOL', [], true],
  ['_sint_ary1', 'SINT', [20], Array.from({ length: 20 }, (_, i) => i)],
  ['_int_ary1', 'INT', [25], Array.from({ length: 25 }, (_, i) => i * 10)],
  ['_dint_ary1', 'DINT', [30], Array.from({ length: 30 }, (_, i) => i * 100)],
  ['_lint_ary1', 'LINT', [10], at(10, { 1: 100, 2: most64, 3: least64 })],
  ['_real_ary1', 'REAL', [20], Array.from({ length: 20 }, (_, i) => i * 100.1234)],
  ['_bool_ary1', 'BOOL', [96], Array.from({ length: 96 }, (_, i) => setBits.has(i) || i >= 64)],
  ['_dint_2d_ary1', 'DINT', [5, 5], Array.from({ length: 5 }, () => at(5, {}))],
  ['_dint_3d_ary1', 'DINT', [3, 3, 3], Array.from({ length: 3 }, () => Array.from({ length: 3 }, () => at(3, {})))],
  ['_udt1', atomicUdt, [], filled],
  ['_udt2', arrayUdt, [], filledArrays],
  [
    '_nested_udt1',
    nestedUdt,
    [],
    {
      udt1: filled,
      udt_ary1: at(5, { 2: filled }, empty),
      udt2: filledArrays,
      udt_ary2: at(5, { 1: filledArrays }, emptyArrays),
      str1: text82,
      str_ary1: at(5, {}, ''),
    },
  ],
  ['_str1', 'STRING', [], 'A normal built-in string type'],
  ['_str2', 'STRING', [], ''],
  ['_str3', 'STRING', [], text82],
  ['_str20_1', string20, [], 'A shorter string'],
  ['_str20_2', string20, [], ''],
  ['_str20_3', string20, [], text20],
  ['_str480_1', string480, [], 'A longer string with up to 480 characters.'],
  ['_str480_2', string480, [], ''],
  ['_str480_3', string480, [], text480],
  ['_str_symbols', 'STRING', [], symbols],
  [
    '_str_ary1',
    'STRING',
    [10],
    at(10, { 1: text82, 4: 'A normal built-in string type', 6: 'A', 7: 'B', 8: 'C', 9: '123' }, ''),
  ],
  ['_str480_ary1', string480, [4], at(4, { 1: text480, 3: text20 }, '')],
]

/** The `read_…` tags hold what the tests expect; the `write_…` tags begin with zeros, so that a write shows. */
export function pycomm3Tags(): SimTag[] {
  return ['', 'prog'].flatMap((scope) =>
    base.flatMap(([name, type, dims, value]) => {
      const full = (kind: string) => (scope === '' ? `${kind}${name}` : `Program:pycomm3.${kind}_prog${name}`)
      return [tag(full('read'), type, dims, { value }), tag(full('write'), type, dims)]
    }),
  )
}
