import type { GatewayView } from '#main/gateway/view'
import { type Summary, type SummarySource, summaryOf } from './summary.ts'

/** Changes come in bursts; the tray needs the last one. */
const settledMs = 200

/** `parts` tells when there are other PLCs and entries. */
export type FollowedGateway = SummarySource & Pick<GatewayView, 'parts'>

/** A gateway that may come, go and be replaced. */
export interface Followed {
  gateway(): FollowedGateway | undefined
  onChange(listener: () => void): () => void
}

/** Tells how the gateway is doing, now and after each change. Returns how to stop. */
export function followGateway(site: Followed, onSummary: (summary: Summary) => void): () => void {
  let timer: NodeJS.Timeout | undefined
  let stops: (() => void)[] = []
  let followed: FollowedGateway | undefined
  let stopParts = () => {}
  function changed() {
    timer ??= setTimeout(() => {
      timer = undefined
      onSummary(summaryOf(site.gateway()))
    }, settledMs)
  }
  function release() {
    for (const stop of stops) stop()
    stops = []
  }
  function followParts() {
    release()
    changed()
    if (!followed) return
    stops = [
      followed.writeMode.subscribe(changed),
      ...followed.plcs.map(({ state }) => state.subscribe(changed)),
      ...followed.brokers.map(({ state }) => state.subscribe(changed)),
    ]
  }
  /** The cell `parts` is listened to once: a listener that comes anew while it is told would be told for ever. */
  function follow() {
    const gateway = site.gateway()
    if (gateway !== followed) {
      stopParts()
      followed = gateway
      stopParts = gateway ? gateway.parts.subscribe(followParts) : () => {}
    }
    followParts()
  }
  onSummary(summaryOf(site.gateway()))
  follow()
  const stopSite = site.onChange(follow)
  return () => {
    stopSite()
    stopParts()
    release()
    clearTimeout(timer)
  }
}
