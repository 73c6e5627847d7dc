/**
 * Runs a real server for tests: a program comes in, out comes a handle that can kill, freeze and restart it on the same
 * port. Everything it leaves (process, folder) is gone when this process ends, however it ends.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A server that is running, or was. */
export interface Server {
  readonly port: number
  /** Port with TLS, where the server was started with certificates. */
  readonly tlsPort?: number
  /** Of the running process; 0 while none runs. */
  readonly pid: number
  /** Its configuration and data. */
  readonly dir: string
  /** SIGKILL. Resolves when the process is gone; the data stays. */
  kill(): Promise<void>
  /** Ends it in good order (SIGKILL after 3 s) and removes its folder. For good; may be called twice. */
  stop(): Promise<void>
  /** SIGSTOP: connections stay open and nobody answers. */
  pause(): void
  /** SIGCONT. */
  resume(): void
  /** Starts it again on the same port, after `kill`, or after ending it in good order. Resolves when it is ready. */
  restart(options?: { readonly loseData?: boolean }): Promise<void>
  /** The newest 64 KiB of what it printed. */
  log(): string
}

/** A program that is not on this machine. The message is one line that says how to get it. */
export class Missing extends Error {
  override readonly name = 'Missing'
}

export interface Program {
  /** Begins error texts: `mosquitto`. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly port: number
  readonly tlsPort?: number
  readonly dir: Dir
  /** Whether it takes requests now. Asked every 20 ms; a rejection is a no. `printed` is its log since this start. */
  ready(printed: string): Promise<boolean> | boolean
  /** Longest time to get ready, in ms; absent: 15,000. */
  readonly readyMs?: number
  /** Before each start after `restart({ loseData: true })`. */
  forget(): Promise<void> | void
}

/** Starts a program and waits until it is ready. Rejects with its log when it ends before that or takes too long. */
export async function run(program: Program): Promise<Server> {
  let child: ChildProcess | undefined
  let printed = ''
  let stopped = false

  const alive = (): ChildProcess | undefined =>
    child && child.exitCode === null && child.signalCode === null ? child : undefined

  async function start(): Promise<void> {
    if (stopped) throw new Error(`${program.name} (${program.port}): was stopped for good. Start a new one.`)
    let sinceStart = ''
    const [command, args] = diesWithUs(program.command, program.args)
    const started = spawn(command, args, { env: { ...process.env, ...program.env }, stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    running.add(started)
    started.once('exit', () => running.delete(started))
    started.once('error', (error) => {
      running.delete(started)
      printed += String(error)
    })
    for (const stream of [started.stdout, started.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        sinceStart = (sinceStart + text).slice(-65_536)
        printed = (printed + text).slice(-65_536)
      })
    const limit = program.readyMs ?? 15_000
    const ok = await until(async () => !alive() || (await program.ready(sinceStart)), limit)
    if (ok && alive()) return
    const why = alive() ? `not ready after ${limit} ms` : `ended with ${started.exitCode ?? started.signalCode}`
    await end('SIGKILL', 0)
    throw new Error(`${program.name} (${program.port}): ${why}. It printed:\n${printed}`)
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL', patienceMs: number): Promise<void> {
    const ending = alive()
    if (!ending) return
    const gone = once(ending, 'exit')
    ending.kill(signal)
    // A frozen process hears nothing but SIGKILL.
    ending.kill('SIGCONT')
    const timer = setTimeout(() => ending.kill('SIGKILL'), patienceMs)
    await gone
    clearTimeout(timer)
  }

  const server: Server = {
    port: program.port,
    ...(program.tlsPort === undefined ? {} : { tlsPort: program.tlsPort }),
    get pid() {
      return alive()?.pid ?? 0
    },
    dir: program.dir.path,
    kill: () => end('SIGKILL', 0),
    stop: async () => {
      stopped = true
      await end('SIGTERM', 3_000)
      program.dir.remove()
    },
    pause: () => void alive()?.kill('SIGSTOP'),
    resume: () => void alive()?.kill('SIGCONT'),
    restart: async ({ loseData = false } = {}) => {
      await end('SIGTERM', 10_000)
      if (loseData) await program.forget()
      await start()
    },
    log: () => printed,
  }

  try {
    await start()
  } catch (error) {
    program.dir.remove()
    throw error
  }
  return server
}

/** Asks again every 20 ms until the answer is yes; false after `limitMs`. A rejection is a no. */
export async function until(condition: () => Promise<boolean> | boolean, limitMs: number): Promise<boolean> {
  const end = Date.now() + limitMs
  for (;;) {
    // A frozen server answers nothing at all: the question itself has the limit too.
    if (await withLimit(async () => condition(), Math.max(20, end - Date.now()))) return true
    if (Date.now() >= end) return false
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function withLimit(ask: () => Promise<boolean>, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), limitMs)
    const answer = (value: boolean) => {
      clearTimeout(timer)
      resolve(value)
    }
    ask().then(answer, () => answer(false))
  })
}

/** Whether something listens on a port of 127.0.0.1. `hello` is sent, and `expected` must come back. */
export function answers(port: number, hello?: string, expected?: RegExp): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let heard = ''
    const done = (answer: boolean) => {
      resolve(answer)
      socket.destroy()
    }
    socket.setTimeout(1_000, () => done(false))
    socket.once('error', () => done(false)).once('close', () => done(false))
    socket.once('connect', () => {
      if (hello === undefined) done(true)
      else socket.write(hello)
    })
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1')
      if (expected?.test(heard)) done(true)
    })
  })
}

/** Ports that were given out: who got one may not listen on it yet. */
const given = new Set<number>()

/**
 * A free TCP port of 127.0.0.1, below those the system gives to outgoing connections: a client that knocks at a server
 * that is down must not be given the server's port as its own (it would meet itself, and the restart find it taken).
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (given.has(port)) continue
    given.add(port)
    const socket = createServer()
    const free = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false))
      socket.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!free) continue
    socket.close()
    await once(socket, 'close')
    return port
  }
}

/** Path of a program on PATH or among the system's own (`/usr/sbin` is often not on a user's PATH). */
export function find(program: string): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path))
}

/** Path of a program. Throws `Missing` with `how` to get it. */
export function need(program: string, how: string): string {
  const path = find(program)
  if (path === undefined) throw new Missing(`${program} is not installed. ${how}`)
  return path
}

export interface Dir {
  readonly path: string
  /** Removes it if it was made here. */
  remove(): void
}

/** A folder that goes when this process ends; `given` is used as it is and stays. */
export function tempDir(name: string, given?: string): Dir {
  if (given !== undefined) {
    mkdirSync(given, { recursive: true })
    return { path: given, remove: () => {} }
  }
  const path = mkdtempSync(join(realpathSync(tmpdir()), `warlink-${name}-`))
  dirs.add(path)
  const remove = () => {
    dirs.delete(path)
    rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  }
  return { path, remove }
}

const running = new Set<ChildProcess>()
const dirs = new Set<string>()

function clean(): void {
  for (const child of running) child.kill('SIGKILL')
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
}

process.on('exit', clean)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    clean()
    // Without us the signal would have ended the process: it still does, unless somebody else listens too.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
  })

/** Where Linux offers it, the kernel ends the server with us even when we are killed ourselves. Keeps the pid. */
function diesWithUs(command: string, args: readonly string[]): [string, string[]] {
  const setpriv = process.platform === 'linux' ? find('setpriv') : undefined
  return setpriv === undefined ? [command, [...args]] : [setpriv, ['--pdeathsig', 'KILL', command, ...args]]
}
