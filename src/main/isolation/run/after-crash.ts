/**
 * Brings the commissioning tag back where a run was cut off by the end of its process. Only soon after: later nobody
 * knows whether what stands there is still the run's value, or one that an operator wants. Then a person is asked.
 */
import type { Requester } from '#main/bridges/requester'
import { asError } from '#main/link'
import type { Log } from '#main/log'
import { pause } from '#main/waiting'
import type { CommissioningValue, LeftBehind } from '#shared/isolation-run'
import { bringBack, tagOf } from './commissioning.ts'
import type { CheckContext, RunContext } from './context.ts'

/** `heldAt`: when it was remembered, ms since the epoch. */
export interface OpenValue extends CommissioningValue {
  readonly heldAt: number
}

export interface AfterCrashOptions {
  context(): RunContext
  readonly open: readonly OpenValue[]
  /** Given up: a person has to look. */
  onLeft(left: LeftBehind): void
  readonly log: Log
  readonly signal: AbortSignal
}

/** From one attempt to the next, how long it is tried, and how long after it was remembered, in ms. */
const retryMs = 2_000
const givenUpMs = 10 * 60_000
const knownMs = 60 * 60_000

/** Waits until the namespace is held, a broker takes requests and the PLC answers. Never rejects. */
export async function bringBackAfterCrash({ context, open, onLeft, log, signal }: AfterCrashOptions): Promise<void> {
  const startedAt = Date.now()
  for (const { heldAt, ...held } of open) {
    const what = `${held.plc}/${held.tag}`
    // A clock that was set back makes it no younger.
    const until = Math.min(startedAt + givenUpMs, Math.min(heldAt, startedAt) + knownMs)
    const soon = startedAt < until
    if (soon) log.warn(`isolation run: an earlier run was cut off; ${what} is set back to ${held.before}`)
    let why = soon ? 'the PLC or the brokers did not answer' : `the run was cut off ${new Date(heldAt).toISOString()}`
    while (!signal.aborted && Date.now() < until && why !== '') {
      await pause(retryMs, signal)
      if (!signal.aborted)
        why = await attempt(context(), held, signal).catch((error: unknown) => asError(error).message)
    }
    if (signal.aborted) return
    if (why === '') {
      log.info(`isolation run: ${what} is as it was`)
      continue
    }
    const text = `${what} may still hold ${held.written} and not ${held.before} (${why}). Look, and write ${held.before} to it if nobody wants what stands there.`
    log.error(`isolation run: ${text}`)
    await context()
      .gaveUp(held)
      .catch((error: unknown) => log.error('isolation: what was given up is not in the journal', error))
    onLeft({ ...held, text })
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
