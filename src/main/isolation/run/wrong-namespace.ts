/**
 * Check 6: a request on our address that names another site in its payload is refused, and the PLC does not change: the
 * second guard, should a broker ever deliver to the wrong one.
 */
import type { Evidence } from '#shared/isolation-run'
import { commissioned, holdCommissioned, valueNow } from './commissioning.ts'
import { type Check, type Findings, usable } from './context.ts'
import { mustRefuse } from './refused.ts'

export const wrongNamespaceCheck: Check = {
  number: 6,
  needsHolder: true,
  run: async (context): Promise<Findings> => {
    const found = await commissioned(context)
    if (!found.ok) return { evidence: [{ verdict: 'not-proven', word: 'not tried', text: found.why }] }
    const { tag } = found
    const { entries, evidence } = usable(context, 'requests')
    const lines: Evidence[] = [...evidence]
    if (entries.length > 0) await holdCommissioned(context, tag)
    for (const entry of entries) {
      const addressee = `${context.config.namespace}-canary-${context.hex(6)}`
      const parts = { plc: tag.plc, tag: tag.name, valueJson: tag.otherJson, addressee }
      lines.push(
        await mustRefuse(context, entry, {
          title: 'another namespace in the payload',
          parts,
          expected: ['namespace mismatch: '],
        }),
      )
    }
    const now = await valueNow(context, tag)
    const same = now === tag.nowJson
    lines.push({
      plc: tag.plc,
      verdict: same ? 'pass' : now === undefined ? 'not-proven' : 'fail',
      word: same ? 'unchanged' : 'changed',
      text: `${tag.plc}/${tag.name} ${same ? 'stayed' : `was ${tag.nowJson} and is`} ${now ?? 'not read'}`,
    })
    return { evidence: lines }
  },
}
