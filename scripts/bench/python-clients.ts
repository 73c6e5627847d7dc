/** pycomm3 and pylogix beside the driver, each in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from './measure.ts'

export interface OtherClient {
  /** Reads everything for `ms`, at least once, and gives tags per second. */
  measure(ms: number): Promise<number>
  stop(): Promise<void>
}

/** Connects a client and lets it read everything once. Rejects with what it said where that fails. */
export async function openOtherClient(
  python: string,
  client: 'pycomm3' | 'pylogix',
  port: number,
  tags: readonly (readonly [name: string, elements: number])[],
): Promise<OtherClient> {
  const child = spawn(python, ['-u', join(root, 'scripts/bench/python_clients.py')], { stdio: 'pipe' })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2_000)
  })
  child.stdin.on('error', () => {})
  const ended = once(child, 'close')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${client}: ended: ${errors.trim()}`)
    return value
  }
  child.stdin.write(`${JSON.stringify({ client, port, tags })}\n`)
  while ((await next()) !== 'ready');
  return {
    measure: async (ms) => {
      child.stdin.write(`measure ${ms}\n`)
      return Number(await next())
    },
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
