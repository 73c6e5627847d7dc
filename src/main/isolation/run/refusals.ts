/**
 * Check 7: requests that are wrong are refused, each for its own reason. Names only tags that can't exist, the
 * commissioning tag, and a read-only tag with the value it has now: a broken protection changes nothing.
 */
import { publishedName } from '#shared/config'
import type { Evidence } from '#shared/isolation-run'
import { probeTag } from '#shared/negative-cases'
import { valueToJson } from '#shared/value'
import { commissioned } from './commissioning.ts'
import { about, type Check, type CheckContext, type Findings, plcOf, type RunEntry, serves, usable } from './context.ts'
import { mustRefuse } from './refused.ts'
import { retained, waited } from './stored.ts'

export const refusalsCheck: Check = {
  number: 7,
  needsHolder: true,
  run: async (context): Promise<Findings> => {
    const { entries, evidence } = usable(context, 'requests')
    // Each on its own broker: they do not meet. On one broker one after the other.
    const found = await Promise.all(entries.map((entry) => refusalsOf(context, entry)))
    const lines = [...evidence, ...found.flat()]
    return {
      evidence:
        lines.length > 0
          ? lines
          : [{ verdict: 'not-proven', word: 'none', text: 'no broker entry takes write requests' }],
      notTried: ['That requests which waited in a Kafka topic are refused by the time of their record.'],
    }
  },
}

async function refusalsOf(context: CheckContext, entry: RunEntry): Promise<Evidence[]> {
  const { service } = entry.id
  return [
    await unknown(context, entry),
    await unknownPlc(context, entry),
    await expired(context, entry),
    await notWritable(context, entry),
    await wrongType(context, entry),
    await gateClosed(context, entry),
    ...(service === 'mqtt' ? [await retained(context, entry)] : []),
    ...(service === 'valkey' ? [await waited(context, entry)] : []),
  ]
}

function unknown(context: CheckContext, entry: RunEntry): Promise<Evidence> {
  const parts = { plc: plcOf(context, entry), tag: probeTag(context.hex(8)), valueJson: '1' }
  return mustRefuse(context, entry, {
    title: 'unknown tag',
    parts,
    expected: ['unknown tag: ', 'unknown plc: __probe'],
  })
}

function unknownPlc(context: CheckContext, entry: RunEntry): Promise<Evidence> {
  const parts = { plc: `__probe_${context.hex(8)}`, tag: probeTag(context.hex(8)), valueJson: '1' }
  return mustRefuse(context, entry, { title: 'unknown PLC', parts, expected: ['unknown plc: '] })
}

function expired(context: CheckContext, entry: RunEntry): Promise<Evidence> {
  const timestamp = new Date(context.now() - 3_600_000).toISOString()
  const parts = { plc: plcOf(context, entry), tag: probeTag(context.hex(8)), valueJson: '1', timestamp }
  return mustRefuse(context, entry, { title: 'an hour old', parts, expected: ['request expired '] })
}

/** With the value the tag has now. */
async function notWritable(context: CheckContext, entry: RunEntry): Promise<Evidence> {
  for (const plc of context.config.plcs) {
    if (!plc.enabled || !serves(entry, plc.name)) continue
    for (const tag of plc.tags.filter(({ enabled, writable }) => enabled && !writable).slice(0, 5)) {
      const read = await context.readTag(plc.name, tag.name, context.signal)
      if (!read.ok || (read.type.kind !== 'atomic' && read.type.kind !== 'string')) continue
      const parts = { plc: plc.name, tag: publishedName(tag), valueJson: valueToJson(read.value) }
      return await mustRefuse(context, entry, {
        title: `not writable (${plc.name}/${publishedName(tag)})`,
        parts,
        expected: ['tag is not writable'],
      })
    }
  }
  return about(entry, 'not-proven', 'not tried', 'not writable: no readable tag of the configuration is read-only')
}

async function wrongType(context: CheckContext, entry: RunEntry): Promise<Evidence> {
  const found = await commissioned(context)
  if (!found.ok) return about(entry, 'not-proven', 'not tried', `wrong type: ${found.why}`)
  const { plc, name, type } = found.tag
  if (!serves(entry, plc)) return about(entry, undefined, 'not served', `wrong type: ${plc} is not served here`)
  // An object fits no elementary type and no string; a number fits neither structure nor array.
  const valueJson = type.kind === 'atomic' || type.kind === 'string' ? '{"__probe":1}' : '1'
  return await mustRefuse(context, entry, {
    title: 'wrong type',
    parts: { plc, tag: name, valueJson },
    expected: ['cannot convert ', 'value ', 'invalid '],
  })
}

/** With the value the tag has now, and the gate closed for this one request. */
async function gateClosed(context: CheckContext, entry: RunEntry): Promise<Evidence> {
  const found = await commissioned(context)
  if (!found.ok) return about(entry, 'not-proven', 'not tried', `gate closed: ${found.why}`)
  const { plc, name, nowJson } = found.tag
  if (!serves(entry, plc)) return about(entry, undefined, 'not served', `gate closed: ${plc} is not served here`)
  const requestId = `gate-${context.hex(8)}`
  const open = context.closeGateFor(requestId)
  try {
    return await mustRefuse(context, entry, {
      title: 'gate closed',
      parts: { plc, tag: name, valueJson: nowJson, requestId },
      expected: ['writes are blocked: '],
    })
  } finally {
    open()
  }
}
