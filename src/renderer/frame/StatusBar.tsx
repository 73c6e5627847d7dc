import { Lock, LockOpen } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { connection } from '#renderer/api/index'
import { claimChip, entryTitle, serviceTitles } from '#renderer/site/chips'
import { site, trafficOf, useBrokerState, useClaim, useNamespace, useSiteCell, useWriteMode } from '#renderer/site/site'
import { Icon } from '#renderer/ui/Icon.tsx'
import { placeHash } from '#renderer/ui/router'
import { State } from '#renderer/ui/State.tsx'
import { Time } from '#renderer/ui/Time.tsx'
import { type EntryId, entryText } from '#shared/broker'

/**
 * Never hidden: whose window this is and how it is doing. Each chip leads to its screen. What is not known is not shown,
 * and what is known from before a lost connection is grey.
 */
export function StatusBar() {
  const namespace = useNamespace()
  const cell = useSiteCell()
  const link = useStore(connection)
  return (
    <footer className={`status ${link.kind === 'lost' ? 'before' : ''}`}>
      <a
        className={`ns ${namespace ? '' : 'none'}`}
        href={placeHash('settings', ['namespace'])}
        title="Namespace of this site (N)"
      >
        <span className="cut">{namespace || 'no namespace'}</span>
      </a>
      {cell?.site && <a href={placeHash('settings', ['site'])}>{cell.site}</a>}
      {link.kind !== 'open' && (
        <span>
          <State kind={link.kind === 'lost' ? 'bad' : 'busy'} title={link.kind === 'lost' ? link.why : undefined}>
            <b>
              {link.kind === 'lost' ? (
                <>
                  gateway not reached since <Time at={link.since} />; from before:
                </>
              ) : (
                'connecting to the gateway'
              )}
            </b>
          </State>
        </span>
      )}
      {cell?.entries.map((entry) => (
        <BrokerChip key={`${entry.service} ${entry.name}`} entry={entry} entries={cell.entries} />
      ))}
      <WriteChip />
      {cell && cell.plcs.length > 0 && <PlcChip plcs={cell.plcs} />}
      {cell && cell.entries.length > 0 && <TrafficChips />}
      <span className="fill" />
      <Clock />
    </footer>
  )
}

function BrokerChip({ entry, entries }: { readonly entry: EntryId; readonly entries: readonly EntryId[] }) {
  const state = useBrokerState(entry)
  const claim = useClaim()
  if (!state) return null
  const own = claim?.entries.find((one) => entryText(one.entry) === entryText(entry))
  const chip = claimChip(state, own?.state, claim?.namespace ?? '', Date.now())
  const alone = entries.filter(({ service }) => service === entry.service).length === 1
  return (
    <a href={placeHash('brokers', [entry.service, entry.name])} title={chip.text || entryTitle(entry)}>
      {alone ? serviceTitles[entry.service] : entryTitle(entry)}
      <State kind={chip.kind}>
        <b>{chip.word}</b>
      </State>
    </a>
  )
}

function WriteChip() {
  const mode = useWriteMode()
  if (!mode) return null
  return (
    <a href={placeHash('settings', ['writes'])} title="Write mode">
      <Icon of={mode === 'armed' ? LockOpen : Lock} />
      <span>
        writes <b>{mode}</b>
      </span>
    </a>
  )
}

function PlcChip({ plcs }: { readonly plcs: readonly string[] }) {
  const text = useStore(site, ({ cells }) => {
    const states = plcs.map((plc) => cells[`plc ${plc}`]).flatMap((cell) => (cell?.kind === 'plc' ? [cell.value] : []))
    const online = states.filter(({ kind }) => kind === 'online').length
    return states.length < plcs.length ? '' : `${online}/${states.filter(({ kind }) => kind !== 'disabled').length}`
  })
  if (!text) return null
  const [online, all] = text.split('/')
  return (
    <a href={placeHash('plcs')} title="PLCs online">
      {online === all ? (
        <>
          PLCs <b>{text}</b> online
        </>
      ) : (
        <State kind="warn">
          PLCs <b>{text}</b> online
        </State>
      )}
    </a>
  )
}

function TrafficChips() {
  const text = useStore(site, (view) => {
    const traffic = trafficOf(view).map(([, figures]) => figures)
    if (traffic.length === 0) return ''
    const sum = (of: 'perSecond' | 'waiting') => traffic.reduce((all, one) => all + one[of], 0)
    return `${Math.round(sum('perSecond'))} ${sum('waiting')}`
  })
  if (!text) return null
  const [perSecond, waiting] = text.split(' ')
  return (
    <>
      <a href={placeHash('monitor')} title="Messages confirmed by the brokers in the last second">
        <span>
          <b>{perSecond}</b> msg/s
        </span>
      </a>
      <a href={placeHash('brokers')} title="Messages that wait for a broker">
        <span>
          waiting <b>{waiting}</b>
        </span>
      </a>
    </>
  )
}

function Clock() {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 1_000)
    return () => clearInterval(timer)
  }, [])
  const [date, time] = now.toISOString().split('T')
  const local = now.toLocaleString(undefined, { timeZoneName: 'short' })
  return (
    <time className="clock" dateTime={now.toISOString()} title={`Local: ${local}`}>
      {date} <b>{time?.slice(0, 8)}</b> UTC
    </time>
  )
}
