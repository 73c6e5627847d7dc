/**
 * Text jobs in a thread of their own, so that polls, publishing, claims and answers to writes never wait for the file.
 * The thread is started by the first large job and ends when it has had nothing to do for a while.
 */
import { readFile } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { asError } from '#main/link'
import type { Log } from '#main/log'
import { doTextJob, type OutcomeOf, type TextJob, type TextWork, textWorkBy } from './text-jobs.ts'
import { putBack } from './text-pieces.ts'
import type { FromTextWorker, ToTextWorker } from './text-worker.ts'

export interface TextThreadOptions {
  /** The bundled thread, one file. It is read here: in the packaged application a thread finds no files. */
  readonly file: string
  readonly log: Pick<Log, 'warn'>
  /** Characters up to which a job is done at once: a few milliseconds. For tests. */
  readonly small?: number
  /** For tests. */
  readonly idleMs?: number
}

const smallText = 16_384
const idle = 60_000

export function openTextThread({ file, log, small = smallText, idleMs = idle }: TextThreadOptions): TextWork {
  let thread: Promise<Thread | undefined> | undefined
  let last: Promise<unknown> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  async function start(): Promise<Thread | undefined> {
    const code = await readFile(file, 'utf8').catch((error: unknown) => {
      log.warn(
        `configuration: ${file} can not be read (${asError(error).message}); large files are edited here. Install the application anew.`,
      )
      return undefined
    })
    return code === undefined ? undefined : startThread(code)
  }

  async function end(): Promise<void> {
    clearTimeout(timer)
    const ending = thread
    thread = undefined
    await (await ending)?.end()
  }

  async function inThread<J extends TextJob>(job: J): Promise<OutcomeOf<J>> {
    clearTimeout(timer)
    thread ??= start()
    try {
      const running = await thread
      return running ? ((await running.run(job)) as OutcomeOf<J>) : doTextJob(job)
    } catch (error) {
      await end()
      throw error
    } finally {
      clearTimeout(timer)
      timer = setTimeout(() => void run(end), idleMs)
      timer.unref()
    }
  }

  /** One after the other: a thread has the pieces of one job. */
  function run<T>(job: () => Promise<T>): Promise<T> {
    const result = last.then(job)
    last = result.catch(() => {})
    return result
  }

  return textWorkBy(
    async (job) => (sizeOf(job) <= small ? doTextJob(job) : await run(() => inThread(job))),
    () => run(end),
  )
}

function sizeOf(job: TextJob): number {
  const more = 'to' in job ? job.to.length : 'csv' in job ? job.csv.length : 0
  const tags = 'edits' in job ? job.edits.reduce((sum, edit) => sum + ('tags' in edit ? edit.tags.length : 0), 0) : 0
  return job.text.length + more + tags * 50
}

interface Thread {
  /** Rejects where the thread ended before it was done. */
  run(job: TextJob): Promise<unknown>
  end(): Promise<void>
}

function startThread(code: string): Thread {
  // The code itself, not its file: inside the packaged application only this thread can read files.
  const worker = new Worker(code, { eval: true, name: 'configuration' })
  let waiting: { resolve(answer: FromTextWorker): void; reject(error: Error): void } | undefined
  let ended: Error | undefined

  function fail(why: string, cause?: unknown) {
    ended ??= new Error(`configuration: the thread that edits it ended: ${why}. Nothing was saved; try again.`, {
      cause,
    })
    waiting?.reject(ended)
    waiting = undefined
  }
  worker.on('message', (answer: FromTextWorker) => {
    const asked = waiting
    waiting = undefined
    asked?.resolve(answer)
  })
  worker.on('error', (error) => fail(asError(error).message, error))
  worker.on('exit', (exitCode) => fail(`exit code ${exitCode}`))
  // Alone it keeps no process alive; a job that is waited for does.
  worker.unref()

  async function ask(question: ToTextWorker): Promise<FromTextWorker> {
    if (ended) throw ended
    worker.ref()
    try {
      return await new Promise<FromTextWorker>((resolve, reject) => {
        waiting = { resolve, reject }
        worker.postMessage(question)
      })
    } finally {
      worker.unref()
    }
  }

  return {
    run: async (job) => {
      const outcome = await ask({ kind: 'job', job })
      if (outcome.kind !== 'outcome') throw new Error('configuration: the thread answered out of order')
      for (let left = outcome.pieces; left > 0; left--) {
        // Polls and answers get their turn between two pieces.
        await turn()
        const next = await ask({ kind: 'more' })
        if (next.kind === 'piece') putBack(outcome.bare, next.piece)
      }
      return outcome.bare
    },
    end: async () => {
      await worker.terminate()
    },
  }
}
