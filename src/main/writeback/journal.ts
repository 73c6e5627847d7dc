/**
 * The record of every write request: accepted, outcome, answered; append-only JSON lines, 0600, rotated by size. It is
 * the audit log, and what a restarted gateway knows of requests under way. A line counts as written when the operating
 * system has taken it: it survives the end of the process, not of the machine.
 */
import { type FileHandle, open, readFile, stat, truncate } from 'node:fs/promises'
import { asError } from '#main/link'
import type { Log } from '#main/log'
import { ignoreMissing } from '#main/whole-file'
import { type JournalLine, parseLine } from './journal-lines.ts'
import { moveAside } from './journal-rotation.ts'

export interface Journal {
  /** Resolves when the line is written; rejects when it can't be. Lines keep their order. */
  append(line: JournalLine): Promise<void>
  /** Why it can't be written; '' while it can. Tried again by itself. */
  problem(): string
  close(): Promise<void>
}

export interface JournalOptions {
  readonly path: string
  /** A file of this size is rotated, in bytes. */
  readonly maxBytes?: number
  /** Files kept beside the newest. */
  readonly keep?: number
  readonly log: Log
}

export interface OpenedJournal {
  readonly journal: Journal
  /** What it holds from before: the newest two files. */
  readonly before: readonly JournalLine[]
  /** Why the old lines can't be read; '' where they can. */
  readonly unread: string
}

const retryMs = 2_000
/** Lines of a request have this room together, in bytes, before a full disk counts as having room again. */
const roomBytes = 16 * 1024
/** A file that can't be moved aside is tried again after this long, in ms, and takes lines up to so many times its size. */
const rotateRetryMs = 60_000
const stuckTimes = 10

/** Opens the journal. Never rejects: one that can't be written says so in `problem`, and the gate stays closed. */
export async function openJournal(options: JournalOptions): Promise<OpenedJournal> {
  const { path, maxBytes = 10 * 1024 * 1024, keep = 9, log } = options
  let before: readonly JournalLine[] = []
  let unread = ''
  try {
    before = [...(await readLines(`${path}.1`)), ...(await readLines(path))]
  } catch (error) {
    unread = asError(error).message
  }
  let handle: FileHandle | undefined
  let size = 0
  /** Where the refused lines begin that are still to be taken out of the file. */
  let refusedFrom: number | undefined
  let problem = ''
  let retryAt = 0
  /** Why it can't be moved aside; '' where it can. */
  let stuck = ''
  let rotateAt = 0
  let closed = false
  let waiting: { readonly text: string; done(): void; fail(error: Error): void }[] = []
  let working: Promise<void> | undefined

  async function ready(): Promise<FileHandle> {
    await takeBack()
    handle ??= await openAtEnd()
    const grownFar = size >= maxBytes * stuckTimes
    if (size < maxBytes || (stuck !== '' && !grownFar && performance.now() < rotateAt)) return handle
    await handle.close()
    handle = undefined
    await rotate()
    if (stuck !== '' && grownFar) throw new Error(`it is full, and can't be rotated: ${stuck}`)
    handle = await openAtEnd()
    return handle
  }

  /** Where it can't be moved aside, the file goes on: writes do not stop for it as long as there is room. */
  async function rotate(): Promise<void> {
    const before = stuck
    stuck = await moveAside(path, keep).then(
      () => '',
      (error: unknown) => asError(error).message,
    )
    rotateAt = performance.now() + rotateRetryMs
    if (stuck !== '' && before === '')
      log.warn(
        `journal ${path}: can't be rotated (${stuck}). Close the program that has it or its older files open, or give the gateway the right to rename them. Meanwhile the file grows, and at ${stuckTimes} times its usual size writes are blocked. Tried again every minute.`,
      )
    if (stuck === '' && before !== '') log.info(`journal ${path}: is rotated again`)
  }

  async function openAtEnd(): Promise<FileHandle> {
    const file = await open(path, 'a', 0o600)
    try {
      const { size: there } = await file.stat()
      size = there
      // A line cut off by the end of the machine must not swallow the next one.
      if (size > 0 && !(await endsWithNewline(path, size))) size += (await file.write('\n')).bytesWritten
      return file
    } catch (error) {
      await file.close().catch(() => {})
      throw error
    }
  }

  /**
   * Lines that were refused may stand in the file, whole or torn: the next start would take them for accepted. Cut by
   * path, which also goes on a full disk, and on Windows, where a file that is open for appending can't be cut.
   */
  async function takeBack(): Promise<void> {
    if (refusedFrom === undefined) return
    const there = await stat(path).catch(ignoreMissing)
    // Somebody may have made room by emptying it: to cut must not lengthen it.
    if (there && there.size > refusedFrom) await truncate(path, refusedFrom)
    refusedFrom = undefined
  }

  /** Until the next attempt. What can't be taken back now is before the next line. */
  async function giveUp({ message }: Error): Promise<void> {
    problem = message
    retryAt = performance.now() + retryMs
    if (handle) refusedFrom = size
    await handle?.close().catch(() => {})
    handle = undefined
    await takeBack().catch(() => {})
  }

  async function writeAll() {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        const file = await ready()
        const text = batch.map((item) => item.text).join('')
        await file.appendFile(text)
        size += Buffer.byteLength(text)
        problem = ''
        for (const item of batch) item.done()
      } catch (thrown) {
        const error = asError(thrown)
        await giveUp(error)
        for (const item of batch) item.fail(new Error(`journal ${path}: ${error.message}`, { cause: error }))
      }
    }
  }

  /** Tells now whether it can be written, so that the gate knows before the first request. */
  async function probe() {
    try {
      const file = await ready()
      if (problem !== '') {
        // A full disk opens a file as any other does: only room for lines ends the problem.
        await file.appendFile('\n'.repeat(roomBytes))
        refusedFrom = size
        await takeBack()
      }
      problem = ''
    } catch (error) {
      await giveUp(asError(error))
    }
  }

  /** One at a time. Lines that come between the end of the work and this knowing of it are not forgotten. */
  function work(task: () => Promise<void>) {
    working ??= task().finally(() => {
      working = undefined
      if (waiting.length > 0) work(writeAll)
    })
  }

  await probe()
  return {
    before,
    unread,
    journal: {
      append: (line) =>
        new Promise((done, fail) => {
          if (closed) return fail(new Error(`journal ${path}: closed`))
          waiting.push({ text: `${JSON.stringify(line)}\n`, done, fail })
          work(writeAll)
        }),
      problem: () => {
        if (problem && !closed && performance.now() >= retryAt) work(probe)
        return problem
      },
      close: async () => {
        closed = true
        while (working !== undefined) await working
        await handle?.close()
      },
    },
  }
}

async function endsWithNewline(path: string, size: number): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
    return buffer[0] === 0x0a
  } finally {
    await file.close()
  }
}

/** Lines of one file; what is not a line of ours (cut off, edited) is passed over. */
async function readLines(path: string): Promise<readonly JournalLine[]> {
  const there = await stat(path).catch(ignoreMissing)
  if (!there) return []
  const text = await readFile(path, 'utf8')
  return text.split('\n').flatMap((line) => {
    const parsed = parseLine(line)
    return parsed ? [parsed] : []
  })
}
