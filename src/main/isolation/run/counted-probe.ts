/**
 * Check 5: requests to tags that can't exist are answered exactly once each, and reached exactly this gateway. Finds a
 * second gateway, a consumer in our group, a second BLPOP. What it does not prove: a client that reads MQTT in silence.
 */

import type { Evidence } from '#shared/isolation-run'
import { probeTag } from '#shared/negative-cases'
import { ask, askedText } from './ask.ts'
import { about, type Check, type CheckContext, type Findings, plcOf, type RunEntry, usable } from './context.ts'

/** Requests for each entry: a second consumer that takes half of them is missed with 1 in a million. */
const count = 20

export const countedProbeCheck: Check = {
  number: 5,
  needsHolder: true,
  run: async (context): Promise<Findings> => {
    const { entries, evidence } = usable(context, 'requests')
    const lines = [...evidence]
    for (const entry of entries) lines.push(await probe(context, entry))
    return {
      evidence:
        lines.length > 0
          ? lines
          : [{ verdict: 'not-proven', word: 'none', text: 'no broker entry takes write requests' }],
    }
  },
}

async function probe(context: CheckContext, entry: RunEntry): Promise<Evidence> {
  const plc = plcOf(context, entry)
  const ids = Array.from({ length: count }, () => `probe-${context.hex(12)}`)
  const received = new Map<string, number>()
  const stop = context.onEnded(({ entry: at, requestId = '' }) => {
    if (at.service === entry.id.service && at.name === entry.id.name && ids.includes(requestId))
      received.set(requestId, (received.get(requestId) ?? 0) + 1)
  })
  context.say(`${entry.key}: ${count} requests to tags that can't exist`)
  try {
    const asked = await Promise.all(
      ids.map((requestId) => ask(context, entry, { plc, tag: probeTag(context.hex(12)), valueJson: '0', requestId })),
    )
    const failed = asked.find(({ kind }) => kind === 'failed')
    if (failed) return about(entry, 'not-proven', 'not sent', askedText(failed))
    const answers = asked.reduce((sum, one) => sum + (one.kind === 'answered' ? one.answers.length : 0), 0)
    const ours = [...received.values()].reduce((sum, one) => sum + one, 0)
    const figures = `${count} sent, ${answers} answered, ${ours} received here`
    if (answers !== count)
      return about(
        entry,
        'fail',
        `${answers} of ${count}`,
        `${figures}: ${answers > count ? 'somebody else answers too' : 'requests were taken by somebody else, or lost'}`,
      )
    if (ours !== count || received.size !== count)
      return about(
        entry,
        'fail',
        `${ours} of ${count}`,
        `${figures}: somebody else takes our requests and answers them`,
      )
    const errors = asked.flatMap((one) => (one.kind === 'answered' ? [one.answers[0]?.error ?? ''] : []))
    const wrong = errors.find((error) => !/^(unknown (tag|plc): |request expired )/.test(error))
    if (wrong !== undefined)
      return about(entry, 'fail', 'wrong answer', `a tag that can't exist was answered with: ${wrong || 'success'}`)
    // Many at once, and one after the other: on a slow cluster the last ones wait too long. They count all the same.
    const late = errors.filter((error) => error.startsWith('request expired ')).length
    const slow = late > 0 ? `; ${late} of them came too late, the broker is slow` : ''
    return about(entry, 'pass', `${count} of ${count}`, `${figures}, all from this gateway${slow}`)
  } finally {
    stop()
  }
}
