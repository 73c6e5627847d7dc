/** A load as plants have it: atomics, structures, strings and arrays mixed. */
import { benchName } from './bench-program.ts'
import { type SimProgram, type SimTag, type TagAccess, tag } from './program.ts'
import { type TypeSpec, udt } from './types.ts'

const motor = udt('Motor', {
  Running: 'BOOL',
  Faulted: 'BOOL',
  Ready: 'BOOL',
  State: 'INT',
  Speed: 'REAL',
  SpeedSetpoint: 'REAL',
  Current: 'REAL',
  Starts: 'DINT',
  Hours: 'LREAL',
})
const valve = udt('Valve', { IsOpen: 'BOOL', IsClosed: 'BOOL', Position: 'REAL', Drive: motor })

/** Of ten tags six are atomic, two are structures (one of them nested), one is a STRING and one an array. */
const kinds: readonly (readonly [type: TypeSpec, dims: readonly number[], moves: string])[] = [
  ['DINT', [], ''],
  ['REAL', [], ''],
  [motor, [], '.Speed'],
  ['BOOL', [], ''],
  ['DINT', [], ''],
  ['STRING', [], ''],
  ['INT', [], ''],
  [valve, [], '.Drive.Starts'],
  ['LREAL', [], ''],
  ['REAL', [10], '[3]'],
]
const kindOf = (i: number) => kinds[i % kinds.length] as (typeof kinds)[number]

/** A program of `count` tags of mixed types, `Bench_Tag_000001` …; `changesPerSecond` of them move, one after the other. */
export function benchUdtProgram(count: number, changesPerSecond = 0): SimProgram {
  const tags = Array.from({ length: count }, (_, i): SimTag => tag(benchName(i), kindOf(i)[0], kindOf(i)[1]))
  if (changesPerSecond <= 0) return { name: 'BenchUdt', tags }
  return {
    name: 'BenchUdt',
    tags,
    process: {
      periodMs: 50,
      start: (access) => {
        let next = 0
        let due = 0
        return (dtMs) => {
          for (due += (changesPerSecond * dtMs) / 1000; due >= 1; due--) {
            const i = next++ % count
            move(access, `${benchName(i)}${kindOf(i)[2]}`)
          }
        }
      },
    },
  }
}

function move({ get, set }: TagAccess, address: string): void {
  const value = get(address)
  if (typeof value === 'boolean') set(address, !value)
  else if (typeof value === 'string') set(address, `part ${(Number(value.slice(5)) + 1) % 30_000}`)
  else set(address, (Number(value) + 1) % 30_000)
}
