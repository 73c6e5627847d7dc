/** What a restarted gateway owes: requests that an earlier process accepted and did not answer. */
import { timestamp } from '#main/bridges/message'
import { asError } from '#main/link'
import type { Log } from '#main/log'
import { type EntryId, entryText } from '#shared/broker'
import { isAnswerAddress } from '#shared/names/parse'
import { type Answers, responseTo } from './answers.ts'
import type { PipelineEntry } from './job.ts'
import type { Journal } from './journal.ts'
import type { AcceptedLine, AnsweredLine, JournalLine, OutcomeLine, SentText } from './journal-lines.ts'
import { type Ending, journalledDigest, journalledEnding, positionKey, requestKey, type Seen } from './seen.ts'

export interface RecoverOptions {
  readonly journal: Journal
  readonly answers: Answers
  readonly seen: Seen
  readonly log: Log
  entryOf(id: EntryId): PipelineEntry | undefined
}

/**
 * Answers each of them, and executes none. Without an outcome it was interrupted: nobody knows whether it was sent.
 * With one, the answer may have been lost: it is given again.
 */
export async function recover(owed: readonly Unanswered[], options: RecoverOptions): Promise<void> {
  const { log } = options
  for (const { accepted, outcome } of owed) {
    const ending: Ending = outcome
      ? journalledEnding(outcome)
      : { success: false, error: 'interrupted by restart: outcome unknown' }
    if (!outcome) await interrupt(accepted, ending, options)
    const { plc, tag, id, entry: through } = accepted
    log.warn(
      `write-back: ${plc}/${tag} through ${entryText(through)}, accepted ${accepted.time}: ${ending.error || 'done, answered again'}`,
    )
    const { request, replyTo } = asSent(accepted)
    const to = whereTo(options.entryOf(through), replyTo)
    const response = responseTo(request, request.value, ending, outcome?.outcome === 'deduplicated')
    if (typeof to !== 'string') options.answers.respond(id, to.entry, to.replyTo, response)
    else {
      log.warn(`write-back: ${plc}/${tag}: its sender gets no answer: ${to}. The journal has what became of it.`)
      await write({ line: 'undelivered', id, time: timestamp(Date.now()), error: to }, options)
    }
  }
}

/** What the journal has cut is answered like what could not be read; without its own address, nobody is. */
function asSent({ plc, tag, value, requestId, replyTo, cut = [] }: AcceptedLine) {
  const isWhole = (text: SentText) => !cut.includes(text)
  return {
    request: {
      plc: isWhole('plc') ? plc : '',
      tag: isWhole('tag') ? tag : '',
      value: isWhole('value') ? value : 'null',
      ...(requestId !== undefined && isWhole('requestId') ? { requestId } : {}),
    },
    replyTo: isWhole('replyTo') ? replyTo : undefined,
  }
}

/** Who answers and where, or why nobody may: an address of before can be another site's now. */
function whereTo(entry: PipelineEntry | undefined, replyTo: string | undefined) {
  if (!entry) return 'the entry is not configured any more'
  if (replyTo === undefined) return 'its address is too long for the journal'
  return isAnswerAddress(entry.id.service, entry.base, replyTo)
    ? { entry, replyTo }
    : `answers on ${replyTo} are no longer ours: the entry is ${entry.base} now`
}

/** Its record and its id are remembered: neither may bring it to execution after all. */
async function interrupt(accepted: AcceptedLine, ending: Ending, options: RecoverOptions): Promise<void> {
  const { id, entry, plc, tag, requestId } = accepted
  const { seen } = options
  seen.ended(positionKey(accepted))
  if (requestId !== undefined) {
    const value = journalledDigest(accepted)
    seen.remember(requestKey(entry, plc, tag, requestId), { value, ending: Promise.resolve(ending) })
  }
  const { error } = ending
  const time = timestamp(Date.now())
  await write({ line: 'outcome', id, time, outcome: 'interrupted', error, steps: { ended: 0 } }, options)
}

/** A line that can't be written keeps nobody from their answer: it is missed at the next start, and all is answered again. */
async function write(line: OutcomeLine | AnsweredLine, { journal, log }: RecoverOptions): Promise<void> {
  await journal.append(line).catch((unwritten: unknown) => {
    const { message } = asError(unwritten)
    log.error(
      `write-back: the line "${line.line}" of request ${line.id}, from before the restart, is not written: ${message}. Make the journal writable; the next start tries again.`,
    )
  })
}

/** A request that an earlier process accepted; `outcome` where it ended. */
export interface Unanswered {
  readonly accepted: AcceptedLine
  readonly outcome?: OutcomeLine
}

/** Those in the journal without the line of their answer, in the order they came. */
export function unanswered(before: readonly JournalLine[]): readonly Unanswered[] {
  const open = new Map<string, Unanswered>()
  for (const line of before) {
    if (line.line === 'accepted') open.set(line.id, { accepted: line })
    else if (line.line === 'outcome' && line.outcome !== 'not ours') {
      const request = open.get(line.id)
      if (request) open.set(line.id, { ...request, outcome: line })
    } else open.delete(line.id)
  }
  return [...open.values()]
}
