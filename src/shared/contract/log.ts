import { z } from 'zod'
import { type LogArea, type LogEntry, logAreas } from '#shared/log'
import { returns } from '#shared/rpc'
import { nothing } from './fields.ts'

export const logRequests = {
  /** Areas whose debug lines are written now. */
  'log.debug': { input: nothing, output: returns<{ readonly areas: readonly LogArea[] }>() },
  /** These and no others, until the gateway ends. */
  'log.setDebug': {
    input: z.strictObject({ areas: z.array(z.enum(logAreas)).max(logAreas.length) }),
    output: returns<{ readonly areas: readonly LogArea[] }>(),
  },
} as const

export const logEvents = {
  /** The newest 2,000, oldest first, then each line. */
  'log.entries': { input: nothing, item: returns<LogEntry>(), keep: { kind: 'last', most: 2_000 } },
} as const
