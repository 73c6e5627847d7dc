/** Where lines go. A reader that stands still, or a full disk, never stops the gateway nor fills its memory. */
import { dirname, resolve } from 'node:path'
import { pino } from 'pino'
import { createStream, type RotatingFileStream } from 'rotating-file-stream'

export interface Sink {
  /** Never blocks, never throws. */
  write(line: string): void
  /** Writes what waits, for a second at most. */
  close(): Promise<void>
}

/** So much waits for a slow reader or disk, in bytes; further lines are dropped and counted. */
const mostWaiting = 4 * 1024 * 1024
const closeMs = 1_000
const retryMs = 10_000

/** Standard error. Written outside the event loop: a pipe that nobody empties would stop it. */
export function stderrSink(): Sink {
  const stream = pino.destination({ dest: 2, sync: false, maxLength: mostWaiting })
  let dropped = 0
  let waiting = false
  let broken = false
  stream.on('drop', () => dropped++)
  stream.on('drain', () => {
    waiting = false
    if (dropped > 0) stream.write(droppedLine(dropped))
    dropped = 0
  })
  // The reader has gone: there is nobody left to tell.
  stream.on('error', () => {
    broken = true
  })
  const flush = () => {
    try {
      if (!broken) stream.flushSync()
    } catch {
      broken = true
    }
  }
  process.on('exit', flush)
  return {
    write: (line) => {
      if (broken) return
      waiting = true
      stream.write(line)
    },
    close: async () => {
      process.off('exit', flush)
      if (waiting && !broken) {
        await within(closeMs, (done) => {
          stream.once('drain', done)
          stream.once('error', done)
        })
      }
    },
  }
}

export interface FileSinkOptions {
  readonly path: string
  /** A file of this size is followed by a new one; `.1` is the newest of the old ones. Absent: 10 MB. */
  readonly maxBytes?: number
  /** Files in all; absent: 5. */
  readonly files?: number
  /** Told once when it can't be written, and once when it can again. */
  onProblem(text: string): void
}

/** A file, rotated by size, 0600. Where it can't be written it is tried again from time to time. */
export function fileSink({ path, maxBytes = 10 * 1024 * 1024, files = 5, onProblem }: FileSinkOptions): Sink {
  const file = resolve(path)
  let stream: RotatingFileStream | undefined = open()
  let retryAt = 0
  let dropped = 0
  let problem = false

  function open(): RotatingFileStream {
    const opened = createStream((index) => (index ? `${file}.${Number(index)}` : file), {
      size: `${maxBytes}B`,
      rotate: Math.max(1, files - 1),
      mode: 0o600,
    })
    const failed = (error: Error) => {
      if (stream === opened) stream = undefined
      retryAt = performance.now() + retryMs
      if (!problem)
        onProblem(
          `log file ${file} can't be written (${error.message}). Is there room and a right to write in ${dirname(file)}?`,
        )
      problem = true
    }
    opened.on('error', failed)
    opened.on('warning', failed)
    return opened
  }

  function recovered() {
    if (problem) onProblem(`log file ${file} is written again`)
    problem = false
  }

  return {
    write: (line) => {
      if (!stream && performance.now() >= retryAt) stream = open()
      if (!stream || stream.writableLength > mostWaiting) {
        dropped++
        return
      }
      const text = dropped > 0 ? `${droppedLine(dropped)}${line}` : line
      const lost = dropped + 1
      dropped = 0
      stream.write(text, (error) => {
        if (error) dropped += lost
        else recovered()
      })
    },
    close: () => within(closeMs, (done) => (stream ? stream.end(done).once('error', done) : done())),
  }
}

function droppedLine(count: number): string {
  return `${new Date().toISOString()} WARN  log       ${count} lines are missing here: they could not be written\n`
}

function within(ms: number, work: (done: () => void) => unknown): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    work(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
