/** Runs the Python programs of this folder: their job goes in as JSON, lines come out. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Longest time a program may take, ms. */
const longestMs = 60_000
/** Longest wait for a server to listen, ms. */
const readyMs = 20_000

export interface Ended {
  readonly code: number | null
  readonly lines: readonly string[]
  /** The end of what it said on standard error. */
  readonly errors: string
}

/** Runs a program to its end; one that takes too long is killed. */
export async function runPython(python: string, file: string, job: string): Promise<Ended> {
  const child = spawn(python, ['-u', join(import.meta.dirname, file)], { stdio: 'pipe' })
  const lines: string[] = []
  const errors = lastOf(child)
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  const timer = setTimeout(() => child.kill('SIGKILL'), longestMs)
  const closed = once(child, 'close')
  child.stdin.on('error', () => {})
  child.stdin.end(job)
  const [code] = await closed
  clearTimeout(timer)
  return { code, lines, errors: errors() }
}

/** Starts a module that serves; resolves when a line fits, rejects with what it said. */
export async function startPython(
  python: string,
  module: string,
  args: readonly string[],
  fits: RegExp,
): Promise<() => Promise<void>> {
  const child = spawn(python, ['-u', '-m', module, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  const errors = lastOf(child)
  const onExit = () => void child.kill('SIGKILL')
  process.once('exit', onExit)
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${module}: not ready after ${readyMs} ms`)), readyMs)
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (fits.test(line)) resolve()
    })
    void closed.then(() => reject(new Error(`${module}: ended: ${errors()}`)))
    void closed.then(() => clearTimeout(timer))
  })
  return async () => {
    process.off('exit', onExit)
    child.kill('SIGKILL')
    await closed
  }
}

function lastOf(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-2_000)
  })
  return () => text.trim()
}
