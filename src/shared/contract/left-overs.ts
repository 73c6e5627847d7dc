import { z } from 'zod'
import { returns } from '#shared/rpc'
import type { LeftOverList } from '#shared/site'
import { entryId } from './fields.ts'

/** A base of this or an earlier namespace; whether it is one is checked before anything is looked at. */
const base = z.string().min(1).max(200)

/** What became of a removal. */
export interface RemovalReport {
  /** File with what was removed, JSON lines, 0600; '' where nothing was. */
  readonly backup: string
  readonly removed: number
  readonly failed: readonly { readonly name: string; readonly error: string }[]
}

export const leftOversRequests = {
  'leftOvers.list': { input: z.strictObject({ entry: entryId, base }), output: returns<LeftOverList>() },
  /** Writes a backup first; without it nothing is removed. What the running gateway uses is refused. */
  'leftOvers.remove': {
    input: z.strictObject({
      entry: entryId,
      base,
      names: z
        .array(
          z.strictObject({
            kind: z.enum(['retained', 'key', 'list', 'topic', 'group']),
            name: z.string().min(1).max(2_000),
          }),
        )
        .min(1)
        .max(10_000),
    }),
    output: returns<RemovalReport>(),
  },
} as const
