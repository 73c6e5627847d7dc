/**
 * Check 4: a write through each broker arrives at the commissioning tag: exactly one answer, read back from the PLC, and
 * the old value is brought back. What it does not prove: that other tags are wired to the right machine.
 */
import { entryText } from '#shared/broker'
import type { Evidence } from '#shared/isolation-run'
import type { EndedRequest } from '#shared/write'
import { type Asked, ask, askedText } from './ask.ts'
import { type Commissioned, commissioned, holdCommissioned, valueNow } from './commissioning.ts'
import {
  about,
  type Check,
  type CheckContext,
  type Findings,
  notServed,
  type RunEntry,
  serves,
  usable,
} from './context.ts'

export const positiveWriteCheck: Check = {
  number: 4,
  needsHolder: true,
  run: async (context): Promise<Findings> => {
    const found = await commissioned(context)
    if (!found.ok) return { evidence: [{ verdict: 'not-proven', word: 'not written', text: found.why }] }
    const { entries, evidence } = usable(context, 'requests')
    const { plc } = found.tag
    if (entries.some((entry) => serves(entry, plc))) await holdCommissioned(context, found.tag)
    const lines: Evidence[] = [...evidence]
    for (const entry of entries) {
      if (!serves(entry, plc)) {
        lines.push(notServed(entry, plc))
        continue
      }
      const traces: Evidence[] = []
      const stop = context.onEnded((request) => {
        if (request.requestId?.startsWith('run-')) traces.push(about(entry, undefined, 'trace', traceText(request)))
      })
      lines.push(await through(context, entry, found.tag))
      stop()
      lines.push(...traces)
    }
    return {
      evidence:
        lines.length > 0
          ? lines
          : [{ verdict: 'not-proven', word: 'not written', text: 'no broker entry takes write requests' }],
    }
  },
}

async function through(context: CheckContext, entry: RunEntry, tag: Commissioned): Promise<Evidence> {
  const where = `${tag.plc}/${tag.name}`
  context.say(`${entry.key}: ${where} from ${tag.nowJson} to ${tag.otherJson} and back`)
  const there = await write(context, entry, tag, tag.otherJson)
  const written = await valueNow(context, tag)
  const back = await write(context, entry, tag, tag.nowJson)
  const restored = await valueNow(context, tag)
  const values = `${tag.nowJson}, ${written ?? 'not read'}, ${restored ?? 'not read'}`
  if (there.kind === 'failed' && written === tag.nowJson)
    return about(entry, 'not-proven', 'not sent', askedText(there))
  for (const asked of [there, back]) {
    if (asked.kind !== 'answered') return about(entry, 'fail', asked.kind, `${askedText(asked)}; value ${values}`)
    const [first, second] = asked.answers
    if (second) return about(entry, 'fail', 'two answers', `two gateways answered: ${askedText(asked)}`)
    if (!first?.success) return about(entry, 'fail', 'refused', `${askedText(asked)}; value ${values}`)
  }
  if (written !== tag.otherJson)
    return about(entry, 'fail', 'not written', `answered with success, but the PLC shows ${values}`)
  if (restored !== tag.nowJson) return about(entry, 'fail', 'not restored', `the PLC shows ${values}`)
  return about(entry, 'pass', `${there.kind === 'answered' ? there.ms : 0} ms`, `value ${values}, one answer each`)
}

/** One request on one line; the journal has its steps under the same id. */
function traceText(request: EndedRequest): string {
  const { at, endedAt, entry, address, plc, tag, valueJson, requestId, outcome, error, id } = request
  return [
    `${new Date(at).toISOString()} ${entryText(entry)}, ${address}`,
    `${plc}/${tag} = ${valueJson} (request_id ${requestId})`,
    `${outcome} after ${endedAt - at} ms`,
    ...(error ? [error] : []),
    `journal ${id}`,
  ].join('; ')
}

async function write(context: CheckContext, entry: RunEntry, tag: Commissioned, valueJson: string): Promise<Asked> {
  const requestId = `run-${context.hex(8)}`
  return await ask(context, entry, { plc: tag.plc, tag: tag.name, valueJson, requestId })
}
