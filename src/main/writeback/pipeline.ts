/**
 * The only way to a PLC. In come raw requests from the brokers; each is journalled, acknowledged, checked, queued,
 * executed at most once and answered exactly once (wire.md §3). A restarted gateway answers what its predecessor left.
 */
import { randomUUID } from 'node:crypto'
import type { Arrival, Taken } from '#main/bridges/bridge'
import { asError } from '#main/link'
import type { Log } from '#main/log'
import { type EntryId, entryText } from '#shared/broker'
import type { PlcConfig } from '#shared/config'
import { createAnswers, responseTo } from './answers.ts'
import { runChecks, type Target, valueDigest } from './checks.ts'
import { execute, notSentInTime, outcomeOfBug, type WritablePlc } from './execute.ts'
import { type Gate, journalPart } from './gate.ts'
import {
  acceptedLine,
  endedRequest,
  eventJob,
  type Job,
  type Outcome,
  outcomeLine,
  type PipelineEntry,
  refused,
} from './job.ts'
import type { Journal } from './journal.ts'
import type { AcceptedLine, JournalLine } from './journal-lines.ts'
import { createOpenJobs } from './open-jobs.ts'
import { recover, unanswered } from './recover.ts'
import { readRequest, unreadable, valueText, type WriteRequest } from './request.ts'
import { createSeen, type Ending, isRemembered, positionKey, requestKey } from './seen.ts'
import type { WriteEvent } from './write-event.ts'

export interface PipelineOptions {
  readonly identity: { readonly instance: string; readonly boot: string }
  /** The configuration as it is now: asked for each request. */
  settings(): PipelineSettings
  plc(name: string): WritablePlc | undefined
  /** The entry as it runs now; undefined where it does not. */
  entry(id: EntryId): PipelineEntry | undefined
  readonly gate: Gate
  readonly journal: Journal
  readonly log: Log
  onEvent?(event: WriteEvent): void
}

export interface PipelineSettings {
  readonly plcs: readonly PlcConfig[]
  readonly maxAgeMs: number
  readonly timeoutMs: number
}

export interface Pipeline {
  take(arrival: Arrival): Promise<Taken>
  /** Answers what an earlier process accepted and did not answer. Called once, before intake opens. */
  recover(): Promise<void>
  stats(): { readonly accepted: number; readonly done: number; readonly refused: number; readonly cleared: number }
  /** Resolves when no request of this entry is under way, or after `ms`. Those have their answer in the outbox then. */
  settled(id: EntryId, ms: number): Promise<void>
  /** Ends all that waits. */
  close(): Promise<void>
}

const nothingToDo: Taken = { settle: () => {} }

