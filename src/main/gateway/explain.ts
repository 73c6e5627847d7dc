/** The checks of a write request for the window: with the types and the gate of the running gateway. */
import { explain } from '#main/writeback/explain'
import type { Service } from '#shared/broker'
import type { ExplainedStep } from '#shared/write'
import { neededConfig } from './needed.ts'
import type { Site } from './site.ts'

export interface RequestToExplain {
  readonly service: Service
  readonly address: string
  readonly payload: string
  readonly retained: boolean
}

export function explainRequest(site: Site, request: RequestToExplain): readonly ExplainedStep[] {
  const gateway = site.gateway()
  const config = gateway?.config ?? neededConfig(site)
  return explain({
    ...request,
    config,
    now: Date.now(),
    ...(gateway ? { gate: gateway.gate } : {}),
    typeOf: (plc, tag) => {
      const row = gateway?.tags.find(plc, tag)
      return row && gateway?.tags.typeOf(row.index)
    },
  })
}
