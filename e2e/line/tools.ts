/** The third-party programs of the guide, run as an engineer runs them. */
import { type ChildProcess, spawn } from 'node:child_process'

/** Runs a program to its end and gives its standard output. Rejects with what it said on failure. */
export function run(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(out)
      else reject(new Error(`${program} ${args.join(' ')}: exit ${code}\n${err}${out}`))
    })
    // A program that does not read its input closes it as it ends.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

/** A program that listens: its lines so far, and a way to wait for one. */
export interface Listener {
  readonly lines: readonly string[]
  /** Resolves with the first line, from the beginning, that fits; rejects after `ms` with all that came. */
  line(fits: (line: string) => boolean, ms?: number): Promise<string>
  stop(): Promise<void>
}

/** Starts a program whose output is read line by line. */
export function listen(program: string, args: readonly string[]): Listener {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  return follow(child, `${program} ${args.join(' ')}`)
}

/** Follows what a process prints, on both channels. */
export function follow(child: ChildProcess, title: string): Listener {
  const lines: string[] = []
  const wakers = new Set<() => void>()
  let rest = ''
  const take = (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    for (const wake of [...wakers]) wake()
  }
  child.stdout?.on('data', take)
  child.stderr?.on('data', take)
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve())
    child.on('error', () => resolve())
  })
  return {
    lines,
    line: (fits, ms = 15_000) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(fits)
          if (found === undefined) return
          clearTimeout(timer)
          wakers.delete(look)
          resolve(found)
        }
        const timer = setTimeout(() => {
          wakers.delete(look)
          reject(
            new Error(`${title}: the line did not come within ${ms} ms. It printed:\n${lines.slice(-60).join('\n')}`),
          )
        }, ms)
        wakers.add(look)
        look()
      }),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await ended
    },
  }
}

/** Resolves when `condition` holds; rejects after `ms`, saying what never happened. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  ms = 15_000,
  everyMs = 20,
): Promise<void> {
  const end = Date.now() + ms
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`never happened within ${ms} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
