/** Brings the commissioning tag back where a run was cut off by the end of its process. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Requester } from '#main/bridges/requester'
import { asError } from '#main/link'
import type { Log } from '#main/log'
import type { CommissioningValue } from '#shared/isolation-run'
import { bringBack, tagOf } from './commissioning.ts'
import type { CheckContext, RunContext } from './context.ts'

export interface AfterCrashOptions {
  context(): RunContext
  readonly open: readonly CommissioningValue[]
  readonly log: Log
  readonly signal: AbortSignal
}

/** From one attempt to the next, and how long it is tried, in ms. */
const retryMs = 2_000
const givenUpMs = 10 * 60_000

/** Waits until the namespace is held, a broker takes requests and the PLC answers. Never rejects. */
export async function bringBackAfterCrash({ context, open, log, signal }: AfterCrashOptions): Promise<void> {
  const until = Date.now() + givenUpMs
  for (const held of open) {
    const what = `${held.plc}/${held.tag}`
    log.warn(`isolation run: an earlier run was cut off; ${what} is set back to ${held.before}`)
    let why = 'the PLC or the brokers did not answer'
    while (!signal.aborted && Date.now() < until && why !== '') {
      await sleep(retryMs, undefined, { signal }).catch(() => {})
      if (!signal.aborted)
        why = await attempt(context(), held, signal).catch((error: unknown) => asError(error).message)
    }
    if (signal.aborted) return
    if (why === '') log.info(`isolation run: ${what} is as it was`)
    else log.error(`isolation run: ${why}`)
  }
}

async function attempt(context: RunContext, held: CommissioningValue, signal: AbortSignal): Promise<string> {
  const plc = context.plcs().find(({ name }) => name === held.plc)
  const tag = tagOf(context.config, held)
  if (!tag) return `${held.plc}/${held.tag} is not configured any more: look whether it still holds ${held.written}`
  if (!plc?.online || !context.entries.some((entry) => entry.takesRequests())) return 'not ready'
  const clients = new Map<string, Requester>()
  const undoing: CheckContext = {
    ...context,
    signal,
    say: () => {},
    client: ({ key, requester }) => {
      const known = clients.get(key) ?? requester()
      clients.set(key, known)
      return known
    },
    atEnd: () => {},
  }
  try {
    return await bringBack(undoing, held, tag.name)
  } finally {
    await Promise.all([...clients.values()].map((one) => one.close()))
  }
}
