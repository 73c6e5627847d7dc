/**
 * Which requests wait, told from those that only pass by: on a busy site some are on their way at every look. One waits
 * that is there at two looks; how many are there says nothing, since newer ones come meanwhile.
 */
import type { LeftOver } from '#main/bridges/inspector'

/** Whether requests may wait in it, as far as one look tells. */
export function mayWait({ kind, size, lag = 0 }: LeftOver): boolean {
  return kind === 'list' ? size > 0 : lag > 0
}

/** How many requests of the first look are still there at the second. */
export function stillWait(first: LeftOver, second: LeftOver): number {
  return first.kind === 'list' ? ofList(first, second) : ofTopic(first, second)
}

/**
 * By content and not by place: a gateway whose journal refuses a request puts it back before the others. A list too
 * long to be read, or that may not be, is taken for one that stands still.
 */
function ofList(first: LeftOver, second: LeftOver): number {
  if (!first.complete || !second.complete) return Math.min(first.size, second.size)
  const there = [...second.content]
  return first.content.filter((one) => {
    const at = there.indexOf(one)
    if (at < 0) return false
    there.splice(at, 1)
    return true
  }).length
}

function ofTopic({ untaken = [] }: LeftOver, second: LeftOver): number {
  const now = new Map(second.untaken?.map(({ partition, from }) => [partition, from]))
  return untaken.reduce((sum, { partition, from, to }) => {
    const at = now.get(partition) ?? to
    return sum + Math.max(0, to - Math.max(at, from))
  }, 0)
}