/** `before`: what the journal holds from before. It is read here and let go: it can be many megabytes. */
export function createPipeline(before: readonly JournalLine[], options: PipelineOptions): Pipeline {
  const { journal, log } = options
  const seen = createSeen(before)
  let owed = unanswered(before)
  const stopping = new AbortController()
  const under = new Set<Promise<void>>()
  const counts = { accepted: 0, done: 0, refused: 0, cleared: 0 }
  const answers = createAnswers(journal, log, follow)
  const open = createOpenJobs()
  function tell(event: WriteEvent) {
    try {
      options.onEvent?.(event)
    } catch (error) {
      log.error(`write-back: who listens to the requests failed at "${event.kind}". The request goes on.`, error)
    }
  }

  /** Keeps a promise until it ends, so that `close` can wait for it; a bug in it is told and not lost. */
  function follow(work: Promise<void>) {
    const followed = work.catch((error: unknown) =>
      log.error('write-back: a request ended in an internal error', error),
    )
    under.add(followed)
    void followed.finally(() => under.delete(followed))
  }

  async function take(arrival: Arrival): Promise<Taken> {
    const entry = options.entry(arrival.entry)
    if (!entry) throw new Error(`${entryText(arrival.entry)}: not an entry of this gateway`)
    if (arrival.retained && arrival.payload.byteLength === 0) {
      // Somebody cleared a stored request: nothing to answer.
      counts.cleared++
      return nothingToDo
    }
    const position = positionKey(arrival)
    if (seen.hasEnded(position)) return nothingToDo
    const { job, line } = accept(arrival, entry)
    open.add(job)
    const unwritten = await journal.append(line).then(() => undefined, asError)
    if (unwritten) return refuseUnwritten(job, unwritten)
    counts.accepted++
    tell({ kind: 'received', at: Date.now(), job: eventJob(job) })
    log.debug(
      () =>
        `${entryText(entry.id)}: request on ${arrival.address}: ${job.request.plc}/${job.request.tag} = ${job.valueJson.slice(0, 200)}`,
    )
    return {
      settle: (how) => {
        const notOurs: Outcome = { kind: 'not ours', ending: { success: false, error: '' } }
        if (how === 'not-ours') {
          open.delete(job)
          return follow(journal.append(outcomeLine(job, notOurs)))
        }
        seen.ended(position)
        try {
          decide(job, how === 'acknowledged')
        } catch (error) {
          log.error(`write-back: the checks of request ${job.id} ended in an internal error`, error)
          follow(end(job, outcomeOfBug(job)))
        }
      },
    }
  }

  /** Reads a request. One that is too much for us is a request still: held back, it would come again and again. */
  function accept(arrival: Arrival, entry: PipelineEntry): { readonly job: Job; readonly line: AcceptedLine } {
    const made = (request: WriteRequest) => {
      const job: Job = { id: randomUUID(), arrival, request, entry, valueJson: valueText(request) }
      return { job, line: acceptedLine(job, options.identity) }
    }
    try {
      return made(readRequest(arrival))
    } catch (error) {
      const where = `${entryText(entry.id)}: a request on ${arrival.address} could not be read`
      log.error(`${where} and is refused. Please report this, with the request from the journal.`, error)
      return made(unreadable(arrival, "it could not be read, see the gateway's log"))
    }
  }

  /**
   * What can't be journalled is never executed. It is taken off the broker and its sender is told why: held back, it
   * would come again and again, or be lost without a word.
   */
  function refuseUnwritten(job: Job, error: Error): Taken {
    counts.refused++
    log.error(`write-back: ${job.request.plc}/${job.request.tag} is refused: ${error.message}`)
    const gate = journalPart(() => journal.problem() || error.message)(job.entry.id, job.request.plc)
    const ending: Ending = { success: false, error: `writes are blocked: ${gate?.why}` }
    return {
      settle: (how) => {
        open.delete(job)
        if (how !== 'not-ours') answers.respondUnwritten(job, ending)
      },
    }
  }

  /**
   * Runs the checks now, synchronously: requests of one entry reach their queues in the order they came. One that was
   * given up is answered as if its time had run out before its turn.
   */
  function decide(job: Job, mayExecute: boolean) {
    const { arrival, request, entry } = job
    const key =
      request.requestId === undefined ? undefined : requestKey(entry.id, request.plc, request.tag, request.requestId)
    const first = key === undefined ? undefined : seen.find(key)
    const { plcs, maxAgeMs } = options.settings()
    const result = runChecks({
      arrival,
      request,
      entry,
      now: Date.now(),
      maxAgeMs,
      plcs,
      ...(first ? { seenValue: first.value } : {}),
      typeOf: (plc, tag) => options.plc(plc)?.typeOf(tag),
      queueHasRoom: (plc) => options.plc(plc)?.queue.hasRoom() ?? false,
    })
    job.checkedAt = Date.now()
    if ('refusal' in result && !isRemembered(result.refusal.check)) return follow(end(job, refused(result.refusal)))
    if (first) {
      job.deduplicated = true
      return follow(first.ending.then((ending) => end(job, { kind: 'deduplicated', ending })))
    }
    if (key !== undefined) {
      const ending = new Promise<Ending>((resolve) => {
        job.ended = resolve
      })
      seen.remember(key, { value: valueDigest(request), ending })
    }
    if ('refusal' in result) return follow(end(job, refused(result.refusal)))
    if (!mayExecute) return follow(end(job, refused(notSentInTime)))
    tell({ kind: 'checked', at: job.checkedAt, job: eventJob(job) })
    enqueue(job, result.target)
  }

  function enqueue(job: Job, target: Target) {
    const plc = options.plc(target.plc.name) as WritablePlc
    const { maxAgeMs, timeoutMs } = options.settings()
    const deadline = job.arrival.at + timeoutMs
    const { gate } = options
    const onSend = () => tell({ kind: 'writing', at: Date.now(), job: eventJob(job) })
    plc.queue.push({
      deadline,
      run: async () => {
        const outcome = await execute(job, target, plc, deadline, {
          maxAgeMs,
          gate,
          signal: stopping.signal,
          onSend,
        }).catch((error: unknown) => {
          log.error(`write-back: request ${job.id} ended in an internal error`, error)
          return outcomeOfBug(job)
        })
        // The next write does not wait for this one's lines and answer.
        follow(end(job, outcome))
      },
      expire: () => follow(end(job, refused(notSentInTime))),
    })
  }

  /** Journal, then answer: once for each job. */
  async function end(job: Job, outcome: Outcome): Promise<void> {
    const { arrival, request, entry, valueJson } = job
    const { success, error } = outcome.ending
    job.ended?.(outcome.ending)
    counts[success ? 'done' : 'refused']++
    // Where the outcome can't be journalled the sender still gets its answer: it is the only one who then knows.
    await journal
      .append(outcomeLine(job, outcome))
      .catch((unwritten: unknown) =>
        log.error(`write-back: outcome of request ${job.id} is not in the journal: ${asError(unwritten).message}`),
      )
    answers.respond(job.id, entry, arrival.replyTo, responseTo(request, valueJson, outcome.ending, job.deduplicated))
    open.delete(job)
    const { plc, tag } = request
    const at = Date.now()
    log.debug(() => `${entryText(entry.id)}: ${plc}/${tag} ${success ? 'written' : error} (${at - arrival.at} ms)`)
    tell({ kind: 'ended', at, job: eventJob(job), request: endedRequest(job, outcome, at) })
  }

  return {
    take,
    recover: () => {
      const now = owed
      owed = []
      return recover(now, { journal, answers, seen, log, entryOf: options.entry })
    },
    stats: () => ({ ...counts }),
    settled: open.settled,
    close: async () => {
      stopping.abort(new Error('the gateway stops'))
      while (under.size > 0) await Promise.all(under)
    },
  }
}
