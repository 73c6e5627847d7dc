/**
 * One gateway per configuration file. `‹config›.lock` says which process runs on it and how to speak to it. It is made
 * at once with its whole content, so that of many that start only one gets it; a dead gateway's is taken over by one.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, realpath, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { companionPath, userCompanionPath } from '#main/config/paths'
import { asError } from '#main/link'
import { createWhole, isCode } from '#main/whole-file'
import {
  type FoundLock,
  isAlive,
  type LockRecord,
  type LockTimes,
  lockTimes,
  readLockFile,
  startOf,
} from './lock-record.ts'

/** A process that has begun to take a lock over needs milliseconds. Longer than a look at another computer takes. */
const longestTakeMs = 30_000

export interface Lock {
  readonly path: string
  /** Gives it back, where it is still ours. Never rejects. */
  release(): Promise<void>
}

export type LockOutcome = { readonly ok: true; readonly lock: Lock } | Refusal

/** `running`: the gateway that has it. `error` names it and says what to do. */
interface Refusal {
  readonly ok: false
  readonly error: string
  readonly running?: LockRecord
}

export interface LockOptions {
  readonly config: string
  /** Of this process: who it is and where its wire is open. */
  readonly own: Pick<LockRecord, 'boot' | 'url' | 'token'>
  /** Told when the lock turns out to be somebody else's: this gateway must stop. */
  onLost?(why: string): void
  readonly times?: LockTimes
  /** Where the lock may be, best first; absent: beside the configuration, then the user's folder. */
  readonly places?: readonly string[]
}

/** Takes the lock of a configuration file. Never rejects. A lock on another computer is watched for 12 s. */
export async function takeLock(options: LockOptions): Promise<LockOutcome> {
  const { config, own, times = lockTimes } = options
  const real = await realConfigPath(config)
  const record: LockRecord = {
    ...own,
    pid: process.pid,
    host: hostname(),
    started: (await startOf(process.pid)) ?? '',
  }
  const text = `${JSON.stringify(record)}\n`
  const errors: string[] = []
  const places = options.places ?? lockPlaces(real)
  for (const place of places) {
    try {
      if (place !== places[0]) await mkdir(path.dirname(place), { recursive: true, mode: 0o700 })
      const holder = await takeAt(place, text, times)
      if (holder) return { ok: false, error: runningText(config, place, holder), running: holder }
      const lock = hold(place, text, times, options.onLost)
      const refused = await refusedElsewhere(config, places, place, times)
      if (!refused) return { ok: true, lock }
      await lock.release()
      return refused
    } catch (error) {
      errors.push(asError(error).message)
      if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].some((code) => isCode(error, code))) break
    }
  }
  const error = `${config}: its lock can't be made (${errors.join('; ')}). The folder must be writable for the gateway's user.`
  return { ok: false, error }
}

/**
 * A lock in any place counts: another user can write where this one can't, and this one may have been led to another
 * place before. Asked with ours taken, so that of two that do this at once one sees the other. A place before ours that
 * can't be read may hold one; one behind it is this user's own folder, closed to this process, and is passed over.
 */
async function refusedElsewhere(
  config: string,
  places: readonly string[],
  ours: string,
  times: LockTimes,
): Promise<Refusal | undefined> {
  for (const [index, place] of places.entries()) {
    if (place === ours) continue
    const found = await findRunning(config, { places: [place], times })
    if (found.kind === 'running')
      return { ok: false, error: runningText(config, place, found.record), running: found.record }
    if (found.kind === 'unreadable' && index < places.indexOf(ours)) return { ok: false, error: found.error }
  }
  return undefined
}

export type Running =
  | { readonly kind: 'running'; readonly record: LockRecord }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly error: string }

/** Which gateway runs on a configuration file, for the commands that speak to it. Never rejects. */
export async function findRunning(
  config: string,
  options: Pick<LockOptions, 'places' | 'times'> = {},
): Promise<Running> {
  for (const place of options.places ?? lockPlaces(await realConfigPath(config))) {
    try {
      const found = await readLockFile(place)
      if (found?.record && (await isAlive(place, found.record, options.times)))
        return { kind: 'running', record: found.record }
    } catch (error) {
      const text = `${place} can't be read (${asError(error).message}). Run this as the user that runs the gateway. If surely none runs, delete it.`
      return { kind: 'unreadable', error: text }
    }
  }
  return { kind: 'none' }
}

