/** Many tags for benchmarks. */
import { type SimProgram, type SimTag, tag } from './program.ts'

const benchTypes = ['DINT', 'REAL', 'INT', 'BOOL', 'DINT', 'REAL', 'DINT', 'REAL'] as const

/** `count` tags with names of 16 characters (`Bench_Tag_000001` …): half of them DINT and REAL in turn, some INT and BOOL. */
export function benchTags(count: number): SimTag[] {
  return Array.from({ length: count }, (_, i) => tag(benchName(i), benchTypes[i % benchTypes.length] ?? 'DINT'))
}

/** Name of the i-th bench tag. */
export function benchName(i: number): string {
  return `Bench_Tag_${String(i + 1).padStart(6, '0')}`
}

/**
 * A program of `count` bench tags. `changesPerSecond` values move, one tag after the other, so that every tag changes
 * in the course of time.
 */
export function benchProgram(count: number, changesPerSecond = 0): SimProgram {
  const tags = benchTags(count)
  if (changesPerSecond <= 0) return { name: 'Bench', tags }
  return {
    name: 'Bench',
    tags,
    process: {
      periodMs: 50,
      start: ({ get, set }) => {
        let next = 0
        let due = 0
        return (dtMs) => {
          for (due += (changesPerSecond * dtMs) / 1000; due >= 1; due--) {
            const name = benchName(next++ % count)
            const value = get(name)
            set(name, typeof value === 'boolean' ? !value : (Number(value) + 1) % 30_000)
          }
        }
      },
    },
  }
}
