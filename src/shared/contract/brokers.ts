import { z } from 'zod'
import type { BrokerState } from '#shared/broker'
import { returns } from '#shared/rpc'
import type { TestStep } from '#shared/site'
import { entryDraft } from './edits.ts'
import { entryId, service } from './fields.ts'

const entry = z.strictObject({ entry: entryId })

export const brokersRequests = {
  /** Connects again after `disconnect`, or tries at once where it waits. */
  'brokers.connect': { input: entry, output: returns<BrokerState>() },
  /** Until `connect` or a restart; the file is not changed. */
  'brokers.disconnect': { input: entry, output: returns<BrokerState>() },
} as const

export const brokersEvents = {
  /**
   * Tries a connection of its own with these settings: name, TCP, TLS, login, rights. Without `password` that of the
   * entry of the same name in the file is used. Leaves nothing behind.
   */
  'brokers.test': {
    input: z.strictObject({ service, draft: entryDraft, password: z.string().max(4_096).exactOptional() }),
    item: returns<TestStep>(),
    keep: { kind: 'last', most: 100 },
  },
} as const
