/**
 * Requests wait here for a wire. In go requests with a priority, out come their answers: writes first, then reads on
 * demand, then polls, then browsing, so that a write waits at most for the one request in flight. A wire that does not
 * answer in time ends everything: `onSilence` is told.
 */
import { asError } from '#main/link'
import { type AbortWatch, abortWatch } from './abort-watch.ts'
import { type WatchedWire, watchedWire } from './watched-wire.ts'
import type { Wire } from './wire.ts'

export const priorities = ['write', 'demand', 'poll', 'browse'] as const
export type Priority = (typeof priorities)[number]

export interface Request {
  readonly frame: Buffer
  readonly priority: Priority
  /** Whether the request may be sent twice under one sequence count when no answer comes: reads alone. */
  readonly repeatable: boolean
  readonly signal?: AbortSignal
  /** ms since the epoch; later than this nobody wants the answer any more. */
  readonly deadline?: number
  /** The last word before the first byte leaves; a text stops the request. */
  guard?(): string | undefined
}

/** How a request ended. `unanswered`: the bytes left. */
export type Answer =
  | { readonly kind: 'reply'; readonly message: Buffer }
  | { readonly kind: 'blocked'; readonly why: string }
  | { readonly kind: 'not-sent'; readonly reason: 'not-connected' | 'timeout' | 'cancelled'; readonly why: string }
  | { readonly kind: 'unanswered'; readonly why: string }

export interface Lanes {
  readonly width: number
  /** Why nothing can be sent any more; undefined where it can. */
  gone(): string | undefined
  /** Never rejects. Not sent where a thousand of its priority wait already. */
  submit(request: Request): Promise<Answer>
  /** Settles everything: in flight as `unanswered`, queued as `not-sent`. Later requests are not sent. */
  end(why: string): void
}

export interface LanesOptions {
  /** ms a wire may be silent after a request before it counts as lost. */
  readonly timeoutMs: number
  /** Why nothing can be sent any more, before `end` has been called; undefined where it can. */
  gone?(): string | undefined
  /** Called once when a wire did not answer in time. */
  onSilence(): void
}

interface Job {
  readonly request: Request
  settle(answer: Answer): void
  settled: boolean
}

/** After so many requests ahead of a waiting one of lower priority, the lowest gets a turn. Writes never step back. */
const patience = 16

/** Requests of one priority that may wait; more than any caller of ours has under way. */
const mostQueued = 1_000

/** Longest time a timer of Node takes. */
export const longestTimer = 2 ** 31 - 1

export function openLanes(wires: readonly Wire[], options: LanesOptions): Lanes {
  const queues: { readonly [priority in Priority]: Job[] } = { write: [], demand: [], poll: [], browse: [] }
  const idle = wires.map((wire) => watchedWire(wire, options))
  const inFlight = new Set<Job>()
  const watches = [...idle]
  const aborts = abortWatch()
  let ended: string | undefined
  let overtaken = 0

  const gone = () => ended ?? options.gone?.()

  function nextJob(): Job | undefined {
    const waiting = priorities.filter((priority) => queues[priority].length > 0)
    const first = waiting[0]
    const last = waiting.at(-1)
    if (!first || !last) return undefined
    if (first === last) overtaken = 0
    else overtaken++
    const patienceEnds = overtaken > patience && first !== 'write'
    if (patienceEnds) overtaken = 0
    return queues[patienceEnds ? last : first].shift()
  }

  function pump() {
    while (idle.length > 0 && ended === undefined) {
      const job = nextJob()
      if (!job) return
      // The one that has rested longest: a connection that nobody uses times out at the controller.
      if (!job.settled && mayLeave(job)) start(job, idle.shift() as WatchedWire)
    }
  }

  function mayLeave(job: Job): boolean {
    const { deadline, guard } = job.request
    const why = gone()
    if (why !== undefined) {
      job.settle({ kind: 'not-sent', reason: 'not-connected', why })
      return false
    }
    if (deadline !== undefined && Date.now() >= deadline) {
      job.settle({ kind: 'not-sent', reason: 'timeout', why: 'time ran out before it could be sent' })
      return false
    }
    const objection = guard && ask(guard)
    if (objection === undefined) return true
    job.settle({ kind: 'blocked', why: objection })
    return false
  }

  function start(job: Job, wire: WatchedWire) {
    inFlight.add(job)
    wire.send(job.request, (message) => {
      inFlight.delete(job)
      idle.push(wire)
      pump()
      job.settle({ kind: 'reply', message })
    })
  }

  function submit(request: Request): Promise<Answer> {
    if (ended !== undefined) return Promise.resolve({ kind: 'not-sent', reason: 'not-connected', why: ended })
    if (request.signal?.aborted) return Promise.resolve(cancelled)
    if (queues[request.priority].length >= mostQueued) return Promise.resolve(full)
    return new Promise((resolve) => {
      const job = makeJob(request, resolve, aborts, (it) => inFlight.has(it))
      queues[request.priority].push(job)
      pump()
    })
  }

  return {
    width: wires.length,
    gone,
    submit,
    end: (why) => {
      if (ended !== undefined) return
      ended = why
      for (const watch of watches) watch.stop()
      for (const job of inFlight) job.settle({ kind: 'unanswered', why })
      inFlight.clear()
      for (const priority of priorities) {
        for (const job of queues[priority].splice(0)) job.settle({ kind: 'not-sent', reason: 'not-connected', why })
      }
    },
  }
}

/** A guard that throws has not said yes. */
function ask(guard: () => string | undefined): string | undefined {
  try {
    return guard()
  } catch (error) {
    return asError(error).message
  }
}

const full: Answer = { kind: 'not-sent', reason: 'timeout', why: `${mostQueued} requests wait for the PLC already` }
const cancelled: Answer = { kind: 'not-sent', reason: 'cancelled', why: 'it was cancelled' }

/**
 * A request with its abort and its deadline. One that ends early while in flight leaves its wire waiting for the reply,
 * so that the wire stays in step.
 */
function makeJob(
  request: Request,
  resolve: (answer: Answer) => void,
  aborts: AbortWatch,
  hasLeft: (job: Job) => boolean,
): Job {
  const { signal, deadline } = request
  const early = (reason: 'timeout' | 'cancelled', why: string) =>
    job.settle(hasLeft(job) ? { kind: 'unanswered', why } : { kind: 'not-sent', reason, why })
  const aborted = () => early('cancelled', 'it was cancelled')
  const timer =
    deadline === undefined
      ? undefined
      : setTimeout(
          () => early('timeout', 'no answer came in time'),
          Math.min(longestTimer, Math.max(0, deadline - Date.now())),
        )
  const job: Job = {
    request,
    settled: false,
    settle: (answer) => {
      if (job.settled) return
      job.settled = true
      clearTimeout(timer)
      if (signal) aborts.forget(signal, aborted)
      resolve(answer)
    },
  }
  if (signal) aborts.hear(signal, aborted)
  return job
}
