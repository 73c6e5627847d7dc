/** What the monitor does not see, and why: a list without it would look complete. Pure. */
import { serviceTitles } from '#renderer/site/chips'
import { type EntryId, entryText } from '#shared/broker'
import type { WatchState } from '#shared/monitor'
import type { ViewId } from './timeline.ts'

export interface Watched {
  readonly entry: EntryId
  /** Absent until told. */
  readonly watch: WatchState | undefined
}

/** One sentence for each gap. */
export function unseen(view: ViewId, watched: readonly Watched[]): readonly string[] {
  const gaps = watched.flatMap(({ entry, watch }) => {
    const why = watch?.kind === 'waiting' ? watch.error : watch?.kind === 'on' ? watch.note : ''
    if (why === '') return []
    const who = entryText(entry)
    return [why.startsWith(who) ? why : `${who}: ${why}`]
  })
  const onKafka = watched.some(({ entry }) => entry.service === 'kafka')
  return onKafka && view !== 'own' ? [...gaps, kafkaGap] : gaps
}

const kafkaGap = `${serviceTitles.kafka}: only this site's topics are read; other namespaces are seen on MQTT and Valkey`
