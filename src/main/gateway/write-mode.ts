/** The switch for writes: counts at once, then in the file, so that a restart finds it as it was left. */
import type { ChangeOutcome } from '#shared/site'
import type { WriteMode } from '#shared/write'
import { neededGateway } from './needed.ts'
import type { Site } from './site.ts'

/** `read-only` counts even where the file can't be saved; `armed` only where it was. */
export async function setWriteMode(site: Site, mode: WriteMode): Promise<ChangeOutcome> {
  const gateway = neededGateway(site)
  if (mode === 'read-only') gateway.writeMode.setState(mode, true)
  const { version } = site.now.getState()
  const outcome = await site.change([{ kind: 'set', keys: { write_mode: mode } }], { version })
  const now = site.gateway()
  if (outcome.kind === 'saved') {
    // The file may have said so already while the switch stood elsewhere.
    if (outcome.failed === '') now?.writeMode.setState(mode, true)
    return outcome
  }
  if (mode === 'armed') return outcome
  const why = 'error' in outcome ? outcome.error : 'the file was changed by somebody else, or has mistakes.'
  return {
    kind: 'failed',
    error: `Writes are blocked now, but after a restart the file decides again: it could not be saved. ${why}`,
  }
}
