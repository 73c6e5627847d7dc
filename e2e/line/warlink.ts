/** The built command line, run as an engineer runs it. */
import { spawn } from 'node:child_process'
import { builtCli } from '#scripts/brokers/live'
import { follow, type Listener } from './tools.ts'

/** A run of a command, followed line by line. `code` resolves at its end; null where a signal ended it. */
export interface WarlinkRun extends Listener {
  readonly code: Promise<number | null>
  /** SIGINT. */
  signal(): void
}

export function warlink(...args: string[]): WarlinkRun {
  const child = spawn(process.execPath, [builtCli(), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const code = new Promise<number | null>((resolve) => child.on('close', (ended) => resolve(ended)))
  return { ...follow(child, `warlink ${args.join(' ')}`), code, signal: () => void child.kill('SIGINT') }
}
