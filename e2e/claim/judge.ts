/** Judges a round by what the two simulated controllers were given: plain data in, violations in words out. Pure. */
import type { SiteName } from './plan.ts'

/** One write at a controller, in its own log. */
export interface Written {
  readonly site: SiteName
  readonly value: number
  /** ms since the epoch */
  readonly at: number
}

/** Everything that happened to a gateway, so that a change of the writer can be told from two writers. */
export interface Mark {
  readonly site: SiteName
  readonly at: number
  /** When it was over; absent: it is not. */
  readonly until?: number
  /** `down`: killed, ended, stopped or cut off from a broker. `taken-over`: a person took the namespace over for it. */
  readonly what: 'down' | 'taken-over'
}

export interface RoundSeen {
  readonly written: readonly Written[]
  /** When the request for a value was sent, ms since the epoch. */
  readonly sentAt: ReadonlyMap<number, number>
  readonly marks: readonly Mark[]
  /** A Kafka cluster alone keeps no owner record: there a namespace passes on when its holder is gone. */
  readonly keepsOwner: boolean
  readonly maxAgeMs: number
  /** Longest time the process of the simulated controllers stood still, ms: so late a write can stand in its log. */
  readonly stoodStillMs: number
}

/** From the check in the gateway until a write stands in a controller's log. */
const lateMs = 1_000

export function judge({ written, sentAt, marks, keepsOwner, maxAgeMs, stoodStillMs }: RoundSeen): readonly string[] {
  const inOrder = [...written].sort((x, y) => x.at - y.at)
  const violations: string[] = []
  const seen = new Map<number, Written>()
  let last: Written | undefined
  for (const write of inOrder) {
    const { site, value, at } = write
    const before = seen.get(value)
    if (before) violations.push(`request ${value} was executed at ${before.site} and at ${site}`)
    seen.set(value, write)
    const sent = sentAt.get(value)
    if (sent === undefined) violations.push(`${site} was given ${value}, which nobody sent`)
    else if (at - sent > maxAgeMs + lateMs + stoodStillMs)
      violations.push(`request ${value} was executed at ${site} ${at - sent} ms after it was sent`)
    if (last && last.site !== site) {
      const from = last
      const taken = marks.some((mark) => mark.what === 'taken-over' && mark.site === site && mark.at <= at)
      const down = marks.some(
        (mark) =>
          mark.what === 'down' &&
          mark.site === from.site &&
          mark.at <= at &&
          (mark.until ?? at) >= from.at - lateMs - maxAgeMs,
      )
      if (!taken && (keepsOwner || !down))
        violations.push(
          `${site} wrote ${value} ${at - from.at} ms after ${from.site} wrote ${from.value}, and nobody took the namespace over`,
        )
    }
    last = write
  }
  return violations
}
