/**
 * The poll loop of one PLC: reads the plan, hands the batch over, waits for the next turn. A poll never overlaps the
 * one before; turns that were missed are left out and not made up for.
 */
import type { PlcConnection, ReadBatch } from '#main/plcs/driver'
import { pause } from '#main/waiting'

export interface PollStats {
  /** Polls that ended well since the connection is up. */
  readonly polls: number
  /** ms from the beginning of one poll to the beginning of the next, over the last polls; 0 before the second. */
  readonly achievedMs: number
  /** ms that the last poll took. */
  readonly lastMs: number
}

export interface PollOptions {
  readonly connection: PlcConnection
  readonly addresses: readonly string[]
  readonly pollMs: number
  onBatch(batch: ReadBatch): void
  onStats(stats: PollStats): void
  /** Ends the loop between two reads: the tags are others now. What is being read then counts for nothing. */
  readonly replaced?: AbortSignal
}

/** How much of the older average stays with each poll. */
const smoothing = 0.8

/** Polls until `signal` or `replaced` aborts. Rejects when a read says that the link is gone. */
export async function poll(options: PollOptions, signal: AbortSignal): Promise<void> {
  const { connection, addresses, pollMs, replaced } = options
  if (addresses.length === 0) return
  const over = replaced ? AbortSignal.any([signal, replaced]) : signal
  const plan = connection.plan(addresses)
  let due = performance.now()
  let begunBefore = 0
  let achievedMs = 0
  for (let polls = 1; !over.aborted; polls++) {
    const begun = performance.now()
    const batch = await plan.read(signal)
    if (over.aborted) return
    options.onBatch(batch)
    const apart = begun - begunBefore
    if (polls > 1) achievedMs = polls === 2 ? apart : achievedMs * smoothing + apart * (1 - smoothing)
    begunBefore = begun
    options.onStats({ polls, achievedMs, lastMs: performance.now() - begun })
    due = nextTurn(due, pollMs, performance.now())
    await pause(due - performance.now(), over)
  }
}

/** The next turn on the grid of `pollMs` that is not in the past. */
export function nextTurn(due: number, pollMs: number, now: number): number {
  const next = due + pollMs
  return next >= now ? next : next + Math.ceil((now - next) / pollMs) * pollMs
}
