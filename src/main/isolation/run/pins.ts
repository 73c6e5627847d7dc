/** Check 12: every PLC is the one whose identity a person confirmed. */
import type { Evidence } from '#shared/isolation-run'
import { pinWords } from '#shared/isolation-words'
import { serialText } from '#shared/plc'
import type { Check, Findings, RunPlc } from './context.ts'

export const pinsCheck: Check = {
  number: 12,
  needsHolder: false,
  run: async ({ plcs }): Promise<Findings> => {
    const all = plcs()
    const evidence = all.map(pinEvidence)
    return all.length > 0
      ? { evidence }
      : { evidence: [{ verdict: 'not-proven', word: 'none', text: 'no PLC is configured' }] }
  },
}

function pinEvidence({ name, pin, online }: RunPlc): Evidence {
  const line = (verdict: Evidence['verdict'], word: string, text: string): Evidence => ({
    plc: name,
    ...(verdict ? { verdict } : {}),
    word,
    text: `${name}: ${text}`,
  })
  if (pin.kind === 'changed') return line('fail', 'changed', pinWords(pin).text)
  const found = pin.found
  const who = found ? `${found.productName || 'a controller'}, serial ${serialText(found.serial)}` : 'nobody answers'
  if (pin.kind === 'unpinned')
    return line('not-proven', 'unpinned', `not pinned; ${who}. A person has to confirm what answers`)
  if (!online || !found) return line('not-proven', 'offline', 'pinned, but it does not answer now')
  if (found.serial === 0) return line('not-proven', 'no serial', `${who}: an emulator has no serial number of its own`)
  return line('pass', 'pinned', who)
}
