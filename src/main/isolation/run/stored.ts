/** Requests that a broker kept: stored with the retain flag, or waiting in the list while nobody took requests in. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Evidence } from '#shared/isolation-run'
import { probeTag } from '#shared/negative-cases'
import { type Asked, ask, askedText } from './ask.ts'
import { about, type CheckContext, plcOf, type RunEntry } from './context.ts'

/** Refused as it comes, and never executed when the gateway subscribes anew while it is still stored. */
export async function retained(context: CheckContext, entry: RunEntry): Promise<Evidence> {
  const requestId = `retained-${context.hex(8)}`
  // MQTT 3.1.1 does not tell a stored request from a live one where somebody subscribes already.
  const old = /version 3\.1\.1/.test(entry.note())
  const expected = old ? ['retained write request ignored', 'unknown tag: '] : ['retained write request ignored']
  // From its answer on it stays stored for so long.
  const lingerMs = context.times.lingerMs + context.times.quietMs
  let again: Promise<boolean> | undefined
  const subscribe = async () => {
    const since = context.now()
    return (await entry.subscribeAgain(context.signal)) && context.now() - since < lingerMs
  }
  const stop = context.onEnded((request) => {
    if (request.requestId === requestId) again ??= subscribe()
  })
  context.say(`${entry.key}: a request stored at the broker`)
  try {
    const parts = { plc: plcOf(context, entry), tag: probeTag(context.hex(8)), valueJson: '1', requestId }
    const asked = await ask(context, entry, parts, { retain: true, lingerMs })
    const subscribed = await again
    const text = `stored at the broker (retained), and a new subscription: ${askedText(asked)}`
    if (asked.kind === 'failed') return about(entry, 'not-proven', 'not sent', text)
    if (asked.kind === 'unanswered') return about(entry, 'fail', 'no answer', text)
    const right = asked.answers.every(({ error }) => expected.some((start) => error.startsWith(start)))
    if (right && !subscribed)
      return about(entry, 'not-proven', 'not subscribed', `${text}; the broker did not confirm it while it was stored`)
    return about(entry, right ? 'pass' : 'fail', right ? 'refused' : 'taken for live', text)
  } finally {
    stop()
  }
}

/** Sent while the way in is closed, without a time of its own: refused when it opens, since its age is unknown. */
export async function waited(context: CheckContext, entry: RunEntry): Promise<Evidence> {
  if ('backlog' in entry.config && entry.config.backlog === 'execute')
    return about(
      entry,
      undefined,
      'not tried',
      'waiting in the list: "backlog: execute" takes such requests on purpose',
    )
  context.say(`${entry.key}: a request that waits in the list`)
  const { times } = context
  const parts = {
    plc: plcOf(context, entry),
    tag: probeTag(context.hex(8)),
    valueJson: '1',
    requestId: `waited-${context.hex(8)}`,
  }
  let asking: Promise<Asked> | undefined
  const opened = await entry.reopenIntake(context.signal, async () => {
    // The last look at the list has to be over.
    await sleep(times.quietMs, undefined, { signal: context.signal })
    await new Promise<void>((resolve) => {
      asking = ask(context, entry, parts, { onTaken: resolve })
      void asking.catch(() => {}).finally(resolve)
    })
  })
  const asked = await (asking ?? { kind: 'unanswered' as const })
  const text = `waiting in the list while no requests were taken in: ${askedText(asked)}`
  if (asked.kind === 'failed') return about(entry, 'not-proven', 'not sent', text)
  if (asked.kind === 'unanswered')
    return opened
      ? about(entry, 'fail', 'no answer', text)
      : about(entry, 'not-proven', 'not opened', `${text}; the way in was not open again in time`)
  const right = asked.answers.every(({ error }) => error.startsWith('request expired '))
  return about(entry, right ? 'pass' : 'fail', right ? 'refused' : 'taken for live', text)
}
