import { z } from 'zod'
import { type MonitorDetail, type MonitorMessage, messageKinds, type RecordState } from '#shared/monitor'
import { returns } from '#shared/rpc'
import { entryId, newFile, nothing } from './fields.ts'

const filter = z.strictObject({
  /** Absent: all. */
  entries: z.array(entryId).max(100).exactOptional(),
  kinds: z.array(z.enum(messageKinds)).max(messageKinds.length).exactOptional(),
  direction: z.enum(['in', 'out']).exactOptional(),
  owner: z.enum(['own', 'foreign']).exactOptional(),
  /** In address, key or payload, whatever the case of its letters. */
  text: z.string().max(200).exactOptional(),
})
export type MonitorFilter = z.output<typeof filter>

export const monitorRequests = {
  /** Refused where it is no longer kept. */
  'monitor.message': { input: z.strictObject({ seq: z.int().min(0) }), output: returns<MonitorDetail>() },
  /** Each message with its payload into a new file of JSON lines, until stopped. */
  'monitor.record': { input: z.strictObject({ path: newFile('.jsonl'), filter }), output: returns<RecordState>() },
  'monitor.stopRecord': { input: nothing, output: returns<RecordState>() },
} as const

export const monitorEvents = {
  /** What is kept, oldest first, then each message. Brokers are only watched while somebody listens. */
  'monitor.messages': {
    input: z.strictObject({ filter }),
    item: returns<MonitorMessage>(),
    keep: { kind: 'last', most: 2_000 },
  },
} as const
