/** What all benchmarks share: rounds, medians, percentiles, processes beside the measured one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

/** One figure of a benchmark. `must` is the goal of the design, where there is one. */
export interface Row {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** How the goal is met: at least, or at most, `limit`. */
  readonly must?: { readonly is: 'at least' | 'at most'; readonly limit: number }
}

export type Benchmark = (options: { readonly rounds: number; say(text: string): void }) => Promise<readonly Row[]>

export function median(values: readonly number[]): number {
  return percentile(values, 50)
}

/** The value below which `percent` of the values are; NaN where there are none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN
}

/** Runs the same measurement several times and gives the median. */
export async function medianOf(rounds: number, measure: () => Promise<number>): Promise<number> {
  const values: number[] = []
  for (let round = 0; round < rounds; round++) values.push(await measure())
  return median(values)
}

/** A process started for a benchmark, with the first line it printed that was waited for. */
export interface Beside {
  readonly child: ChildProcess
  readonly pid: number
  readonly line: string
  /** Writes a line to its standard input. */
  tell(line: string): void
  /** The last lines it printed, for who has to say what went wrong. */
  said(): string
  /** Throws where it has ended by itself. */
  check(): void
  /** Ends it in good order; one that does not end is killed, and then this rejects with what it said. */
  stop(): Promise<void>
}

export interface CliOptions {
  /** Options of Node itself. */
  readonly execArgv?: readonly string[]
  /** Hears every line, also later. */
  onLine?(line: string): void
}

/** Of the project: two folders above this file, in the sources and in the bundle. */
export const root = resolve(import.meta.dirname, '../..')
/** Longest wait for a process to say that it is ready, ms. */
const readyMs = 90_000
/** Longest wait for one to end, ms: a gateway takes two seconds for its last messages. */
const endMs = 20_000
const keptLines = 20

/** Starts `warlink …` of the built checkout beside the benchmark, and waits until for each of `fits` a line came. */
export function startCli(
  args: readonly string[],
  fits: RegExp | readonly RegExp[],
  { execArgv = [], onLine }: CliOptions = {},
): Promise<Beside> {
  const child = spawn(process.execPath, [...execArgv, resolve(root, 'out/main/cli.js'), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // It may end while a line is on its way.
  child.stdin.on('error', () => {})
  const wanted = [fits].flat()
  const found = new Map<RegExp, string>()
  const last: string[] = []
  const ended = new Promise<void>((resolveEnd) => child.on('close', () => resolveEnd()))
  const said = () => last.join('\n')
  let stopping = false
  const stop = async () => {
    stopping = true
    child.kill('SIGTERM')
    const inTime = await Promise.race([ended.then(() => true), sleep(endMs).then(() => false)])
    if (inTime) return
    child.kill('SIGKILL')
    await ended
    throw new Error(`warlink ${args.join(' ')}: did not end within ${endMs / 1000} s. It said last:\n${said()}`)
  }
  const check = () => {
    if (stopping || (child.exitCode === null && child.signalCode === null)) return
    const how = child.signalCode ?? `exit code ${child.exitCode}`
    throw new Error(`warlink ${args.join(' ')}: ended by itself, ${how}. It said last:\n${said()}`)
  }
  return new Promise((done, fail) => {
    const why = (text: string) => new Error(`warlink ${args.join(' ')}: ${text}. It said last:\n${said()}`)
    const timer = setTimeout(() => {
      fail(why(`not ready after ${readyMs / 1000} s`))
      stop().catch(() => {})
    }, readyMs)
    const take = (line: string) => {
      onLine?.(line)
      last.push(line)
      if (last.length > keptLines) last.shift()
      if (found.size === wanted.length) return
      for (const pattern of wanted) if (!found.has(pattern) && pattern.test(line)) found.set(pattern, line)
      if (found.size < wanted.length) return
      clearTimeout(timer)
      const tell = (text: string) => void child.stdin.write(`${text}\n`)
      done({ child, pid: child.pid ?? 0, line: found.get(wanted[0] as RegExp) ?? '', tell, said, check, stop })
    }
    for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', take)
    child.on('close', (code) => {
      clearTimeout(timer)
      fail(why(`ended with ${code}`))
    })
  })
}

/** Resolves after `ms`. */
export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}

/** Resolves when `condition` holds; rejects after `ms`, saying what never happened, as `what` tells it then. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
  ms = 30_000,
): Promise<void> {
  const end = performance.now() + ms
  while (!(await condition())) {
    if (performance.now() > end)
      throw new Error(`never happened within ${ms / 1000} s: ${typeof what === 'string' ? what : what()}`)
    await sleep(10)
  }
}
