/**
 * The thread that does text jobs. In comes a job, out go its outcome without the long lists, then these piece by piece as
 * they are asked for. It is bundled into one file (`scripts/text-worker.ts`) and needs no other.
 */
import { parentPort } from 'node:worker_threads'
import { doTextJob, type TextJob } from './text-jobs.ts'
import { inPieces, type Piece } from './text-pieces.ts'

export type ToTextWorker =
  | { readonly kind: 'job'; readonly job: TextJob }
  /** The next piece. */
  | { readonly kind: 'more' }

export type FromTextWorker =
  | { readonly kind: 'outcome'; readonly bare: unknown; readonly pieces: number }
  | { readonly kind: 'piece'; readonly piece: Piece }

let pieces: Piece[] = []

parentPort?.on('message', (asked: ToTextWorker) => parentPort?.postMessage(answer(asked)))

function answer(asked: ToTextWorker): FromTextWorker {
  if (asked.kind === 'job') {
    const whole = inPieces(doTextJob(asked.job))
    pieces = [...whole.pieces]
    return { kind: 'outcome', bare: whole.bare, pieces: pieces.length }
  }
  const piece = pieces.shift()
  if (!piece) throw new Error('there is no more')
  return { kind: 'piece', piece }
}
