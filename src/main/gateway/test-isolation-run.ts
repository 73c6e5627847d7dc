/** One isolation run of a gateway in this process, to its end. For tests. */
import type { Report } from '#shared/isolation-run'
import type { Gateway } from './gateway.ts'
import type { IsolationPart } from './isolation-part.ts'

/** Resolves with the report. Rejects where the run is refused, or is not complete. */
export async function runIsolation(
  { isolation }: Pick<Gateway, 'isolation'>,
  order: Parameters<IsolationPart['start']>[0] = {},
): Promise<Report> {
  if (!isolation) throw new Error('this gateway has no isolation part')
  const started = await isolation.start(order)
  if (!started.ok) throw new Error(started.error)
  await isolation.idle()
  const state = isolation.state.getState()
  if (state.kind !== 'ended' || state.how !== 'complete') throw new Error(`the run is ${JSON.stringify(state)}`)
  return state.report
}
