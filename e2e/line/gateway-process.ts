/** A gateway as an engineer starts it: the built command line in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { follow, type Listener } from './tools.ts'

/** Gateways that run: none outlives a test that is broken off. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
const cli = resolve(import.meta.dirname, '../../out/main/cli.js')

export interface GatewayProcess extends Listener {
  readonly pid: number
  /** The configuration file in its own folder. */
  readonly configPath: string
  /** SIGTERM; resolves with the exit code and the ms it took. */
  end(): Promise<{ readonly code: number | null; readonly ms: number }>
  /** SIGKILL. */
  kill(): Promise<void>
  signal(signal: NodeJS.Signals): void
}

/** A folder of its own with the configuration in it; removed by `remove`. */
export async function configFolder(
  text: string,
): Promise<{ readonly path: string; write(text: string): Promise<void>; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  const path = join(folder, 'config.yaml')
  const write = (next: string) => writeFile(path, next)
  await write(text)
  return { path, write, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Starts `warlink --config FILE …`. */
export function startGatewayProcess(configPath: string, args: readonly string[] = []): GatewayProcess {
  const child = spawn(process.execPath, [cli, '--config', configPath, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const listener = follow(child, `warlink --config ${configPath}`)
  const closed = new Promise<number | null>((done) => child.on('close', (code) => done(code)))
  return {
    ...listener,
    pid: child.pid ?? 0,
    configPath,
    signal: (signal) => void child.kill(signal),
    end: async () => {
      const begun = performance.now()
      child.kill('SIGTERM')
      const code = await closed
      return { code, ms: performance.now() - begun }
    },
    kill: async () => {
      child.kill('SIGKILL')
      await closed
    },
  }
}
