/** What the window shows of one PLC: its state, how its tags are doing, and which can't be read. */
import type { PlcOverview } from '#shared/contract/plcs'
import type { Quality } from '#shared/tag'
import type { Gateway } from './gateway.ts'
import type { PlcPart } from './plc-part.ts'

/** Tags that can't be read are listed up to here. */
const mostBad = 200

export function plcOverview(gateway: Gateway, part: PlcPart): PlcOverview {
  const { name } = part.config
  const tags: Record<Quality, number> = { waiting: 0, good: 0, bad: 0, stale: 0 }
  const bad: { address: string; error: string }[] = []
  for (const row of gateway.tags.polledRows(name)) {
    const { quality, error } = gateway.tags.snapshot(row.index)
    tags[quality]++
    if (quality === 'bad' && bad.length < mostBad) bad.push({ address: row.tag.name, error })
  }
  return {
    name,
    state: part.state.getState(),
    poll: part.pollStats.getState(),
    tags,
    bad,
    waitingWrites: part.writable.queue.waiting(),
  }
}

/** Addresses of the polled tags of a PLC whose last value is stale, or that can't be read. */
export function notGoodTags(gateway: Gateway, plc: string): string[] {
  return gateway.tags
    .polledRows(plc)
    .filter(({ index }) => isNotGood(gateway.tags.snapshot(index).quality))
    .map(({ tag }) => tag.name)
}

/** What was never read yet is not in trouble. */
function isNotGood(quality: Quality): boolean {
  return quality === 'bad' || quality === 'stale'
}
