/** What stands in a lock file, and whether the gateway that wrote it still lives. */
import { readFile, stat } from 'node:fs/promises'
import { get } from 'node:http'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { isCode } from '#main/whole-file'

export interface LockRecord {
  readonly pid: number
  readonly boot: string
  /** Only ever this computer: the token goes there. */
  readonly url: string
  readonly token: string
  /** Name of the computer. */
  readonly host: string
  /** When the process began, in the words of the OS; '' where it does not say. Tells a pid used again. */
  readonly started: string
}

export interface FoundLock {
  /** As it stands in the file: two gateways never write the same. */
  readonly text: string
  /** Undefined where the file holds something else. */
  readonly record: LockRecord | undefined
}

/** The lock at `path`; undefined where there is none. Rejects where it can't be read. */
export async function readLockFile(path: string): Promise<FoundLock | undefined> {
  try {
    const text = await readFile(path, 'utf8')
    return { text, record: parse(text) }
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined
    throw error
  }
}

function parse(text: string): LockRecord | undefined {
  try {
    const { pid, boot, url, token, host, started }: Partial<Record<keyof LockRecord, unknown>> = JSON.parse(text) ?? {}
    const texts = { boot, url, token, host, started }
    const isWhole = typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 && areTexts(texts)
    return isWhole && isOurs(texts) ? { pid, ...texts } : undefined
  } catch {
    return undefined
  }
}

type Texts = Omit<LockRecord, 'pid'>

function areTexts(texts: Readonly<Record<keyof Texts, unknown>>): texts is Texts {
  return Object.values(texts).every((text) => typeof text === 'string' && text.length <= 300)
}

function isOurs({ boot, url, token }: Texts): boolean {
  return boot !== '' && /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url) && /^[\w-]+$/.test(token)
}

/** Times in ms, shorter in tests. */
export interface LockTimes {
  /** A holder touches its file this often. */
  readonly beatMs: number
  /** So long a holder on another computer may be silent. */
  readonly silentMs: number
  /** So long an answer of a holder is awaited. */
  readonly askMs: number
}

export const lockTimes: LockTimes = { beatMs: 5_000, silentMs: 12_000, askMs: 1_000 }

/**
 * True where the process that wrote the lock at `path` lives. On this computer its pid and start time say so, or its own
 * answer; on another one (the file is on a network drive, or comes from another container) only that the file is
 * touched while we look. In doubt it lives.
 */
export async function isAlive(path: string, record: LockRecord, times: LockTimes = lockTimes): Promise<boolean> {
  const here = record.host === hostname()
  const started = here ? await startOf(record.pid) : undefined
  if (here && started && started === record.started) return true
  const answer = await ask(record, times.askMs)
  if (answer === record.boot) return true
  if (!here) return await isTouched(path, times.silentMs)
  const comparable = started === undefined || (started !== '' && record.started !== '')
  // A process of this pid lives and nobody knows since when. One that takes connections and says nothing may be ours.
  return comparable ? false : answer === 'silent'
}

/**
 * When a process of this computer began, as a text to compare; '' where the OS does not say; undefined where there is no
 * such process.
 */
export async function startOf(pid: number): Promise<string | undefined> {
  if (!exists(pid)) return undefined
  if (process.platform !== 'linux') return ''
  try {
    const [stats, kernel] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'latin1'),
      readFile('/proc/sys/kernel/random/boot_id', 'latin1'),
    ])
    // proc(5): the name in brackets may hold anything; then come state (field 3) and, as field 22, the start time.
    const fields = stats.slice(stats.lastIndexOf(')') + 2).split(' ')
    const [state] = fields
    return state === 'Z' || state === 'X' ? undefined : `${kernel.trim()} ${fields[19]}`
  } catch (error) {
    return isCode(error, 'ENOENT') || isCode(error, 'ESRCH') ? undefined : ''
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isCode(error, 'EPERM')
  }
}

/** The boot id told at the record's address; `silent` where somebody is there and says nothing; '' where nobody is. */
function ask({ url, token }: LockRecord, ms: number): Promise<string> {
  return new Promise((resolve) => {
    const request = get(`${url}/boot`, { headers: { authorization: `Bearer ${token}` }, agent: false }, (response) => {
      let text = ''
      response.setEncoding('latin1')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > 200) request.destroy()
      })
      response.on('close', () => done(response.statusCode === 200 ? text : ''))
    })
    const timer = setTimeout(() => {
      done('silent')
      request.destroy()
    }, ms)
    const done = (answer: string) => {
      clearTimeout(timer)
      resolve(answer)
    }
    request.on('error', () => done(''))
  })
}

async function isTouched(path: string, ms: number): Promise<boolean> {
  const touched = () =>
    stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    )
  const before = await touched()
  for (const until = performance.now() + ms; performance.now() < until; ) {
    await sleep(Math.min(250, ms / 10))
    const now = await touched()
    if (now === undefined) return false
    if (now !== before) return true
  }
  return false
}
