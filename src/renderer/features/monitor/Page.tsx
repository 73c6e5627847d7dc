import { Activity, ArrowDownLeft, ArrowUpRight, Eraser, Pause, Play, Search } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { serviceTitles } from '#renderer/site/chips'
import { type SiteView, site, useNamespace, useSiteCell } from '#renderer/site/site'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Segmented } from '#renderer/ui/Choice.tsx'
import { Banner, EmptyState } from '#renderer/ui/EmptyState.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { isOverlaid, isTyping } from '#renderer/ui/keys'
import { Select } from '#renderer/ui/Select.tsx'
import { SplitPanes } from '#renderer/ui/SplitPanes.tsx'
import type { PageProps } from '#renderer/ui/screen'
import { Time } from '#renderer/ui/Time.tsx'
import { type Column, VirtualTable } from '#renderer/ui/VirtualTable.tsx'
import { type EntryId, entryText } from '#shared/broker'
import type { MonitorMessage } from '#shared/monitor'
import { Message } from './Message.tsx'
import { Record } from './Record.tsx'
import { filterOf, isError, type ViewId, views } from './timeline.ts'
import { unseen } from './unseen.ts'
import { useMonitor } from './use-monitor.ts'
import './monitor.css'

const labels: Readonly<{ [view in ViewId]: string }> = {
  all: 'All',
  own: 'Own',
  foreign: 'Foreign',
  writes: 'Writes',
  errors: 'Errors',
}
const viewOptions = views.map((value) => ({ value, label: labels[value] }))
const everyBroker = 'every broker'

/** One timeline over all brokers: what this gateway sends, and what else is seen there. */
export function Page({ query }: PageProps) {
  const namespace = useNamespace()
  const entries = useSiteCell()?.entries ?? []
  const [view, setView] = useState<ViewId>('all')
  const [text, setText] = useState('')
  const [broker, setBroker] = useState(query.get('entry') ?? everyBroker)
  const [active, setActive] = useState<MonitorMessage>()
  const chosen = entries.filter((entry) => entryText(entry) === broker)
  const filter = filterOf(view, text, chosen.length > 0 ? chosen : undefined)
  const { timeline, error, pause, resume, clear } = useMonitor(filter)
  const { shown, paused, heldCount, dropped } = timeline
  const watches = useStore(site, ({ cells }) => cells)
  const gaps = unseen(
    view,
    (chosen.length > 0 ? chosen : entries).map((entry) => ({ entry, watch: watchOf(watches, entry) })),
  )
  const rows = useMemo(() => {
    const newestFirst = shown.toReversed()
    return view === 'errors' ? newestFirst.filter(isError) : newestFirst
  }, [shown, view])
  const columns = useMemo(() => columnsOf(namespace), [namespace])
  usePauseKey(paused ? resume : pause)
  return (
    <div className="screen monitor">
      <header className="head">
        <h1>Monitor</h1>
        <span className="monitor-filter">
          <Input
            icon={Search}
            data-filter
            aria-label="Filter by text"
            placeholder="Address, key or payload"
            value={text}
            onValue={setText}
          />
        </span>
        <Segmented label="Messages" options={viewOptions} value={view} onValue={setView} />
        <span className="monitor-broker">
          <Select
            label="Broker"
            options={[everyBroker, ...entries.map(entryText)].map((value) => ({ value, label: value }))}
            value={broker}
            onValue={setBroker}
          />
        </span>
        <span className="grow" />
        <Record filter={filter} />
        <Button kind="plain" icon={Eraser} aria-label="Clear the list" onClick={clear} />
        <Button icon={paused ? Play : Pause} aria-pressed={paused} onClick={paused ? resume : pause}>
          {paused ? 'Go on' : 'Pause'}
        </Button>
      </header>
      {error && <Banner tone="warn">{error}</Banner>}
      <SplitPanes
        panes={[
          { id: 'monitor-list', min: 420 },
          { id: 'monitor-message', size: 420, min: 300 },
        ]}
      >
        <section className="pane" aria-label="Messages">
          <VirtualTable
            label="Messages, newest first"
            columns={columns}
            rows={rows}
            rowKey={({ seq }) => String(seq)}
            active={active && String(active.seq)}
            onActive={(message) => {
              setActive(message)
              if (!paused) pause()
            }}
            rowClass={(message) => (isError(message) ? 'wrong' : message.owner === 'foreign' ? 'foreign' : '')}
            dense
            empty={
              <EmptyState icon={Activity} title="Nothing seen yet">
                Messages appear as they are sent or arrive. The brokers are only watched while this screen is open.
              </EmptyState>
            }
          />
          <div className="monitor-foot">
            <span>
              {rows.length.toLocaleString('en-US')} shown
              {paused && `, paused: ${heldCount.toLocaleString('en-US')} more came`}
            </span>
            {dropped > 0 && <span className="dropped">{dropped.toLocaleString('en-US')} were too many to show</span>}
            {gaps.length > 0 ? (
              <span className="gaps cut" role="status" title={gaps.join('\n')}>
                {gaps.join('; ')}
              </span>
            ) : (
              <span className="grow" />
            )}
            <span className="dim">The last 5,000 are kept. Choosing one pauses.</span>
          </div>
        </section>
        {active ? <Message message={active} namespace={namespace} /> : null}
      </SplitPanes>
    </div>
  )
}

