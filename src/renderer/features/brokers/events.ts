/** What the log says of brokers, and which writes went through them: for the list of events and "write path proven". */
import { type EntryId, entryText, services } from '#shared/broker'
import type { LogEntry } from '#shared/log'
import type { EndedRequest } from '#shared/write'

export interface BrokerEvent {
  readonly key: string
  readonly at: number
  /** `mqtt "Central"` */
  readonly entry: string
  readonly text: string
  readonly level: LogEntry['level']
  readonly times: number
}

export const mostEvents = 100
const begins = new RegExp(`^((?:${services.join('|')}) "[^"]*"): (.*)$`, 's')

/** Lines that concern a broker, newest first; the same line again is counted, not listed. */
export function brokerEvents(before: readonly BrokerEvent[], lines: readonly LogEntry[]): readonly BrokerEvent[] {
  let events = before
  for (const line of lines) {
    const match = line.level === 'debug' ? null : begins.exec(line.text)
    if (!match) continue
    const [, entry = '', text = ''] = match
    const first = events[0]
    // Times to wait differ from try to try: the sentence before them is the event.
    const isSame = first !== undefined && first.entry === entry && plain(first.text) === plain(text)
    const times = (isSame ? first.times : 0) + 1 + (line.repeated ?? 0)
    const event = { key: `${line.at} ${entry} ${text}`, at: line.at, entry, text, level: line.level, times }
    events = [event, ...(isSame ? events.slice(1) : events)].slice(0, mostEvents)
  }
  return events
}

function plain(text: string): string {
  return text.replace(/\d+(\.\d+)?/g, '#')
}

export interface Proof {
  /** Newest success; absent: none of the last requests. */
  readonly at?: number
  readonly tag?: string
  readonly tookMs?: number
  /** Of the last 200 requests of all entries. */
  readonly requests: number
}

export function proofOf(ended: readonly EndedRequest[], entry: EntryId): Proof {
  const own = ended.filter((one) => entryText(one.entry) === entryText(entry))
  const last = own.findLast(({ success }) => success)
  if (!last) return { requests: own.length }
  return { requests: own.length, at: last.endedAt, tag: last.tag, tookMs: last.endedAt - last.at }
}
