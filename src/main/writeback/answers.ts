/** The answers to requests: one for each, on its way out for up to a minute, and its end in the journal. */
import type { Message } from '#main/bridges/bridge'
import { type Response, responseBody, timestamp } from '#main/bridges/message'
import type { Log } from '#main/log'
import { entryText } from '#shared/broker'
import type { Job, PipelineEntry } from './job.ts'
import type { Journal } from './journal.ts'
import type { Ending } from './seen.ts'

/** An answer waits this long for its broker, in ms. */
export const answerMs = 60_000

export interface Answers {
  /** Answers a request, and journals whether the answer got out. */
  respond(id: string, entry: PipelineEntry, replyTo: string, response: Response): void
  /** Answers a request that is not in the journal. */
  respondUnwritten(job: Job, ending: Ending): void
}

/** The answer's fields for a request that was read. */
export function responseTo(
  request: { readonly plc: string; readonly tag: string; readonly requestId?: string },
  valueJson: string,
  ending: Ending,
  deduplicated = false,
): Response {
  const { plc, tag, requestId } = request
  return {
    plc,
    tag,
    valueJson,
    ...(requestId === undefined ? {} : { requestId }),
    ...ending,
    ...(deduplicated ? { deduplicated } : {}),
  }
}

/** `follow` keeps what goes on by itself, so that the pipeline can wait for it at its end. */
export function createAnswers(journal: Journal, log: Log, follow: (work: Promise<void>) => void): Answers {
  function send(entry: PipelineEntry, replyTo: string, response: Response, done: (error?: Error) => void) {
    const now = Date.now()
    const { plc, tag } = response
    const message: Message = { subject: { kind: 'response', to: replyTo, plc, tag }, body: responseBody(response, now) }
    entry.respond(message, now + answerMs, done)
  }

  return {
    respond: (id, entry, replyTo, response) =>
      send(entry, replyTo, response, (error) => {
        const time = timestamp(Date.now())
        if (error)
          log.warn(
            `${entryText(entry.id)}: the answer to a request for ${response.plc}/${response.tag} could not be delivered: ${error.message}`,
          )
        follow(
          journal.append(
            error ? { line: 'undelivered', id, time, error: error.message } : { line: 'answered', id, time },
          ),
        )
      }),
    respondUnwritten: ({ entry, arrival, request, valueJson }, ending) =>
      send(entry, arrival.replyTo, responseTo(request, valueJson, ending), () => {}),
  }
}
