import { z } from 'zod'
import { returns } from '#shared/rpc'
import type { ChangeOutcome } from '#shared/site'
import type { TesterHop } from '#shared/tester'
import { type EndedRequest, type ExplainedStep, type JournalledRequest, outcomeKinds } from '#shared/write'
import { address, count, entryId, name, nothing, service } from './fields.ts'

/** Longer than what the gateway takes, so that the tester can show that it is refused. */
const payload = z.string().max(128 * 1024)

export interface JournalPage {
  /** Newest first. */
  readonly requests: readonly JournalledRequest[]
  /** Goes into `before` for the next page; absent: there is nothing older. */
  readonly next?: string
  /** Why some of it can't be read; '' where all can. */
  readonly error: string
}

export const writebackRequests = {
  /** The checks of a request, without sending it. */
  'writeback.explain': {
    input: z.strictObject({ service, address, payload, retained: z.boolean() }),
    output: returns<readonly ExplainedStep[]>(),
  },
  'writeback.journal': {
    input: z.strictObject({
      before: z.string().max(200).exactOptional(),
      limit: count(500),
      filter: z.strictObject({
        /** In PLC, tag, value, error, request id or address, whatever the case of its letters. */
        text: z.string().max(200).exactOptional(),
        plc: name.exactOptional(),
        entry: entryId.exactOptional(),
        outcomes: z.array(z.enum(outcomeKinds)).max(outcomeKinds.length).exactOptional(),
      }),
    }),
    output: returns<JournalPage>(),
  },
  /** Counts at once, then in the file. `read-only` counts even where the file can't be saved. */
  'writeback.setMode': {
    input: z.strictObject({ mode: z.enum(['armed', 'read-only']) }),
    output: returns<ChangeOutcome>(),
  },
} as const

export const writebackEvents = {
  /**
   * Sends one request through the entry's broker, with a client of its own, and tells its way. Ending the subscription
   * gives up waiting; what was sent stays sent.
   */
  'writeback.send': {
    input: z.strictObject({
      entry: entryId,
      address,
      payload,
      /** Kafka record key. */
      key: z.string().max(1_000).exactOptional(),
      /** MQTT; cleared again at the end. */
      retain: z.boolean().exactOptional(),
      /** Read from the PLC after the answer. */
      readBack: z.strictObject({ plc: name, tag: name }).exactOptional(),
    }),
    item: returns<TesterHop>(),
    keep: { kind: 'last', most: 100 },
  },
  /** The last 200 that ended, oldest first, then each one. */
  'writeback.requests': { input: nothing, item: returns<EndedRequest>(), keep: { kind: 'last', most: 200 } },
} as const