function watchOf(cells: SiteView['cells'], entry: EntryId) {
  const cell = cells[`watch ${entryText(entry)}`]
  return cell?.kind === 'watch' ? cell.value : undefined
}

function columnsOf(namespace: string): readonly Column<MonitorMessage>[] {
  return [
    {
      id: 'at',
      header: 'Time, UTC',
      width: '104px',
      className: 'cell-mono',
      cell: ({ at }) => <Time at={at} form="ms" />,
    },
    {
      id: 'broker',
      header: 'Broker',
      width: '64px',
      cell: ({ entry }) => <span title={entryText(entry)}>{serviceTitles[entry.service]}</span>,
    },
    {
      id: 'direction',
      header: <span className="hidden-text">Direction</span>,
      width: '28px',
      align: 'centre',
      cell: ({ direction }) => (
        <span title={direction === 'out' ? 'sent by this gateway' : 'seen at the broker'}>
          <Icon of={direction === 'out' ? ArrowUpRight : ArrowDownLeft} small />
          <span className="hidden-text">{direction}</span>
        </span>
      ),
    },
    { id: 'kind', header: 'Kind', width: '72px', className: 'mid', cell: ({ kind }) => kind },
    {
      id: 'address',
      header: 'Address',
      width: 'minmax(220px, 2.2fr)',
      cell: ({ address, key, owner }) => (
        <span className="text" title={key === undefined ? address : `${address}, key ${key}`}>
          <Address text={address} namespace={owner === 'own' ? namespace : undefined} />
          {key !== undefined && <span className="mono dim"> {key}</span>}
        </span>
      ),
    },
    {
      id: 'size',
      header: 'Bytes',
      width: '64px',
      align: 'right',
      className: 'cell-mono',
      cell: ({ size }) => size.toLocaleString('en-US'),
    },
    {
      id: 'preview',
      header: 'Payload',
      width: 'minmax(140px, 1.2fr)',
      className: 'cell-mono',
      cell: ({ preview }) => <span className="text">{preview}</span>,
    },
  ]
}

/** Space pauses and goes on, unless something is being typed or pressed. */
function usePauseKey(toggle: () => void) {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const pressed =
        event.target instanceof HTMLElement && event.target.closest('button, [role="radio"], [role="combobox"]')
      if (event.key !== ' ' || pressed || isTyping(event.target) || isOverlaid()) return
      event.preventDefault()
      toggle()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  })
}