/** One name for a file, whatever links lead to it; also for a file that does not exist yet. */
export async function realConfigPath(config: string): Promise<string> {
  const absolute = path.resolve(config)
  const real = (name: string) => realpath(name).catch(() => undefined)
  const whole = await real(absolute)
  if (whole) return whole
  const folder = await real(path.dirname(absolute))
  return folder ? path.join(folder, path.basename(absolute)) : absolute
}

function lockPlaces(real: string): readonly string[] {
  return [companionPath(real, 'lock'), userCompanionPath(real, 'lock')]
}

/** Undefined when the lock is ours; else who has it. Rejects with the system's error. */
async function takeAt(place: string, text: string, times: LockTimes): Promise<LockRecord | undefined> {
  for (const until = performance.now() + longestTakeMs; performance.now() < until; ) {
    if (await createWhole(place, text)) return undefined
    const found = await readLockFile(place)
    if (found?.record && (await isAlive(place, found.record, times))) return found.record
    if (found && (await supersede(place, found, text, times))) return undefined
    await sleep(20)
  }
  throw new Error(`${place} is being taken over by another gateway that does not get on with it; try again`)
}

/**
 * Replaces a dead holder's file by ours. Each content of the file has one successor: whoever has made the file named
 * after that content, and finds it still there, may replace it. A successor that died on the way is superseded the
 * same way. False where somebody else was faster.
 */
async function supersede(place: string, dead: FoundLock, text: string, times: LockTimes): Promise<boolean> {
  const turn = `${place}.${createHash('sha256').update(dead.text).digest('hex').slice(0, 8)}`
  if (!(await takeTurn(turn, text, times))) return false
  try {
    const now = await readLockFile(place)
    if (now?.text !== dead.text) return false
    const fresh = `${place}.${randomUUID().slice(0, 8)}`
    await writeFile(fresh, text, { flag: 'wx', mode: 0o600 })
    await rename(fresh, place)
    return true
  } finally {
    await rm(turn, { force: true })
  }
}

async function takeTurn(turn: string, text: string, times: LockTimes): Promise<boolean> {
  if (await createWhole(turn, text)) return true
  const other = await readLockFile(turn)
  if (!other || (other.record && (await isAlive(turn, other.record, times)))) return false
  return await supersede(turn, other, text, times)
}

/** Touches the file so that other computers see us live, and notices when it is ours no more. */
function hold(place: string, text: string, times: LockTimes, onLost?: (why: string) => void): Lock {
  const timer = setInterval(() => void beat(), times.beatMs)
  timer.unref()
  let beating: Promise<void> | undefined
  let over = false

  function beat(): Promise<void> {
    beating ??= look().finally(() => {
      beating = undefined
    })
    return beating
  }

  async function look() {
    try {
      const found = await readLockFile(place)
      if (over) return
      if (!found) return void (await createWhole(place, text))
      if (found.text === text) return await utimes(place, new Date(), new Date())
      over = true
      clearInterval(timer)
      const who = found.record ? `pid ${found.record.pid} on ${found.record.host}` : 'something else'
      onLost?.(`${place}: ${who} has taken the lock of this gateway's configuration`)
    } catch {
      // A drive that is away for a moment: the next beat looks again.
    }
  }

  return {
    path: place,
    release: async () => {
      over = true
      clearInterval(timer)
      await beating
      const found = await readLockFile(place).catch(() => undefined)
      if (found?.text === text) await rm(place, { force: true }).catch(() => {})
    },
  }
}

function runningText(config: string, place: string, { pid, url, host }: LockRecord): string {
  if (host === hostname())
    return `${config}: a gateway runs on it already (pid ${pid}, ${url}). Stop it first, or ask it with "warlink status".`
  return (
    `${config}: a gateway runs on it already, on the computer "${host}" (pid ${pid}). Stop it there. ` +
    `If it is surely gone, delete ${place}.`
  )
}
