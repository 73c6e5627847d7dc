/** Messages into a file of JSON lines. Bounded: what the disk does not take in time is dropped and counted. */
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { asError } from '#main/link'
import { isCode } from '#main/whole-file'
import type { MonitorMessage, RecordState } from '#shared/monitor'
import { textOf } from './ring.ts'

export interface Recorder {
  readonly state: Pick<StoreApi<RecordState>, 'getState' | 'subscribe'>
  /** Begins a new file; rejects in words where it can't be made or exists already. */
  start(path: string): Promise<RecordState>
  /** Where it records: one line. Never waits. */
  write(message: MonitorMessage, payload: Uint8Array): void
  stop(): Promise<RecordState>
}

const mostWaiting = 16 * 1024 * 1024
const mostBytes = 1024 * 1024 * 1024
/** The state is told this often while it grows, in ms. */
const toldMs = 500

export function createRecorder(limits = { bytes: mostBytes, waiting: mostWaiting }): Recorder {
  const state = createStore<RecordState>(() => ({ kind: 'off' }))
  let now: { readonly end: (why: string) => Promise<void>; write(line: string): void } | undefined

  async function start(path: string): Promise<RecordState> {
    if (now) throw new Error(`${path}: a recording is running already. Stop it first.`)
    const handle = await open(path, 'wx', 0o600).catch((error: unknown) => {
      if (isCode(error, 'EEXIST')) throw new Error(`${path} exists already. Choose another name.`)
      throw new Error(`${path} can not be written: ${asError(error).message}. Choose another folder.`)
    })
    const stream = createWriteStream('', { fd: handle })
    const since = Date.now()
    let messages = 0
    let bytes = 0
    let toldAt = 0
    const tell = (next: RecordState) => state.setState(next, true)
    const figures = () => ({ path, messages, bytes })
    const end = async (why: string) => {
      if (!now) return
      now = undefined
      tell(why === '' ? { kind: 'off' } : { kind: 'ended', ...figures(), why })
      await new Promise<void>((resolve) => stream.end(() => resolve()))
    }
    stream.on('error', (error) => void end(`${path}: ${error.message}. What was written before is there.`))
    now = {
      end,
      write: (line) => {
        if (stream.writableLength > limits.waiting) return void end(`${path}: the disk is too slow for these messages.`)
        stream.write(line)
        messages++
        bytes += Buffer.byteLength(line)
        if (bytes >= limits.bytes) return void end(`${path}: ${limits.bytes} bytes are reached.`)
        if (Date.now() - toldAt < toldMs) return
        toldAt = Date.now()
        tell({ kind: 'on', since, ...figures() })
      },
    }
    tell({ kind: 'on', since, ...figures() })
    return state.getState()
  }

  return {
    state,
    start,
    write: (message, payload) => now?.write(`${lineOf(message, payload)}\n`),
    stop: async () => {
      await now?.end('')
      return state.getState()
    },
  }
}

/** The payload as text, or in base 64 where it is none. */
function lineOf(
  { at, entry, direction, kind, owner, address, key, size, retained }: MonitorMessage,
  payload: Uint8Array,
) {
  const { text, whole } = textOf(payload)
  return JSON.stringify({
    time: new Date(at).toISOString(),
    entry,
    direction,
    kind,
    owner,
    address,
    ...(key === undefined ? {} : { key }),
    size,
    retained,
    ...(whole ? { payload: text } : { base64: Buffer.from(payload).toString('base64') }),
  })
}
